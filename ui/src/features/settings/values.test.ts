import { expect, test } from 'vitest';
import type { SettingRow, SettingsTarget } from '../../bindings';
import { moduleScope, rowOf } from '../../platform/sample/settings-rows';
import { allowedWords, chainWith, commandOf, fileOf, isModified, kindWords, levelFor, sameJson, shellWord, valueAt } from './values';

const scope = moduleScope('Athena', 'athena', 'broca2', 'Broca');
const row = (values: Parameters<typeof rowOf>[7], more?: Partial<SettingRow>) => rowOf(scope, 1, 'Messages', 'integer', 'WAIT', 'Wait', '', values, more);
const target: SettingsTarget = {
  address: 'athena/broca2', files: [], plain_secrets: 0, open_ended: false, runs: null, findings: [], status: 'Healthy',
  levels: scope.levels.map((info) => ({ ...info, why_not: info.level === 'default' ? 'the schema sets it' : info.level === 'agent' ? 'not yours' : null })),
};
const edit = { op: 'set' as const, level: 'tool' as const, value: 5, text: null, byEnvironment: false, broken: null };

test('what a level says, and what it would inherit', () => {
  const wait = row({ default: 600, agent: 780, instance: 900 });
  expect(valueAt(wait, 'instance').json, 'its own').toBe(900);
  expect(valueAt(wait, 'instance', true), 'the next below').toEqual({ json: 780, value: '780', level: 'agent' });
  expect(valueAt(wait, 'tool').json, 'inherited where it says nothing').toBe(780);
  expect(valueAt(row({}), 'instance'), 'nothing anywhere').toEqual({ json: null, value: null, level: null });
  expect(valueAt(row({ default: 1, tool: null }), 'instance'), 'explicitly none is a value').toEqual({ json: null, value: 'none', level: 'tool' });
});

test('a change goes to the highest level that can be set', () => {
  expect(levelFor(row({}), target, null), 'by itself').toBe('instance');
  expect(levelFor(row({}), target, 'system'), 'as chosen').toBe('system');
  expect(levelFor(row({}), target, 'agent'), 'not where nothing can be set').toBe('instance');
  const own: SettingsTarget = { ...target, levels: [...target.levels, { level: 'user', title: 'User', why_not: null }] };
  expect(levelFor(row({}, { user: true }), own, null), 'a person’s own').toBe('user');
  expect(levelFor(row({}), own, 'user'), 'not where all accounts share one').toBe('instance');
});

test('modified is what the tool itself says', () => {
  expect(isModified(row({ default: 1, instance: 2 })), 'its own word').toBe(true);
  expect(isModified(row({ default: 1, agent: 2 })), 'inherited').toBe(false);
  expect(isModified(row({ default: 1 })), 'the default').toBe(false);
});

test('the chain tells the pending change and who will win', () => {
  const wait = row({ default: 600, instance: 900 });
  const wins = (links: ReturnType<typeof chainWith>) => links.find((link) => link.wins)?.level;
  expect(wins(chainWith(wait, edit)), 'a lower level does not beat the instance').toBe('instance');
  expect(wins(chainWith(wait, { ...edit, op: 'reset', level: 'instance' })), 'a reset lets the default win').toBe('default');
  expect(chainWith(wait, edit).filter((link) => link.pending).map((link) => link.value), 'the level that changes').toEqual(['5']);
});

test('words for kinds and bounds', () => {
  expect(kindWords(row({}, { unit: 'seconds', nullable: true })), 'kind').toBe('Whole number, seconds, or none');
  expect(allowedWords(row({}, { min: 30, max: 3600 })), 'range').toBe('30 to 3600');
  expect(allowedWords(row({}, { choices: [{ value: 'a', title: 'A' }, { value: 'b', title: 'B' }, { value: 'c', title: 'C' }] })), 'choices').toBe('A, B or C');
  expect(allowedWords(row({})), 'anything').toBe('');
});

test('order of keys is no difference, order of entries is', () => {
  expect(sameJson({ a: 1, b: [2] }, { b: [2], a: 1 }), 'keys').toBe(true);
  expect(sameJson([1, 2], [2, 1]), 'entries').toBe(false);
  expect(sameJson('1', 1), 'kinds').toBe(false);
});

test('the command from a terminal survives a shell and never holds a secret', () => {
  expect(shellWord("it's $HOME"), 'quoted').toBe(`'it'\\''s $HOME'`);
  expect(commandOf(row({ instance: 900 }), target, null), 'as it is').toBe('sanctumctl config set athena/broca2 WAIT 900');
  expect(commandOf(row({}), target, { ...edit, op: 'reset' }), 'a reset').toBe('sanctumctl config unset athena/broca2 WAIT');
  expect(commandOf(row({ agent: 'hidden' }, { secret: true }), target, null), 'no value').toBe('sanctumctl secrets set athena/broca2 WAIT');
});

test('only files of the install can be shown', () => {
  expect(fileOf({ file: 'agents/x/config/.env', line: 3 }), 'a file').toBe('agents/x/config/.env');
  expect(fileOf({ file: '.env', line: 3 }), 'the root’s').toBe('.env');
  expect(fileOf({ file: 'registry · agent_configs', line: null }), 'the registry').toBeNull();
  expect(fileOf({ file: 'schema', line: null }), 'the schema').toBeNull();
});
