/** Notices that nobody touched the window for a while. Time is passed in. */

export interface Timer {
  now: () => number;
  /** Runs once after so many milliseconds; the answer calls it off. */
  after: (ms: number, run: () => void) => () => void;
}

export const realTimer: Timer = {
  now: () => Date.now(),
  after: (ms, run) => { const id = setTimeout(run, ms); return () => clearTimeout(id); },
};

/** What counts as somebody being there. */
const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

/** `setTimeout` takes no longer wait than this, about 24 days. */
const LONGEST = 2 ** 31 - 1;

/**
 * Calls `onIdle` once, `ms` after the last sign of life. A timer stands still while the machine sleeps, the clock does not: the first sign after
 * a long sleep finds the time over and is no sign of life any more. Returns how to stop watching.
 */
export function watchIdle(target: EventTarget, ms: number, onIdle: () => void, timer: Timer = realTimer): () => void {
  let last = timer.now();
  let callOff = () => {};
  const stop = () => {
    callOff();
    for (const sign of SIGNS) target.removeEventListener(sign, sense, { capture: true });
  };
  const over = () => {
    if (timer.now() - last < ms) return false;
    stop();
    onIdle();
    return true;
  };
  const wait = () => { callOff = timer.after(Math.min(LONGEST, Math.max(0, ms - (timer.now() - last))), () => { if (!over()) wait(); }); };
  const sense = (event: Event) => {
    if (over()) { event.stopImmediatePropagation(); event.preventDefault(); return; }
    last = timer.now();
  };
  for (const sign of SIGNS) target.addEventListener(sign, sense, { capture: true });
  wait();
  return stop;
}
