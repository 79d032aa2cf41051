import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { act } from 'react';
import { render } from 'vitest-browser-react';
import { ToastProvider, useToasts } from './Toasts';

let toaster: ReturnType<typeof useToasts>;
function Grab() { toaster = useToasts(); return null; }
const shown = () => [...document.querySelectorAll('[data-testid=toast]')].map((toast) => toast.textContent);

beforeEach(async () => {
  await render(<ToastProvider><Grab /></ToastProvider>);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => { vi.useRealTimers(); });

test('a toast goes after eight seconds, an error stays', async () => {
  await act(async () => { toaster.show({ title: 'Done.' }); toaster.fail('broken'); });
  await act(async () => { vi.advanceTimersByTime(7_900); });
  expect(shown().length, 'both are there before').toBe(2);
  await act(async () => { vi.advanceTimersByTime(200); });
  expect(shown().length, 'the error is left').toBe(1);
  expect(shown()[0], 'with the words for a failure nobody named').toContain('could not reach');
});

test('it stops under the pointer', async () => {
  await act(async () => { toaster.show({ title: 'Done.' }); });
  const toast = document.querySelector('[data-testid=toast]')!;
  await act(async () => { toast.dispatchEvent(new PointerEvent('pointerover', { bubbles: true })); });
  await act(async () => { vi.advanceTimersByTime(20_000); });
  expect(shown().length, 'held').toBe(1);
  await act(async () => { toast.dispatchEvent(new PointerEvent('pointerout', { bubbles: true, relatedTarget: document.body })); });
  await act(async () => { vi.advanceTimersByTime(8_100); });
  expect(shown().length, 'gone after').toBe(0);
});

test('three at most, and a live region says them', async () => {
  await act(async () => { for (const n of [1, 2, 3, 4]) toaster.show({ title: `Number ${n}.` }); });
  expect(shown().length, 'the oldest made room').toBe(3);
  expect(document.querySelector('[role=status][aria-live]')?.textContent, 'said').toContain('Number 4.');
});
