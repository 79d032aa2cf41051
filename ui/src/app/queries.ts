/** Server state lives in the query cache alone; events of the shell say what to read again. */
import { QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { AppState } from '../bindings';
import { usePlatform } from '../platform/context';
import { forgetPlaces } from '../ui/WindowedGrid';

export const keys = {
  state: ['state'] as const,
  tools: ['tools'] as const,
  agents: ['agents'] as const,
  changes: ['changes'] as const,
};

const topicKeys: Record<string, readonly (readonly string[])[]> = {
  tools: [keys.tools], agents: [keys.agents], changes: [keys.changes], install: [keys.state, keys.tools, keys.agents, keys.changes], session: [keys.state],
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

/** Puts the state that a command returned into the cache; rows of another person or install are forgotten. */
export function useTakeState(): (state: AppState) => void {
  const client = useQueryClient();
  return (state) => {
    const before = client.getQueryData<AppState>(keys.state);
    if (before?.install?.id !== state.install?.id || before?.user?.id !== state.user?.id) {
      forgetPlaces();
      for (const key of [keys.tools, keys.agents, keys.changes]) client.removeQueries({ queryKey: key });
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
