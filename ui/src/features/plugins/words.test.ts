import { expect, test } from 'vitest';
import { pluginRow } from '../../platform/sample/plugin-rows';
import { status } from '../../platform/sample/data';
import { unknownWords, withoutWord, wordsIn } from './filters';
import { filesWords, isArchive, mostSteps, nameProblem, sectionsOf, sizeWords, spoken, takenBy } from './words';

const row = (tool: string, name: string, more = {}) => pluginRow(tool, tool.toUpperCase(), { name, description: '', icon: 'plugin', status: status('Active', 'listed'), ...more });

test('sizes and counts of files in words', () => {
  expect([sizeWords(40), sizeWords(71 * 1024), sizeWords(1.25 * 1024 * 1024), sizeWords(null)], 'sizes').toEqual(['40 B', '71 KB', '1.3 MB', 'unknown size']);
  const file = (state: string | null) => ({ path: 'a', size: 1024, state });
  expect(filesWords([file('same'), file('changed'), file('gone')]), 'against what was installed').toBe('1 as installed, 1 changed, 1 gone');
  expect(filesWords([file(null), file(null)]), 'nothing to compare with').toBe('2 files, 2 KB');
});

test('neighbours of one tool are a section, in another order there is one list', () => {
  const rows = [row('smcp', 'a'), row('smcp', 'b'), row('athena/broca2', 'c')];
  expect(sectionsOf(rows, true).map(({ title, count }) => [title, count]), 'by tool').toEqual([['SMCP', 2], ['ATHENA/BROCA2', 1]]);
  expect(sectionsOf(rows, false).map(({ title, count }) => [title, count]), 'by name').toEqual([[null, 3]]);
});

test('a row in one breath, with its invisible characters written out', () => {
  expect(spoken(row('smcp', 'git', { update: '2.0', missing: ['A', 'B'] })), 'all of it').toBe('git 1.0.0, Active: listed, Needs 2 settings, 2.0 available');
  expect(spoken(row('smcp', 'x\u202ey', { quarantined: true })), 'hostile').toBe('x⟨U+202E⟩y 1.0.0, Quarantined: listed');
});

test('filters are words of the text', () => {
  expect(wordsIn('mail @error @tool:smcp a@b'), 'those with @').toEqual(['@error', '@tool:smcp']);
  expect(withoutWord('mail  @ERROR x', '@error'), 'taken out').toBe('mail x');
  expect(unknownWords('@colour'), 'a word').toContain('`@colour` means nothing here.');
  expect(unknownWords('@colour means nothing. There is @tool.'), 'the server’s own sentence').toBe('@colour means nothing. There is @tool.');
});

test('what is dropped, how it may be called, how long a search can take', () => {
  expect(['a/b.tar.gz', 'b.MCPB', 'c.zip', 'folder', 'x.zip.d'].map(isArchive), 'archives').toEqual([true, true, true, false, false]);
  expect(['ok_name-1', '', '../up', 'a b', 'a.b', '_a', 'x'.repeat(62)].map((name) => nameProblem(name) === null), 'names').toEqual([true, false, false, false, false, false, false]);
  expect(['a_b', 'a-b', '2a'].map((name) => nameProblem(name, 'broca') === null), 'names of packages').toEqual([true, false, false]);
  expect([0, 1, 2, 8, 9].map(mostSteps), 'restarts').toEqual([0, 1, 2, 4, 5]);
});

test('an installed plugin of the same name is updated; one that differs in spelling only is a twin', () => {
  const rows = [row('smcp', 'Weather'), row('smcp', 'gru\u0308n'), row('athena/broca2', 'tides')];
  const taken = (tool: string, name: string) => { const { same, twin } = takenBy(rows, tool, name); return [same?.name, twin?.name]; };
  expect(taken('smcp', 'Weather'), 'the same').toEqual(['Weather', undefined]);
  expect(taken('smcp', 'weather'), 'capitals').toEqual([undefined, 'Weather']);
  expect(taken('smcp', 'gr\u00fcn'), 'the form of a letter').toEqual([undefined, 'gru\u0308n']);
  expect(taken('smcp', 'tides'), 'of another tool').toEqual([undefined, undefined]);
});
