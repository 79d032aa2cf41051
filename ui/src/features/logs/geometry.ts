/** Where the lines of a long log stand, without building them. Pure. */

export const ROW = 20;
export const PAD = 4;

/** Browsers draw nothing higher than about 33 million pixels; a longer log is scrolled by share. */
export const TALLEST = 16_000_000;

/** Lines that are higher than one row, sorted, with the pixels they are over it, summed up. */
export interface Grown { at: number[]; sum: number[] }

export const FLAT: Grown = { at: [], sum: [] };

export function grownFrom(over: ReadonlyMap<number, number>): Grown {
  const at = [...over.keys()].sort((a, b) => a - b);
  let total = 0;
  return { at, sum: at.map((line) => (total += over.get(line) ?? 0)) };
}

/** How many of the sorted numbers are below this one. */
function below(sorted: number[], than: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < than) low = middle + 1; else high = middle;
  }
  return low;
}

/** Top of a line, from the top of the first. */
export function topOf(grown: Grown, line: number): number {
  const before = below(grown.at, line);
  return line * ROW + (before ? grown.sum[before - 1]! : 0);
}

export const heightOf = (grown: Grown, total: number) => topOf(grown, total) + 2 * PAD;

/** The line at this height; the first or last where it is outside. */
export function lineAt(grown: Grown, total: number, y: number): number {
  let low = 0;
  let high = Math.max(0, total - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (topOf(grown, middle) + PAD <= y) low = middle; else high = middle - 1;
  }
  return low;
}

/** Lines that touch the window from `top`, with `over` more on each side; `to` is not one of them. */
export function linesWithin(grown: Grown, total: number, top: number, height: number, over: number): { from: number; to: number } {
  if (total === 0 || height <= 0) return { from: 0, to: 0 };
  return { from: Math.max(0, lineAt(grown, total, top) - over), to: Math.min(total, lineAt(grown, total, top + height) + over + 1) };
}

/** How many pixels of the log one pixel of the scroll bar is. */
export function scaleOf(full: number, view: number): number {
  return full <= TALLEST ? 1 : (full - view) / (TALLEST - view);
}

/** Where a line is seen whole: as it is where it is already, else a third from the top. */
export function topToShow(grown: Grown, line: number, top: number, height: number): number {
  const y = topOf(grown, line) + PAD;
  const end = topOf(grown, line + 1) + PAD;
  return y >= top && end <= top + height ? top : Math.max(0, y - Math.floor(height / 3));
}

/** Where a line that an arrow leads to is just seen. */
export function topToReach(grown: Grown, line: number, top: number, height: number): number {
  const y = topOf(grown, line) + PAD;
  const end = topOf(grown, line + 1) + PAD;
  if (y < top) return Math.max(0, y - PAD);
  return end > top + height ? Math.min(y, end + PAD - height) : top;
}
