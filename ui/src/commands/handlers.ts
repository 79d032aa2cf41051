/** What each command of the catalogue does. A test holds that none is missing and none is left over. */
import type { QueryClient } from '@tanstack/react-query';
import type { AppState, ChatRow, Overview, ToolTab } from '../bindings';
import { type Appearance, setAppearance } from '../app/appearance';
import { currentRoute, goBack, goForward, navigate } from '../app/router';
import { ask, askNext } from '../features/chat/asks';
import type { ShellActions } from '../app/shell-context';
import type { Platform } from '../platform/platform';

export interface Handler {
  run: () => void;
  /** Why it cannot run now; `undefined` where it can. The palette leaves it out. */
  why?: () => string | undefined;
}

export interface HandlerContext {
  platform: Platform;
  client: QueryClient;
  shell: ShellActions;
  takeState: (state: AppState) => void;
  fail: (thrown: unknown) => void;
}

/** Runs in every phase. Before sign-in the window alone is painted; afterwards it is a preference of the person. */
export function appearanceHandlers(choose: (next: Appearance) => void = setAppearance): Record<string, Handler> {
  return {
    'appearance.auto': { run: () => choose('auto') },
    'appearance.light': { run: () => choose('light') },
    'appearance.dark': { run: () => choose('dark') },
  };
}

/** An open log is what one reads, so it comes before the list over it. */
function focusFind() {
  const field = document.querySelector<HTMLInputElement>('[data-find="log"]') ?? document.querySelector<HTMLInputElement>('[data-find]');
  field?.focus();
  field?.select();
}

function shownAgent(): string | null {
  const route = currentRoute();
  return route.view === 'agents' || route.view === 'chat' ? route.uid : null;
}

/** The conversation under the eye; without one in the address the first of the list is shown. */
function shownChat(client: QueryClient): string | null {
  const route = currentRoute();
  if (route.view !== 'chat') return null;
  return route.uid ?? client.getQueryData<ChatRow[]>(['chats', 'list'])?.[0]?.uid ?? null;
}

const needsChat = (client: QueryClient) => (shownChat(client) === null ? 'Open a chat first.' : undefined);
const needsAgent = () => (shownAgent() === null ? 'Open an agent first.' : undefined);

/** The command is left out only where it is known that there is nothing to do. */
function needsOverview(client: QueryClient, count: 'can_start' | 'running', why: string): string | undefined {
  return client.getQueryData<Overview>(['modules', 'overview'])?.[count] === 0 ? why : undefined;
}

function shownModule() {
  const route = currentRoute();
  return route.view === 'modules' && route.id !== null ? route : null;
}

const needsModule = () => (shownModule() === null ? 'Choose a module first.' : undefined);

function toggleLog() {
  const route = shownModule();
  if (route) navigate({ view: 'modules', tab: route.tab, id: route.id, ...(route.log ? {} : { log: true }) }, { replace: true });
}

export function createHandlers({ platform, client, shell, takeState, fail }: HandlerContext): Record<string, Handler> {
  const goTab = (n: number) => {
    const tab = client.getQueryData<ToolTab[]>(['tools', 'tabs'])?.[n - 1];
    if (tab) navigate({ view: 'tools', tab: tab.id });
  };
  const tabs = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`tab.${i + 1}`, { run: () => goTab(i + 1) }]));
  return {
    ...appearanceHandlers(shell.setAppearance),
    ...tabs,
    'settings.open': { run: () => navigate({ view: 'settings', section: 'all' }) },
    'settings.import': { run: shell.importSettings },
    'settings.export': { run: shell.exportSettings },
    'session.lock': { run: () => { platform.sessionLock().then(takeState, fail); } },
    'session.sign_out': { run: () => { platform.sessionSignOut().then(takeState, fail); } },
    'agent.add': { run: shell.addAgent },
    'install.show': { run: () => shell.showPath('.') },
    'install.close': { run: () => { platform.installClose().then(takeState, fail); } },
    'change.undo': { run: shell.undoLast },
    'change.redo': { run: shell.redoLast },
    'find.here': { run: () => { if (!(currentRoute().view === 'chat' && ask('find'))) focusFind(); } },
    'chat.open': { run: () => navigate({ view: 'chat', uid: shownAgent() }) },
    'chat.find': { run: () => { if (currentRoute().view !== 'chat') navigate({ view: 'chat', uid: shownAgent() }); askNext('find-all'); } },
    'chat.stop': { why: () => needsChat(client), run: () => { const uid = shownChat(client); if (uid) platform.chatStop(uid).catch(fail); } },
    'chat.export': { why: () => needsChat(client), run: () => ask('export') },
    'palette.open': { run: shell.togglePalette },
    'nav.tools': { run: () => navigate({ view: 'tools', tab: 'global' }) },
    'nav.drift': { run: () => navigate({ view: 'drift', file: null }) },
    'nav.agents': { run: () => navigate({ view: 'agents', uid: null }) },
    'nav.modules': { run: () => navigate({ view: 'modules', tab: 'instances', id: null }) },
    'nav.ports': { run: () => navigate({ view: 'modules', tab: 'ports', id: null }) },
    'nav.python': { run: () => navigate({ view: 'modules', tab: 'python', id: null }) },
    'modules.start_all': { why: () => needsOverview(client, 'can_start', 'Nothing is ready to start.'), run: shell.startModules },
    'modules.stop_all': { why: () => needsOverview(client, 'running', 'Nothing runs.'), run: shell.stopModules },
    'module.log': { why: needsModule, run: toggleLog },
    'nav.plugins': { run: () => navigate({ view: 'plugins', part: 'list', id: null }) },
    'plugins.graph': { run: () => navigate({ view: 'plugins', part: 'graph', id: null }) },
    'plugins.tools': { run: () => navigate({ view: 'plugins', part: 'tools', id: null }) },
    'plugins.install': { run: () => shell.installPlugin(null) },
    'plugins.bisect': { run: () => shell.findCulprit(null) },
    'nav.activity': { run: () => navigate({ view: 'activity', id: null }) },
    'nav.back': { run: goBack },
    'nav.forward': { run: goForward },
    'view.refresh': { run: () => { void client.invalidateQueries(); } },
    'view.sidebar': { run: shell.toggleSidebar },
    'view.inspector': { run: shell.toggleInspector },
    'agent.show_folder': { why: needsAgent, run: () => { const uid = shownAgent(); if (uid) platform.agentGet(uid).then(({ agent }) => shell.showPath(agent.path), fail); } },
    'agent.remove': { why: needsAgent, run: () => { const uid = shownAgent(); if (uid) shell.removeAgent(uid); } },
    'install.check': { run: shell.openCheck },
    'help.shortcuts': { run: shell.openShortcuts },
  };
}
