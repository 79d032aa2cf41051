import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';

/** What a typed name would become. It answers while one types; a verdict that comes late for an older name is dropped by its key. */
export function useVerdict(name: string, enabled = true) {
  const platform = usePlatform();
  const [settled, setSettled] = useState(name);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(name), 150);
    return () => clearTimeout(timer);
  }, [name]);
  const query = useQuery({ queryKey: [...keys.agents, 'name', settled], queryFn: () => platform.agentCheckName(settled), enabled: enabled && settled.trim() !== '', staleTime: 0 });
  const verdict = settled === name ? query.data : undefined;
  const wrong = verdict?.findings.find((finding) => finding.level === 'error');
  const why = !name.trim() ? 'Enter a name first.' : wrong ? wrong.message : !verdict ? 'The name is still being checked.' : null;
  return { verdict, wrong, why, error: query.error };
}
