import { expect, test } from 'vitest';
import { dateField, sinceOf } from './since';

const now = new Date(2026, 10, 25, 9, 30);
const local = (...day: [number, number, number]) => new Date(...day).toISOString();

test('days are whole, and today is one of them', () => {
  expect(sinceOf('today', '', now), 'today').toBe(local(2026, 10, 25));
  expect(sinceOf('week', '', now), 'today and six before').toBe(local(2026, 10, 19));
  expect(sinceOf('month', '', now), 'over a month’s end').toBe(local(2026, 9, 27));
  expect(sinceOf('all', '2026-01-01', now), 'all').toBeNull();
});

test('a date of one’s own counts from its first minute; what is no date counts as today', () => {
  expect(sinceOf('date', '2026-03-01', now), 'that day').toBe(local(2026, 2, 1));
  expect(sinceOf('date', '', now), 'none chosen').toBe(local(2026, 10, 25));
  expect(sinceOf('date', 'soon', now), 'no date').toBe(local(2026, 10, 25));
  expect(dateField(new Date(2026, 0, 5)), 'as the field writes it').toBe('2026-01-05');
});
