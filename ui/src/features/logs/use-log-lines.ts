/** The lines under the eye, by pages. Of a page that still grows the lines that were there stay until it is read again. */
import { useQueries } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { LogLine, LogPage, LogState, LogView } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { PAGE } from '../../ui';

/** Lines far from the eye are read again rather than kept. */
const KEPT_MS = 20_000;

export interface LogLines {
  /** `undefined` while its page is on the way. */
  at: (line: number) => LogLine | undefined;
  error: unknown;
  refetch: () => void;
}

interface Shown { list: string; pages: Map<number, LogLine[]> }

export function useLogLines(view: LogView, state: LogState, from: number, to: number, take: (state: LogState) => void): LogLines {
  const platform = usePlatform();
  const list = `${view.id} ${state.generation}`;
  const last = Math.floor(Math.max(from, Math.min(to, state.total) - 1) / PAGE);
  const first = Math.min(last, Math.floor(from / PAGE));
  const numbers = to <= from ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const results = useQueries({
    queries: numbers.map((page) => ({
      queryKey: ['logs', view.id, state.generation, page, Math.min(PAGE, state.total - page * PAGE)],
      queryFn: (): Promise<LogPage> => platform.logPage(view.id, page * PAGE, PAGE), staleTime: Infinity, gcTime: KEPT_MS,
    })),
  });
  const shown = useRef<Shown>({ list, pages: new Map() });
  const before = shown.current.list === list ? shown.current.pages : new Map<number, LogLine[]>();
  const pages = new Map<number, LogLine[]>();
  for (const [i, page] of numbers.entries()) {
    const data = results[i]?.data;
    const lines = data && data.state.generation === state.generation ? data.items : before.get(page);
    if (lines) pages.set(page, lines);
  }
  useEffect(() => { shown.current = { list, pages }; });
  const latest = results.reduce<LogState | null>((best, { data }) => (data && (!best || data.state.generation > best.generation || data.state.read > best.read) ? data.state : best), null);
  useEffect(() => { if (latest) take(latest); }, [latest, take]);
  return {
    at: (line) => pages.get(Math.floor(line / PAGE))?.[line % PAGE],
    error: results.find((result) => result.error)?.error ?? null,
    refetch: () => results.forEach((result) => void result.refetch()),
  };
}

type Load = (offset: number, limit: number) => Promise<LogPage>;

/** As many lines at most go to the clipboard; an export has no such limit. */
export const MOST_COPIED = 10_000;

/** Reads lines from one to another, both of them included. */
export async function readLines(load: Load, from: number, to: number): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const wanted = Math.min(to - from + 1, MOST_COPIED);
  while (lines.length < wanted) {
    const { items } = await load(from + lines.length, Math.min(500, wanted - lines.length));
    if (items.length === 0) break;
    lines.push(...items);
  }
  return lines;
}

/** Lines without a time that are skipped when one with a time is looked for. */
const SKIPPED = 50;
/** Lines of one instant among which the wanted one is. */
const SAME_INSTANT = 200;

/** Where a line stands in a list that holds other lines now; they go by time. `null` where it is not, or says no time. */
export async function findLine(load: Load, total: number, wanted: LogLine): Promise<number | null> {
  const time = Date.parse(wanted.at ?? '');
  if (Number.isNaN(time)) return null;
  let low = 0;
  let high = total;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { items } = await load(middle, SKIPPED);
    const timed = items.findIndex((line) => !Number.isNaN(Date.parse(line.at ?? '')));
    if (timed < 0) high = middle;
    else if (Date.parse(items[timed]!.at ?? '') < time) low = middle + timed + 1;
    else high = middle;
  }
  const { items } = await load(low, SAME_INSTANT);
  const found = items.findIndex((line) => line.at === wanted.at && line.source === wanted.source && line.text === wanted.text);
  return found < 0 ? null : low + found;
}
