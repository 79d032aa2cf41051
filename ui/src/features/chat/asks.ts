/** What commands ask of the chat that is shown; nobody hears it where none is. */
import { useEffect, useRef } from 'react';

export type Ask = 'find' | 'find-all' | 'export' | 'write';

/** Asked of a chat that is only being opened. */
const pending = new Set<Ask>();

const listeners = new Map<Ask, Set<() => void>>();

export function ask(what: Ask): boolean {
  const heard = listeners.get(what);
  heard?.forEach((tell) => tell());
  return (heard?.size ?? 0) > 0;
}

/** Asks whoever comes next, where nobody hears it now. */
export function askNext(what: Ask) {
  if (!ask(what)) pending.add(what);
}

export function useAsked(what: Ask, run: () => void) {
  const now = useRef(run);
  now.current = run;
  useEffect(() => {
    const tell = () => now.current();
    const heard = listeners.get(what) ?? new Set();
    listeners.set(what, heard.add(tell));
    if (pending.delete(what)) tell();
    return () => { heard.delete(tell); };
  }, [what]);
}
