import { useQueryClient } from '@tanstack/react-query';
import { Suspense, useCallback, useMemo, useState } from 'react';
import type { AppState } from '../bindings';
import { createHandlers, type Handler } from '../commands/handlers';
import { keysOf } from '../commands/catalog';
import { useCommands } from '../commands/use-commands';
import { ActivityView } from '../features/activity/ActivityView';
import { AgentsView } from '../features/agents/AgentsView';
import { AddAgentSheet } from '../features/agents/AddAgentSheet';
import { CheckSheet } from '../features/check/CheckSheet';
import { Palette } from '../features/palette/Palette';
import { ShortcutsSheet } from '../features/palette/ShortcutsSheet';
import { PlanFlow, usePlanFlow } from '../features/plan/flow';
import { ToolDetailView } from '../features/tools/ToolDetailView';
import { ToolsView } from '../features/tools/ToolsView';
import { usePlatform } from '../platform/context';
import { useToasts } from '../ui';
import { useTakeState } from './queries';
import { navigate, useRoute } from './router';
import { ShellContext, type ShellActions } from './shell-context';
import { Sidebar } from './Sidebar';
import { useSidebar } from './use-sidebar';
import { useUndo } from './use-undo';

type Over = 'palette' | 'shortcuts' | 'add-agent' | 'check' | null;

function View() {
  const route = useRoute();
  switch (route.view) {
    case 'tools': return <ToolsView tab={route.tab} />;
    case 'tool': return <ToolDetailView key={route.id} id={route.id} />;
    case 'agents': return <AgentsView uid={route.uid} />;
    case 'activity': return <ActivityView id={route.id} />;
  }
}

function useShellActions(state: AppState, setOver: (next: Over | ((over: Over) => Over)) => void): ShellActions {
  const platform = usePlatform();
  const toasts = useToasts();
  const flow = usePlanFlow();
  const undo = useUndo();
  const sidebar = useSidebar();
  const [inspector, setInspector] = useState(true);
  return useMemo<ShellActions>(() => ({
    state,
    platform: state.platform,
    keys: (command) => keysOf(command, state.platform),
    openPalette: () => setOver('palette'),
    togglePalette: () => setOver((over) => (over === 'palette' ? null : 'palette')),
    openCheck: () => setOver('check'),
    openShortcuts: () => setOver('shortcuts'),
    addAgent: () => setOver('add-agent'),
    removeAgent: (uid) => flow.open({
      title: 'Remove the agent', destructive: true, make: () => platform.agentRemovePlan(uid),
      onApplied: () => navigate({ view: 'agents', uid: null }, { replace: true }),
    }),
    ...undo,
    showPath: (path) => { platform.appShowPath(path).catch((thrown: unknown) => toasts.fail(thrown)); },
    inspector,
    toggleInspector: () => setInspector((shown) => !shown),
    sidebarShown: sidebar.shown,
    toggleSidebar: sidebar.toggle,
  }), [state, setOver, flow, platform, toasts, undo, inspector, sidebar]);
}

function Overlays({ over, close, handlers }: { over: Over; close: () => void; handlers: Record<string, Handler> }) {
  if (over === 'palette') return <Palette onClose={close} handlers={handlers} />;
  if (over === 'shortcuts') return <ShortcutsSheet onClose={close} />;
  if (over === 'check') return <CheckSheet onClose={close} />;
  if (over === 'add-agent') return <AddAgentSheet onClose={close} />;
  return null;
}

function Frame({ state }: { state: AppState }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const takeState = useTakeState();
  const toasts = useToasts();
  const route = useRoute();
  const [over, setOver] = useState<Over>(null);
  const shell = useShellActions(state, setOver);
  const handlers = useMemo(() => createHandlers({ platform, client, shell, takeState, fail: toasts.fail }), [platform, client, shell, takeState, toasts]);
  useCommands(handlers, state.platform, state.phase);
  const close = useCallback(() => setOver(null), []);
  const inspecting = route.view !== 'tools';
  const classes = ['win', inspecting && 'win-inspect', !shell.sidebarShown && 'win-solo'].filter(Boolean).join(' ');
  return (
    <ShellContext.Provider value={shell}>
      <div className={classes} data-testid="shell" data-sidebar={shell.sidebarShown ? 'shown' : 'hidden'}>
        {shell.sidebarShown && <Sidebar handlers={handlers} />}
        <Suspense><View /></Suspense>
      </div>
      <Overlays over={over} close={close} handlers={handlers} />
    </ShellContext.Provider>
  );
}

/** The window of somebody who is signed in: sidebar, view, sheets, palette. */
export function Shell({ state }: { state: AppState }) {
  const platform = usePlatform();
  const openUndo = useCallback((changeId: string, open: ReturnType<typeof usePlanFlow>['open']) => {
    open({ title: 'Undo', make: () => platform.changeUndoPlan(changeId) });
  }, [platform]);
  return (
    <PlanFlow onUndo={openUndo} undoKeys={keysOf('change.undo', state.platform)}>
      <Frame state={state} />
    </PlanFlow>
  );
}
