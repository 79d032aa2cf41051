/** A small hash router: where the window is, and back and forward over it. */
import { useSyncExternalStore } from 'react';

export type Route =
  | { view: 'tools'; tab: string }
  | { view: 'tool'; id: string; setting?: string | null }
  | { view: 'agents'; uid: string | null; tab?: AgentTab }
  | { view: 'chat'; uid: string | null; at?: number }
  | { view: 'activity'; id: string | null }
  | { view: 'settings'; section: SettingsSection }
  | { view: 'drift'; file: string | null }
  | { view: 'modules'; tab: ModulesTab; id: string | null; log?: boolean }
  | { view: 'plugins'; part: PluginsPart; id: string | null; tab?: PluginTab };

export const settingsSections = ['all', 'preferences', 'system', 'letta', 'secrets', 'exchange'] as const;
export type SettingsSection = (typeof settingsSections)[number];

/** Parts of an agent's page besides its overview. */
export const agentTabs = ['memory', 'letta', 'broca'] as const;
export type AgentTab = (typeof agentTabs)[number];

/** Parts of the modules' place: what runs, who has which port, what it all runs in. */
export const modulesTabs = ['instances', 'ports', 'python'] as const;
export type ModulesTab = (typeof modulesTabs)[number];

/** Parts of the plugins' place: what is installed, what needs what, the tools that the running server offers. */
export const pluginsParts = ['list', 'graph', 'tools'] as const;
export type PluginsPart = (typeof pluginsParts)[number];

/** Parts of a plugin's page besides its overview. */
export const pluginTabs = ['tools', 'settings', 'dependencies', 'versions', 'log', 'used'] as const;
export type PluginTab = (typeof pluginTabs)[number];

export type View = Route['view'];

const START = '#/tools/global';
const KEPT = 'sanctum.route';

function modulesHash({ tab, id, log }: Extract<Route, { view: 'modules' }>): string {
  if (tab !== 'instances') return `#/modules/${tab}`;
  return id === null ? '#/modules' : `#/modules/instances/${encodeURIComponent(id)}${log ? '?log' : ''}`;
}

/** Of the list the id is a plugin's, of the graph a node's, of the tools a tool's name; other parts than the list stand in the question. */
function pluginsHash({ part, id, tab }: Extract<Route, { view: 'plugins' }>): string {
  const asked = part === 'list' ? tab : `part=${part}`;
  return `#/plugins${id === null ? '' : `/${encodeURIComponent(id)}`}${asked && (part !== 'list' || id !== null) ? `?${asked}` : ''}`;
}

export function toHash(route: Route): string {
  switch (route.view) {
    case 'tools': return `#/tools/${encodeURIComponent(route.tab)}`;
    case 'tool': return `#/tool/${encodeURIComponent(route.id)}${route.setting ? `?setting=${encodeURIComponent(route.setting)}` : ''}`;
    case 'agents': return route.uid === null ? '#/agents' : `#/agents/${encodeURIComponent(route.uid)}${route.tab ? `/${route.tab}` : ''}`;
    case 'chat': return route.uid === null ? '#/chat' : `#/chat/${encodeURIComponent(route.uid)}${route.at === undefined ? '' : `?at=${route.at}`}`;
    case 'activity': return route.id === null ? '#/activity' : `#/activity/${encodeURIComponent(route.id)}`;
    case 'settings': return route.section === 'all' ? '#/settings' : `#/settings/${route.section}`;
    case 'modules': return modulesHash(route);
    case 'plugins': return pluginsHash(route);
    case 'drift': return route.file === null ? '#/drift' : `#/drift/${encodeURIComponent(route.file)}`;
  }
}

function decode(part: string | undefined): string | null {
  if (!part) return null;
  try { return decodeURIComponent(part); } catch { return null; }
}

function agentsRoute(rest: string | undefined): Route {
  const [name, more] = (rest ?? '').split('/');
  const uid = decode(name);
  const tab = uid === null ? undefined : agentTabs.find((known) => known === more);
  return tab ? { view: 'agents', uid, tab } : { view: 'agents', uid };
}

function modulesRoute(rest: string | undefined, asked: string | undefined): Route {
  const [name, more] = (rest ?? '').split('/');
  const tab = modulesTabs.find((known) => known === name) ?? 'instances';
  const id = tab === 'instances' ? decode(more) : null;
  return { view: 'modules', tab, id, ...(id !== null && /(?:^|&)log(?:&|$)/.test(asked ?? '') ? { log: true } : {}) };
}

function pluginsRoute(id: string | null, asked: string | undefined): Route {
  const part = pluginsParts.find((known) => asked === `part=${known}`) ?? 'list';
  const tab = part === 'list' && id !== null ? pluginTabs.find((known) => known === asked) : undefined;
  return { view: 'plugins', part, id, ...(tab ? { tab } : {}) };
}

/** An address nobody knows leads to the tools. */
export function fromHash(hash: string): Route {
  const [, view, rest, asked] = /^#\/([a-z]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(hash) ?? [];
  const part = decode(rest);
  if (view === 'tool' && part) return { view: 'tool', id: part, setting: decode(/(?:^|&)setting=([^&]*)/.exec(asked ?? '')?.[1]) };
  if (view === 'settings') return { view: 'settings', section: settingsSections.find((section) => section === part) ?? 'all' };
  if (view === 'drift') return { view: 'drift', file: part };
  if (view === 'agents') return agentsRoute(rest);
  if (view === 'modules') return modulesRoute(rest, asked);
  if (view === 'plugins') return pluginsRoute(part, asked);
  if (view === 'chat') {
    const at = Number(/(?:^|&)at=(\d{1,15})(?:&|$)/.exec(asked ?? '')?.[1] ?? NaN);
    return Number.isNaN(at) || part === null ? { view: 'chat', uid: part } : { view: 'chat', uid: part, at };
  }
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
