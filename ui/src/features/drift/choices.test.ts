import { expect, test } from 'vitest';
import { sampleDrift } from '../../platform/sample/drift';
import { choicesOf, choose, chooseAll, takeOf, undecided } from './choices';

const file = sampleDrift(1)[0]!;
const [collision, theirs, ours] = [file.keys[0]!, file.keys[1]!, file.keys[2]!];

test('what does not collide is chosen already, a collision is not', () => {
  expect(takeOf(theirs, {}), 'only the file was changed').toBe('theirs');
  expect(takeOf(ours, {}), 'only the registry was changed').toBe('ours');
  expect(takeOf(collision, {}), 'both were').toBeNull();
  expect(undecided(file, {}).map((entry) => entry.key), 'it waits').toEqual([collision.key]);
  expect(choicesOf(file, {}), 'no plan without it').toBeNull();
});

test('a choice completes them, and can be turned', () => {
  const chosen = choose({}, collision, 'theirs');
  expect(choicesOf(file, chosen)?.find((choice) => choice.key === collision.key)?.take, 'theirs').toBe('theirs');
  expect(takeOf(collision, choose(chosen, collision, 'ours')), 'turned').toBe('ours');
  expect(takeOf(theirs, choose({}, theirs, 'ours')), 'also where nothing collides').toBe('ours');
});

test('a value that changed again asks again', () => {
  const chosen = choose({}, collision, 'theirs');
  expect(takeOf({ ...collision, theirs: '1300' }, chosen), 'the choice was for another value').toBeNull();
});

test('all of one side', () => {
  expect(choicesOf(file, chooseAll(file, 'ours'))?.every((choice) => choice.take === 'ours'), 'ours').toBe(true);
  expect(choicesOf(file, chooseAll(file, 'theirs'))?.length, 'every key').toBe(file.keys.length);
});
