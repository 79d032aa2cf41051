import { expect, test } from 'vitest';
import type { ChangeRow } from '../../bindings';
import { bucketOf, daySections } from './days';

const now = new Date(2026, 10, 20, 9, 0, 0);
const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString();
const rows = [at(20, 8), at(20, 0), at(19, 23), at(18, 12), at(1, 1)].map((instant) => ({ at: instant }) as ChangeRow);

test('days are the operator’s own', () => {
  expect(bucketOf(at(20, 0), now), 'midnight is today').toBe('today');
  expect(bucketOf(at(19, 23), now), 'an hour before is yesterday').toBe('yesterday');
  expect(bucketOf(at(18, 23), now), 'the day before is earlier').toBe('earlier');
});

test('sections count each day; what is not loaded is not claimed', () => {
  expect(daySections((i) => rows[i], 5, now).map((section) => [section.key, section.count]), 'all loaded').toEqual([['today', 2], ['yesterday', 1], ['earlier', 2]]);
  const part = daySections((i) => (i < 2 ? rows[i] : undefined), 500, now);
  expect(part.map((section) => [section.key, section.count, section.shown]), 'the run takes the rest and shows no count').toEqual([['today', 500, null]]);
  expect(daySections(() => undefined, 0, now), 'nothing').toEqual([]);
});
