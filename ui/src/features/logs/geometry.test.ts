import { expect, test } from 'vitest';
import { FLAT, PAD, ROW, TALLEST, grownFrom, heightOf, lineAt, linesWithin, scaleOf, topOf, topToReach, topToShow } from './geometry';

test('lines of one height stand under each other, and the window holds only what it shows', () => {
  expect(topOf(FLAT, 1000), 'a thousand rows down').toBe(1000 * ROW);
  expect(lineAt(FLAT, 200_000, 1000 * ROW + PAD), 'and back').toBe(1000);
  expect(linesWithin(FLAT, 200_000, 100_000, 600, 10), 'ten more on each side').toEqual({ from: 4989, to: 5040 });
  expect(linesWithin(FLAT, 3, 0, 600, 10), 'no more than there are').toEqual({ from: 0, to: 3 });
  expect(linesWithin(FLAT, 200_000, 0, 0, 10), 'none before it was measured').toEqual({ from: 0, to: 0 });
});

test('a wrapped line moves all that follow, and none before it', () => {
  const grown = grownFrom(new Map([[7, 40], [3, 20]]));
  expect([topOf(grown, 3), topOf(grown, 4), topOf(grown, 8)], 'before, between, after').toEqual([60, 100, 220]);
  for (let line = 0; line < 12; line += 1) expect(lineAt(grown, 12, topOf(grown, line) + PAD), `line ${line} is found where it stands`).toBe(line);
  expect(lineAt(grown, 12, topOf(grown, 7) + PAD + 59), 'the last pixel of the high line').toBe(7);
  expect(heightOf(grown, 12), 'all of it').toBe(12 * ROW + 60 + 2 * PAD);
});

test('more lines than a browser can draw are scrolled by share, from the first to the last', () => {
  expect(scaleOf(2_000_000, 600), '100,000 lines go pixel by pixel').toBe(1);
  const full = heightOf(FLAT, 50_000_000);
  expect((TALLEST - 600) * scaleOf(full, 600), 'the end of the bar is the end of the log').toBeCloseTo(full - 600, 3);
});

test('a jump leaves the view alone where the line is seen; an arrow moves it by no more than it must', () => {
  expect(topToShow(FLAT, 12, 200, 600), 'seen already').toBe(200);
  expect(topToShow(FLAT, 1000, 200, 600), 'a third from the top').toBe(1000 * ROW + PAD - 200);
  expect(topToReach(FLAT, 31, 0, 600), 'one row further down').toBe(48);
  expect(topToReach(FLAT, 5, 200, 600), 'one row up').toBe(100);
});
