/** What each command of the catalogue does. A test holds that none is missing and none is left over. */
import type { QueryClient } from '@tanstack/react-query';
import type { AppState, ToolTab } from '../bindings';
import { setAppearance } from '../app/appearance';
import { currentRoute, goBack, goForward, navigate } from '../app/router';
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

/** Runs in every phase. */
export function appearanceHandlers(): Record<string, Handler> {
  return {
    'appearance.auto': { run: () => setAppearance('auto') },
    'appearance.light': { run: () => setAppearance('light') },
    'appearance.dark': { run: () => setAppearance('dark') },
  };
}

function focusFind() {
  const field = document.querySelector<HTMLInputElement>('[data-find]');
  field?.focus();
  field?.select();
}

function shownAgent(): string | null {
  const route = currentRoute();
  return route.view === 'agents' ? route.uid : null;
}

const needsAgent = () => (shownAgent() === null ? 'Open an agent first.' : undefined);

export function createHandlers({ platform, client, shell, takeState, fail }: HandlerContext): Record<string, Handler> {
  const goTab = (n: number) => {
    const tab = client.getQueryData<ToolTab[]>(['tools', 'tabs'])?.[n - 1];
    if (tab) navigate({ view: 'tools', tab: tab.id });
  };
  const tabs = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`tab.${i + 1}`, { run: () => goTab(i + 1) }]));
  return {
    ...appearanceHandlers(),
    ...tabs,
    'session.lock': { run: () => { platform.sessionLock().then(takeState, fail); } },
    'session.sign_out': { run: () => { platform.sessionSignOut().then(takeState, fail); } },
    'agent.add': { run: shell.addAgent },
    'install.show': { run: () => shell.showPath('.') },
    'install.close': { run: () => { platform.installClose().then(takeState, fail); } },
    'change.undo': { run: shell.undoLast },
    'change.redo': { run: shell.redoLast },
    'find.here': { run: focusFind },
    'palette.open': { run: shell.togglePalette },
    'nav.tools': { run: () => navigate({ view: 'tools', tab: 'global' }) },
    'nav.agents': { run: () => navigate({ view: 'agents', uid: null }) },
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
