import { expect, test } from 'vitest';
import { cellAfter, layOut, rowsWithin } from './windowed';

const m = { columns: 4, rowHeight: 140, gap: 12, headHeight: 30, sectionGap: 24, top: 20, bottom: 32 };
const layout = layOut([{ key: 'a', title: 'A', count: 3 }, { key: 'none', title: 'N', count: 0 }, { key: 'b', title: 'B', count: 9 }], m);

test('an empty section takes no place', () => {
  expect(layout.placed.map((placed) => placed.section.key), 'sections').toEqual(['a', 'b']);
  expect(layout.total, 'cells').toBe(12);
});

test('only rows under the eye are built, however long the list', () => {
  const long = layOut([{ key: 'a', title: null, count: 1_000_000 }], m);
  const rows = rowsWithin(long, m, 500_000, 500_900, 1);
  expect(rows.length, 'a screenful').toBeLessThan(10);
  expect(rows[0]!.from, 'from the middle').toBeGreaterThan(10_000);
});

test('arrows keep the column over sections and stop at the ends', () => {
  expect(cellAfter(layout, m, 2, 'ArrowDown', 3), 'from the third of A to the third of B').toBe(5);
  expect(cellAfter(layout, m, 6, 'ArrowUp', 3), 'the fourth of B to the last of A').toBe(2);
  expect(cellAfter(layout, m, 11, 'ArrowDown', 3), 'the last row stays').toBe(11);
  expect(cellAfter(layout, m, 0, 'ArrowUp', 3), 'the first row stays').toBe(0);
  expect(cellAfter(layout, m, 9, 'ArrowDown', 3), 'a short last row takes the nearest').toBe(11);
  expect(cellAfter(layout, m, 0, 'End', 3), 'End').toBe(11);
  expect(cellAfter(layout, m, 0, 'x', 3), 'other keys are not its').toBeNull();
});
