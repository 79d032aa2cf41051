/** Server state lives in the query cache alone; events of the shell say what to read again. */
import { QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { AppState } from '../bindings';
import { usePlatform } from '../platform/context';
import { forgetBlockDrafts } from '../features/letta/block-drafts';
import { useToasts } from '../ui/Toasts';
import { forgetPlaces } from '../ui/WindowedGrid';

export const keys = {
  state: ['state'] as const,
  tools: ['tools'] as const,
  agents: ['agents'] as const,
  changes: ['changes'] as const,
  /** The chat list and what is known about each conversation; what was said stands under `said`. */
  chats: ['chats'] as const,
  said: ['said'] as const,
  /** Search, history, drift and preferences: what is not one tool's own. */
  settings: ['settings'] as const,
  /** Instances of modules; with `overview` how everything does. */
  modules: ['modules'] as const,
  ports: ['ports'] as const,
  python: ['python'] as const,
  /** Plugins of all tools, and under `mcp` what the running tool server offers. */
  plugins: ['plugins'] as const,
};

/** What shows settings: the forms of the tools, and everything over all of them. */
const ofSettings = [keys.tools, keys.settings];

const topicKeys: Record<string, readonly (readonly string[])[]> = {
  tools: ofSettings, settings: [...ofSettings, keys.plugins], plugins: [keys.plugins, keys.tools], agents: [keys.agents, keys.chats], chats: [keys.chats], changes: [keys.changes, keys.settings],
  modules: [keys.modules, keys.ports], ports: [keys.ports, keys.modules], python: [keys.python, keys.plugins],
  install: [keys.state, keys.tools, keys.agents, keys.changes, keys.settings, keys.chats, keys.modules, keys.ports, keys.python, keys.plugins], session: [keys.state],
};

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: false, staleTime: 30_000, gcTime: 300_000, refetchOnWindowFocus: false, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

export function useAppState() {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.state, queryFn: () => platform.appState(), staleTime: Infinity });
}

/** Files that were changed outside. */
export function useDrift() {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.settings, 'drift'], queryFn: () => platform.driftList() });
}

/** As many as one answer holds; what needs the operator comes first. */
const MOST_NEEDING = 500;

/** Modules are told of every few seconds, and plugins are not read that often; a plugin that fails is seen within this. */
const PLUGINS_EVERY_MS = 60_000;

/** Plugins that wait for the operator, and how many of them were put aside. */
export function usePluginsNeeding() {
  const platform = usePlatform();
  return useQuery({
    queryKey: [...keys.plugins, 'needing'], refetchInterval: PLUGINS_EVERY_MS,
    queryFn: async () => {
      const { items, quarantined } = await platform.pluginsList('', 'status', 0, MOST_NEEDING);
      return { needing: items.filter((row) => row.needs_you && !row.quarantined).length + quarantined, quarantined };
    },
  });
}

/**
 * Whether Letta has the tools that the tool server offers; only for who may change it. Read after each change of plugins, and once in a
 * while for a tool server that somebody starts again by hand.
 */
export function useLettaTools() {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.plugins, 'letta'], queryFn: () => platform.mcpLettaTools(), refetchInterval: ({ state }) => (state.error ? false : PLUGINS_EVERY_MS) });
}

/** Has Letta read the tool server's tools anew. It is asked for each time, because it changes Letta. */
export function useRefreshLetta() {
  const platform = usePlatform();
  const client = useQueryClient();
  const toasts = useToasts();
  return useMutation({
    mutationFn: () => platform.mcpRefreshLetta(),
    onSuccess: (words) => { toasts.show({ title: words, slot: 'letta-tools' }); return client.invalidateQueries({ queryKey: [...keys.plugins, 'letta'] }); },
    onError: (thrown) => toasts.fail(thrown),
  });
}

/** How everything that runs does, at one glance. */
export function useOverview() {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.modules, 'overview'], queryFn: () => platform.overview() });
}

/** Where something runs, a change is told of right after the measurement: the list is then not read twice. */
const MEASURED_SETTLE_MS = 300;

/** Takes what was measured; the list of modules follows it, for its ages too. */
export function useOverviewEvents() {
  const platform = usePlatform();
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = platform.onOverview((overview) => {
      client.setQueryData([...keys.modules, 'overview'], overview);
      const told = Date.now();
      clearTimeout(timer);
      timer = setTimeout(() => {
        void client.invalidateQueries({ queryKey: keys.modules, predicate: ({ queryKey, state }) => queryKey[1] !== 'overview' && state.fetchStatus === 'idle' && state.dataUpdatedAt < told });
      }, MEASURED_SETTLE_MS);
    });
    return () => { clearTimeout(timer); stop(); };
  }, [platform, client]);
}

/** The chat list. */
export function useChats() {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.chats, 'list'], queryFn: () => platform.chatsList() });
}

/** What is said makes other last lines, other badges; while words stream in, nothing of that changes. */
const CHATS_SETTLE_MS = 120;

/** Reads the chat list again when something was said. */
export function useChatEvents() {
  const platform = usePlatform();
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = platform.onChat((event) => {
      if (event.what.kind === 'part') return;
      clearTimeout(timer);
      timer = setTimeout(() => void client.invalidateQueries({ queryKey: keys.chats }), CHATS_SETTLE_MS);
    });
    return () => { clearTimeout(timer); stop(); };
  }, [platform, client]);
}

/** Puts the state that a command returned into the cache; rows of another person or install are forgotten. */
export function useTakeState(): (state: AppState) => void {
  const client = useQueryClient();
  return (state) => {
    const before = client.getQueryData<AppState>(keys.state);
    if (before?.install?.id !== state.install?.id || before?.user?.id !== state.user?.id) {
      forgetPlaces();
      forgetBlockDrafts();
      for (const key of [keys.tools, keys.agents, keys.changes, keys.settings, keys.chats, keys.said, keys.modules, keys.ports, keys.python, keys.plugins]) client.removeQueries({ queryKey: key });
    }
    client.setQueryData(keys.state, state);
  };
}

/** Reads again what an event names. */
export function useChangedEvents() {
  const platform = usePlatform();
  const client = useQueryClient();
  useEffect(() => platform.onChanged((event) => {
    const again = event.topics.flatMap((topic) => topicKeys[topic] ?? []);
    for (const key of new Set(again)) {
      // A first reading that is on its way may have begun before the change: it counts as done only when read once more.
      const first = client.getQueryCache().findAll({ queryKey: key, fetchStatus: 'fetching', predicate: (query) => query.state.data === undefined });
      void client.invalidateQueries({ queryKey: key });
      for (const query of first) void query.promise?.then(() => client.invalidateQueries({ queryKey: query.queryKey, exact: true }), () => {});
    }
  }), [platform, client]);
}
