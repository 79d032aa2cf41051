/** What is asked of Letta. It stands under the agents: whatever changes them makes it be read again. */
import { useQuery } from '@tanstack/react-query';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';

export function useLettaState() {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.agents, 'letta'], queryFn: () => platform.lettaState() });
}

export function useModels(enabled = true) {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.agents, 'models'], queryFn: () => platform.lettaModels(), enabled });
}

export function useLettaAgents(enabled = true) {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.agents, 'in-letta'], queryFn: () => platform.lettaAgents(), enabled });
}

export function useMind(uid: string) {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.agents, 'mind', uid], queryFn: () => platform.agentMind(uid) });
}
