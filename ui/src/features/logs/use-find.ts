/** Search in a log: what is typed becomes what is asked, matches are counted, the next and the previous are jumped to. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { LogLevel, LogSeek } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { type PlatformError, toPlatformError } from '../../platform/platform';
import { type OpenLog, sameFilter, useLogView } from './use-log-view';
import type { Search } from './words';

const SETTLE_MS = 180;
const NOBODY: string[] = [];

export interface Asked extends Search {
  /** Other lines are left out. */
  only: boolean;
}

export interface Find {
  typed: string;
  type: (text: string) => void;
  regex: boolean;
  setRegex: (on: boolean) => void;
  capitals: boolean;
  setCapitals: (on: boolean) => void;
  only: boolean;
  setOnly: (on: boolean) => void;
  /** What the log is asked for, a moment after it was typed. */
  asked: Asked;
  settle: () => void;
}

/** What is typed and switched; it knows no log. It may begin with words that the others are left out for. */
export function useAsked(words = ''): Find {
  const [typed, setTyped] = useState(words);
  const [settled, setSettled] = useState(words);
  const [regex, setRegex] = useState(false);
  const [capitals, setCapitals] = useState(false);
  const [only, setOnly] = useState(words !== '');
  useEffect(() => {
    if (typed === settled) return;
    const timer = setTimeout(() => setSettled(typed), typed === '' ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [typed, settled]);
  return { typed, type: setTyped, regex, setRegex, capitals, setCapitals, only, setOnly, asked: { text: settled, regex, case: capitals, only }, settle: () => setSettled(typed) };
}

/** Looks for a line from another, round past the end; the line it starts from is not looked at. A pattern and capitals are the view's own. */
export function useSeek(log: OpenLog) {
  const platform = usePlatform();
  const id = log.view?.id ?? null;
  const total = log.state?.total ?? 0;
  const errors = log.state?.errors ?? 0;
  return useCallback(async (what: 'error' | 'match', down: boolean, text: string, from: number | null): Promise<number | null> => {
    if (id === null || total === 0) return null;
    const next: LogSeek = what === 'error' ? 'next_error' : 'next_match';
    const previous: LogSeek = what === 'error' ? 'previous_error' : 'previous_match';
    // Lines that were replaced while it was looked for are looked at once more.
    const ask = (seek: LogSeek, at: number) => platform.logSeek(id, seek, text, at).catch((thrown: unknown) => {
      if (toPlatformError(thrown).code === 'log_moved') return platform.logSeek(id, seek, text, at);
      throw thrown;
    });
    const first = async () => { const found = await ask(previous, 1); return found === 0 ? 0 : ask(next, 0); };
    const last = async () => {
      if (total === 1) return what === 'error' ? (errors > 0 ? 0 : null) : ask(previous, 1);
      const found = await ask(next, total - 2);
      return found === total - 1 ? found : ask(previous, total - 1);
    };
    if (from !== null && down) {
      const found = await ask(next, from);
      if (found !== null) return found;
    }
    if (from !== null && !down && from > 0) {
      const found = await ask(previous, from);
      if (found !== null) return found;
    }
    return down ? first() : last();
  }, [platform, id, total, errors]);
}

export interface Matches {
  /** How many there are; `null` while nothing is asked, or they are still counted. */
  count: number | null;
  /** Which of them is shown, from 1; `null` where nobody counted up to it. */
  nth: number | null;
  /** All files were counted. */
  whole: boolean;
  refused: PlatformError | null;
  go: (down: boolean) => void;
}

/** Counts in a view of its own, in which only matches are, so that the log itself stays whole. */
export function useMatches(instances: string[], level: LogLevel | null, log: OpenLog, asked: Asked, place: { cursor: number | null; start: () => number | null }, onFound: (line: number) => void): Matches {
  const seek = useSeek(log);
  const filter = { level, text: asked.text, regex: asked.regex, case: asked.case };
  const counter = useLogView(asked.text !== '' && !asked.only ? instances : NOBODY, filter);
  const counting = asked.only ? log : counter;
  const known = asked.text !== '' && sameFilter(counting.applied, filter) ? counting.state : null;
  const count = known?.total ?? null;
  const whole = known?.complete ?? false;
  const ready = log.applied !== null && log.applied.regex === asked.regex && log.applied.case === asked.case && log.applied.level === level;
  const key = JSON.stringify([log.view?.id, level, asked]);
  const lines = `${key} ${log.state?.generation ?? 0}`;
  const [at, setAt] = useState<{ lines: string; line: number; n: number | 'last' } | null>(null);
  const [failed, setFailed] = useState<{ key: string; error: PlatformError } | null>(null);

  const now = useRef({ key, lines, place });
  now.current = { key, lines, place };
  /** `number` says which of the matches was reached; it is told whether the search went on from the other end. */
  const run = useCallback((down: boolean, from: number | null, number: (wrapped: boolean) => number | 'last' | null) => {
    const { key: asker, lines: list } = now.current;
    seek('match', down, asked.text, from).then((line) => {
      if (now.current.lines !== list) return;
      setFailed(null);
      if (line === null) return;
      const n = number(from === null || (down ? line <= from : line >= from));
      setAt(n === null ? null : { lines: list, line, n });
      onFound(line);
    }, (thrown: unknown) => { if (now.current.key === asker) setFailed({ key: asker, error: toPlatformError(thrown) }); });
  }, [seek, asked.text, onFound]);

  // The last match is counted once all are; matches that come later come after it.
  useEffect(() => { if (at?.n === 'last' && at.lines === lines && whole && count !== null) setAt({ ...at, n: count }); }, [at, lines, whole, count]);

  const here = at !== null && at.lines === lines && at.line === place.cursor && at.n !== 'last' ? at.n : null;
  const go = (down: boolean) => {
    if (asked.text === '') return;
    if (!asked.only) {
      run(down, place.cursor ?? place.start(), (wrapped) => (wrapped ? (down ? 1 : 'last') : here === null ? null : here + (down ? 1 : -1)));
    } else if (count) {
      onFound(place.cursor === null ? (down ? 0 : count - 1) : (place.cursor + (down ? 1 : -1) + count) % count);
    }
  };

  // What was typed anew is looked for at once: the newest while the log is followed, else the next one from where the eye is.
  const searched = useRef('');
  useEffect(() => {
    if (asked.text === '' || asked.only) searched.current = asked.only ? key : '';
    if (!ready || asked.text === '' || searched.current === key) return;
    searched.current = key;
    const start = now.current.place.start();
    if (start === null) run(false, null, () => 'last');
    else run(true, start > 0 ? start - 1 : null, (wrapped) => (wrapped ? 1 : null));
  }, [ready, key, asked.text, asked.only, run]);

  const nth = asked.only ? (place.cursor === null ? null : place.cursor + 1) : here;
  const refused = asked.text === '' ? null : asked.only ? log.refused : counter.refused ?? counter.error ?? (failed?.key === key ? failed.error : null);
  return { count, nth: nth !== null && count !== null && nth <= count ? nth : null, whole, refused, go };
}
