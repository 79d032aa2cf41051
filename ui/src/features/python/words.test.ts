import { expect, test } from 'vitest';
import { sampleEnvs } from '../../platform/sample/python';
import { envWords, movesWords, namesIn, packageFits } from './words';

const [agents, smcp] = sampleEnvs();

test('an environment is said in one line', () => {
  expect(envWords(agents!), 'what is known').toBe('Python 3.12.7 · 12 packages · 102 MB');
  expect(envWords(smcp!), 'and no more').toBe('0 packages');
});

test('what a change does is counted', () => {
  const move = (from: string | null, to: string | null) => ({ name: 'x', from, to });
  expect(movesWords([move(null, '1'), move(null, '2'), move('1', '2'), move('1', null)]), 'all kinds').toBe('2 are new, 1 changes, 1 goes.');
  expect(movesWords([]), 'none').toBe('No package changes.');
});

test('packages are one on each line, and are searched by name, version and pin', () => {
  expect(namesIn(' aiogram==3.21.0 \n\n# no\nhttpx >= 0.27\n'), 'as pip writes them').toEqual(['aiogram==3.21.0', 'httpx >= 0.27']);
  const one = { name: 'pydantic-core', version: '2.4.1', pinned: true };
  expect(['CORE', '2.4', 'pinned', ''].every((query) => packageFits(one, query)), 'found').toBe(true);
  expect(packageFits(one, 'httpx'), 'not').toBe(false);
});
