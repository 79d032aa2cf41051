import { useSyncExternalStore } from 'react';
import { Tooltip } from './Tooltip';

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => { now = Date.now(); listeners.forEach((tell) => tell()); }, 5_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) { clearInterval(timer); timer = undefined; }
  };
}

/** One clock for all ages in the window; it ticks every five seconds while somebody looks. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** "12 s ago": age of an instant in the words of the design. */
export function age(at: string, nowMs: number): string {
  const then = Date.parse(at);
  if (Number.isNaN(then)) return 'at an unknown time';
  const s = Math.max(0, Math.round((nowMs - then) / 1000));
  if (s < 5) return 'just now';
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ago`;
  const days = Math.floor(s / 86_400);
  if (days < 30) return days === 1 ? '1 day ago' : `${days} days ago`;
  return day(at);
}

const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const shortFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dayMonthFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

export function day(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : dayFormat.format(date);
}

/** "14 Oct 2025, 09:12:44", in the operator's own time zone. */
export function absolute(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : `${dayFormat.format(date)}, ${clockFormat.format(date)}`;
}

/** "14:31". */
export function clock(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : shortFormat.format(date);
}

/** "17 Nov". */
export function dayMonth(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : dayMonthFormat.format(date);
}

/** "84 ms", "2.4 s", "1 min 12 s". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** Relative age; the absolute date is in the tooltip (and in `datetime`). `bare` leaves the tooltip to the native one. */
export function RelativeTime({ at, className, bare }: { at: string; className?: string; bare?: boolean }) {
  const words = age(at, useNow());
  if (bare) return <time className={className} dateTime={at} title={absolute(at)}>{words}</time>;
  return (
    <Tooltip text={absolute(at)}>
      <time className={className} dateTime={at}>{words}</time>
    </Tooltip>
  );
}
