/** A small hash router: where the window is, and back and forward over it. */
import { useSyncExternalStore } from 'react';

export type Route =
  | { view: 'tools'; tab: string }
  | { view: 'tool'; id: string }
  | { view: 'agents'; uid: string | null }
  | { view: 'activity'; id: string | null };

export type View = Route['view'];

const START = '#/tools/global';
const KEPT = 'sanctum.route';

export function toHash(route: Route): string {
  switch (route.view) {
    case 'tools': return `#/tools/${encodeURIComponent(route.tab)}`;
    case 'tool': return `#/tool/${encodeURIComponent(route.id)}`;
    case 'agents': return route.uid === null ? '#/agents' : `#/agents/${encodeURIComponent(route.uid)}`;
    case 'activity': return route.id === null ? '#/activity' : `#/activity/${encodeURIComponent(route.id)}`;
  }
}

function decode(part: string | undefined): string | null {
  if (!part) return null;
  try { return decodeURIComponent(part); } catch { return null; }
}

/** An address nobody knows leads to the tools. */
export function fromHash(hash: string): Route {
  const [, view, rest] = /^#\/([a-z]+)(?:\/(.*))?$/.exec(hash) ?? [];
  const part = decode(rest);
  if (view === 'tool' && part) return { view: 'tool', id: part };
  if (view === 'agents') return { view: 'agents', uid: part };
  if (view === 'activity') return { view: 'activity', id: part };
  return { view: 'tools', tab: part && view === 'tools' ? part : 'global' };
}

interface Position { hash: string; at: number; last: number }

const listeners = new Set<() => void>();
let position: Position = { hash: START, at: 0, last: 0 };

function move(next: Position) {
  position = next;
  try { localStorage.setItem(KEPT, next.hash); } catch { /* a private window keeps nothing */ }
  listeners.forEach((tell) => tell());
}

let listening = false;

/** Takes up the address of the page, or the route of the last run. Call once, before the first render. */
export function startRouter() {
  let kept: string | null = null;
  try { kept = localStorage.getItem(KEPT); } catch { kept = null; }
  const hash = location.hash.startsWith('#/') ? location.hash : toHash(fromHash(kept ?? START));
  history.replaceState({ at: 0 }, '', hash);
  move({ hash, at: 0, last: 0 });
  if (listening) return;
  listening = true;
  window.addEventListener('popstate', (event: PopStateEvent) => {
    const state = event.state as { at?: number } | null;
    const at = typeof state?.at === 'number' ? state.at : position.at + 1;
    if (state === null) history.replaceState({ at }, '', location.hash);
    move({ hash: location.hash || START, at, last: Math.max(position.last, at) });
  });
}

/** Goes there. `replace` for moves inside a list, which are no steps of their own. */
export function navigate(route: Route, options: { replace?: boolean } = {}) {
  const hash = toHash(route);
  if (hash === position.hash) return;
  if (options.replace) {
    history.replaceState({ at: position.at }, '', hash);
    move({ ...position, hash });
    return;
  }
  const at = position.at + 1;
  history.pushState({ at }, '', hash);
  move({ hash, at, last: at });
}

export const goBack = () => { if (position.at > 0) history.back(); };
export const goForward = () => { if (position.at < position.last) history.forward(); };

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}

let parsed: { hash: string; route: Route } = { hash: START, route: fromHash(START) };

export function currentRoute(): Route {
  if (parsed.hash !== position.hash) parsed = { hash: position.hash, route: fromHash(position.hash) };
  return parsed.route;
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute);
}

export function useHistory(): { canBack: boolean; canForward: boolean } {
  const now = useSyncExternalStore(subscribe, () => position);
  return { canBack: now.at > 0, canForward: now.at < now.last };
}
