import { expect, test } from 'vitest';
import { type Timer, watchIdle } from './idle';

const MINUTE = 60_000;

/** A clock that goes only when told to; `sleep` lets time pass without its timers running. */
function clock() {
  let now = 0;
  let waiting: { at: number; run: () => void } | null = null;
  const timer: Timer = {
    now: () => now,
    after: (ms, run) => { const mine = { at: now + ms, run }; waiting = mine; return () => { if (waiting === mine) waiting = null; }; },
  };
  return {
    timer,
    sleep: (ms: number) => { now += ms; },
    go: (ms: number) => {
      const until = now + ms;
      for (let due = waiting; due && due.at <= until; due = waiting) { waiting = null; now = Math.max(now, due.at); due.run(); }
      now = until;
    },
    waits: () => waiting !== null,
  };
}

function watch(minutes: number) {
  const time = clock();
  const target = new EventTarget();
  let locked = 0;
  const stop = watchIdle(target, minutes * MINUTE, () => { locked += 1; }, time.timer);
  return { time, target, stop, locked: () => locked };
}

test('nobody there: it fires once, at the minute', () => {
  const { time, locked } = watch(5);
  time.go(5 * MINUTE - 1);
  expect(locked(), 'a moment before').toBe(0);
  time.go(1);
  expect(locked(), 'at the minute').toBe(1);
  time.go(60 * MINUTE);
  expect(locked(), 'once').toBe(1);
});

test('a key or the pointer starts the wait again', () => {
  const { time, target, locked } = watch(5);
  for (const sign of ['keydown', 'pointermove', 'pointerdown', 'wheel']) {
    time.go(4 * MINUTE);
    target.dispatchEvent(new Event(sign));
  }
  expect(locked(), 'somebody was there all along').toBe(0);
  time.go(5 * MINUTE);
  expect(locked(), 'and then was not').toBe(1);
});

test('after a sleep the first key finds the window locked and goes no further', () => {
  const { time, target, locked } = watch(5);
  let reached = 0;
  target.addEventListener('keydown', () => { reached += 1; });
  time.sleep(8 * 60 * MINUTE);
  target.dispatchEvent(new Event('keydown', { cancelable: true }));
  expect(locked(), 'locked by the clock, though no timer ran').toBe(1);
  expect(reached, 'the key opened nothing behind the lock').toBe(0);
});

test('who stops watching is not locked', () => {
  const { time, target, stop, locked } = watch(5);
  stop();
  time.go(60 * MINUTE);
  target.dispatchEvent(new Event('keydown'));
  expect(locked(), 'nobody watches').toBe(0);
  expect(time.waits(), 'no timer is left').toBe(false);
});
