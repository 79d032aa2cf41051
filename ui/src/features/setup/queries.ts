// The wizard's probes. Each is read-only, asked again when its input changes, and never retried behind the person's back.
import { useEffect, useRef, useState } from 'react';
import { queryOptions, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { SetupDraft } from '../../bindings';
import { usePlatform } from '../../platform/context';
import type { Platform } from '../../platform/platform';

export function useDebounced<T>(value: T, ms = 250): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

const once = { retry: false, refetchOnWindowFocus: false, staleTime: 4000 } as const;

export const defaultsQuery = (platform: Platform) =>
  queryOptions({ ...once, staleTime: Infinity, queryKey: ['setup', 'defaults'], queryFn: () => platform.setupDefaults() });

export const scanQuery = (platform: Platform, path: string | null) =>
  queryOptions({ ...once, staleTime: 60_000, queryKey: ['setup', 'scan', path], queryFn: () => platform.setupScan(path) });

export const rootQuery = (platform: Platform, path: string) =>
  queryOptions({ ...once, queryKey: ['setup', 'root', path], queryFn: () => platform.setupCheckRoot(path) });

export const pythonsQuery = (platform: Platform) =>
  queryOptions({ ...once, staleTime: 60_000, queryKey: ['setup', 'pythons'], queryFn: () => platform.setupPythons() });

export const agentQuery = (platform: Platform, name: string, others: string[]) =>
  queryOptions({
    ...once, queryKey: ['setup', 'agent', name, others], queryFn: () => platform.setupCheckAgent(name, others),
  });

export const portsQuery = (platform: Platform, draft: SetupDraft) =>
  queryOptions({
    ...once, queryKey: ['setup', 'ports', draft.root, draft.modules, draft.agents.map((a) => a.name)],
    queryFn: () => platform.setupPorts(draft),
  });

export function useRootVerdict(path: string) {
  const platform = usePlatform();
  const settled = useDebounced(path.trim());
  const query = useQuery({ ...rootQuery(platform, settled), enabled: settled !== '' });
  return { ...query, current: settled === path.trim() && !query.isFetching };
}

export function useAgentVerdict(name: string, others: string[]) {
  const platform = usePlatform();
  const settled = useDebounced(name.trim());
  const query = useQuery({ ...agentQuery(platform, settled, others), enabled: settled !== '' });
  return { ...query, current: settled === name.trim() && !query.isFetching };
}

/**
 * The verdict on an account. The password is not part of the query's key, and its answer is dropped at once when it is
 * no longer shown, so that no cache holds it.
 */
export function useAccountVerdict(username: string, password: string) {
  const platform = usePlatform();
  const client = useQueryClient();
  const typed = useRef({ username, password });
  const [version, setVersion] = useState(0);
  useEffect(() => {
    typed.current = { username, password };
    const timer = setTimeout(() => setVersion((n) => n + 1), 250);
    return () => clearTimeout(timer);
  }, [username, password]);
  useEffect(() => () => client.removeQueries({ queryKey: ['setup', 'account'] }), [client]);
  return useQuery({
    retry: false, refetchOnWindowFocus: false, gcTime: 0, queryKey: ['setup', 'account', version],
    queryFn: () => platform.setupCheckAccount(typed.current.username, typed.current.password),
    enabled: version > 0 && password !== '', placeholderData: (previous) => previous,
  });
}

/** Reads a verdict for exactly this input, from the cache when it is seconds old. */
export function checkRoot(client: QueryClient, platform: Platform, path: string) {
  return client.fetchQuery(rootQuery(platform, path.trim()));
}

export function checkAgent(client: QueryClient, platform: Platform, name: string, others: string[]) {
  return client.fetchQuery(agentQuery(platform, name.trim(), others));
}
