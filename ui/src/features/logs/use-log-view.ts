/** An open view over logs: opened, filtered, kept up with, and closed again. What it shows is paged elsewhere. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { LogFilter, LogState, LogView } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { type PlatformError, toPlatformError } from '../../platform/platform';

export interface OpenLog {
  /** `null` while it is being opened, and where no instance is asked for. */
  view: LogView | null;
  state: LogState | null;
  /** The filter that `state` answers. */
  applied: LogFilter | null;
  /** It could not be opened. */
  error: PlatformError | null;
  /** The filter was refused: a pattern that cannot be read. */
  refused: PlatformError | null;
  /** A page said how far the view is. */
  take: (state: LogState) => void;
  retry: () => void;
}

export const sameFilter = (a: LogFilter | null, b: LogFilter) => a !== null && a.level === b.level && a.text === b.text && a.regex === b.regex && a.case === b.case;

/** What is known never goes back: an answer that was on the way longer is older. */
const newer = (old: LogState | null, next: LogState) => !old || next.generation > old.generation || (next.generation === old.generation && (next.read >= old.read || next.total >= old.total));

interface Opened { view: LogView; applied: LogFilter }

/** Whoever goes through a list with the arrow keys held down opens the last log, not each of them. */
const IN_A_ROW_MS = 300;
const SETTLE_MS = 150;

export function useLogView(instances: string[], filter: LogFilter): OpenLog {
  const platform = usePlatform();
  const [opened, setOpened] = useState<Opened | null>(null);
  const [state, setState] = useState<LogState | null>(null);
  const [error, setError] = useState<PlatformError | null>(null);
  const [refused, setRefused] = useState<PlatformError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const asked = useRef(filter);
  asked.current = filter;
  const who = instances.join('\n');
  const openedAt = useRef(-IN_A_ROW_MS);

  // It opens without a text, so that a pattern that cannot be read never keeps a log closed.
  useEffect(() => {
    setOpened(null); setState(null); setError(null); setRefused(null);
    if (who === '') return;
    let gone = false;
    let open: string | null = null;
    const close = (view: string) => { platform.logClose(view).catch(() => { /* it closes by itself when the window does */ }); };
    const first = { ...asked.current, text: '' };
    const inARow = performance.now() - openedAt.current < IN_A_ROW_MS;
    openedAt.current = performance.now();
    const timer = setTimeout(() => {
      platform.logOpen(who.split('\n'), first).then((view) => {
        open = view.id;
        if (gone) { close(view.id); return; }
        setOpened({ view, applied: first });
        setState(view.state);
      }, (thrown: unknown) => { if (!gone) setError(toPlatformError(thrown)); });
    }, inARow ? SETTLE_MS : 0);
    return () => { gone = true; clearTimeout(timer); if (open !== null) close(open); };
  }, [platform, who, attempt]);

  const id = opened?.view.id ?? null;
  const { level, text, regex } = filter;
  const capitals = filter.case;
  const known = opened !== null && sameFilter(opened.applied, filter);
  useEffect(() => {
    if (id === null || known) { setRefused(null); return; }
    let gone = false;
    const next: LogFilter = { level, text, regex, case: capitals };
    platform.logFilter(id, next).then((found) => {
      if (gone) return;
      setOpened((old) => (old?.view.id === id ? { ...old, applied: next } : old));
      setState((old) => (newer(old, found) ? found : old));
      setRefused(null);
    }, (thrown: unknown) => { if (!gone) setRefused(toPlatformError(thrown)); });
    return () => { gone = true; };
  }, [platform, id, known, level, text, regex, capitals]);

  const take = useCallback((next: LogState) => setState((old) => (newer(old, next) ? next : old)), []);
  useEffect(() => (id === null ? undefined : platform.onLog((event) => { if (event.view === id) take(event.state); })), [platform, id, take]);
  const retry = useCallback(() => setAttempt((n) => n + 1), []);
  return { view: opened?.view ?? null, state, applied: opened?.applied ?? null, error, refused, take, retry };
}
