import { useQuery } from '@tanstack/react-query';
import { keys } from '../../../app/queries';
import { usePlatform } from '../../../platform/context';

/** What the secret store says about a tool's secrets: asked beside the form, so that a slow store holds nothing up. */
export function useSecretStatus(tool: string, enabled: boolean) {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.tools, 'secrets', tool], queryFn: () => platform.secretsStatus(tool), enabled, staleTime: 0, refetchOnWindowFocus: 'always' });
}
