import { useQueryClient } from '@tanstack/react-query';
import { Suspense, lazy, useCallback, useMemo, useState } from 'react';
import type { AppState, ModuleSource } from '../bindings';
import { createHandlers, type Handler } from '../commands/handlers';
import { keysOf } from '../commands/catalog';
import { useCommands } from '../commands/use-commands';
import { ActivityView } from '../features/activity/ActivityView';
import { AgentsView } from '../features/agents/AgentsView';
import { AddAgentSheet } from '../features/agents/AddAgentSheet';
import { DriftView } from '../features/drift/DriftView';
import { useExchange } from '../features/exchange/use-exchange';
import { SettingsView } from '../features/preferences/SettingsView';
import { ChatView } from '../features/chat/ChatView';
import { CheckSheet } from '../features/check/CheckSheet';
import { ModuleActs, useActs } from '../features/modules/acts';
import { ModulesView } from '../features/modules/ModulesView';
import { StopAllDialog } from '../features/modules/StopAllDialog';
import { Palette } from '../features/palette/Palette';
import { ShortcutsSheet } from '../features/palette/ShortcutsSheet';
import { PlanFlow, usePlanFlow } from '../features/plan/flow';
import { DropTarget } from '../features/plugins/install/DropTarget';
import { ToolDetailView } from '../features/tools/ToolDetailView';
import { ToolsView } from '../features/tools/ToolsView';
import { usePlatform } from '../platform/context';
import { useToasts } from '../ui';
import { useChatEvents, useOverviewEvents, useTakeState } from './queries';
import { navigate, useRoute } from './router';
import { ShellContext, type ShellActions } from './shell-context';
import { Sidebar } from './Sidebar';
import { useAppearanceChoice } from './use-appearance-choice';
import { useLinks, useShownModule } from './use-links';
import { useFollowPreferences } from './use-preferences';
import { useSidebar } from './use-sidebar';
import { useUndo } from './use-undo';

const BisectSheet = lazy(() => import('../features/plugins/Bisect').then((it) => ({ default: it.BisectSheet })));
const InstallPlugin = lazy(() => import('../features/plugins/install/InstallSheet').then((it) => ({ default: it.InstallPlugin })));
const PluginsView = lazy(() => import('../features/plugins/PluginsView').then((it) => ({ default: it.PluginsView })));

type Over = 'palette' | 'shortcuts' | 'add-agent' | 'check' | 'stop-modules' | { install: ModuleSource | null; nth: number } | { culprit: string | null } | null;

/** Each asking for the sheet is one of its own, also with the same source. */
let installs = 0;

function View() {
  const route = useRoute();
  switch (route.view) {
    case 'tools': return <ToolsView tab={route.tab} />;
    case 'tool': return <ToolDetailView key={route.id} id={route.id} setting={route.setting ?? null} />;
    case 'agents': return <AgentsView uid={route.uid} tab={route.tab} />;
    case 'chat': return <ChatView uid={route.uid} at={route.at ?? null} />;
    case 'activity': return <ActivityView id={route.id} />;
    case 'settings': return <SettingsView section={route.section} />;
    case 'drift': return <DriftView file={route.file} />;
    case 'plugins': return <PluginsView part={route.part} id={route.id} tab={route.tab} />;
    case 'modules': return <ModulesView tab={route.tab} id={route.id} log={route.log ?? false} />;
  }
}

/** Kept for each view: the table of modules and the list of plugins need their width more than the others. */
function useInspector() {
  const { view } = useRoute();
  const [chosen, setChosen] = useState<Partial<Record<typeof view, boolean>>>({});
  const shown = chosen[view] ?? (view !== 'modules' && view !== 'plugins');
  return useMemo(() => ({ shown, toggle: () => setChosen((old) => ({ ...old, [view]: !shown })) }), [view, shown]);
}

function useShellActions(state: AppState, setOver: (next: Over | ((over: Over) => Over)) => void): ShellActions {
  const platform = usePlatform();
  const toasts = useToasts();
  const flow = usePlanFlow();
  const undo = useUndo();
  const sidebar = useSidebar();
  const exchange = useExchange();
  const chooseAppearance = useAppearanceChoice(state.platform, undo.undo);
  const acts = useActs();
  const inspector = useInspector();
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
    startModules: () => acts.run('start', []),
    stopModules: () => setOver('stop-modules'),
    installPlugin: (source) => setOver({ install: source, nth: (installs += 1) }),
    findCulprit: (tool) => setOver({ culprit: tool }),
    showPath: (path) => { platform.appShowPath(path).catch((thrown: unknown) => toasts.fail(thrown)); },
    setAppearance: chooseAppearance,
    importSettings: () => void exchange.importFile(),
    exportSettings: () => void exchange.exportToFile(),
    inspector: inspector.shown,
    toggleInspector: inspector.toggle,
    sidebarShown: sidebar.shown,
    toggleSidebar: sidebar.toggle,
  }), [state, setOver, flow, platform, toasts, undo, inspector, sidebar, exchange, chooseAppearance, acts.run]);
}

function Overlays({ over, close, handlers }: { over: Over; close: () => void; handlers: Record<string, Handler> }) {
  if (over === 'palette') return <Palette onClose={close} handlers={handlers} />;
  if (over === 'shortcuts') return <ShortcutsSheet onClose={close} />;
  if (over === 'check') return <CheckSheet onClose={close} />;
  if (over === 'stop-modules') return <StopAllDialog onClose={close} />;
  if (over !== null && typeof over === 'object') return 'install' in over ? <InstallPlugin key={over.nth} source={over.install} onClose={close} /> : <BisectSheet tool={over.culprit} onClose={close} />;
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
  useLinks();
  useShownModule();
  useChatEvents();
  useOverviewEvents();
  useFollowPreferences();
  const close = useCallback(() => setOver(null), []);
  const inspecting = route.view !== 'tools';
  const classes = ['win', inspecting && 'win-inspect', !shell.sidebarShown && 'win-solo'].filter(Boolean).join(' ');
  return (
    <ShellContext.Provider value={shell}>
      <div className={classes} data-testid="shell" data-sidebar={shell.sidebarShown ? 'shown' : 'hidden'}>
        {shell.sidebarShown && <Sidebar handlers={handlers} />}
        <Suspense><View /></Suspense>
      </div>
      <DropTarget onSource={shell.installPlugin} />
      <Suspense><Overlays over={over} close={close} handlers={handlers} /></Suspense>
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
      <ModuleActs><Frame state={state} /></ModuleActs>
    </PlanFlow>
  );
}
