import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { type Draft, toWire } from './draft';

const QUIET_MS = 150;

/** Asks what the draft comes to once the typing rests, or at once when a field is left; the rows hear the answer through the draft. */
export function useCheck(id: string, draft: Draft): unknown {
  const platform = usePlatform();
  const edits = useSyncExternalStore(draft.onAny, draft.edits);
  const [asked, setAsked] = useState(edits);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(edits), QUIET_MS);
    return () => clearTimeout(timer);
  }, [edits]);
  useEffect(() => draft.onHurry(() => setAsked(draft.edits())), [draft]);
  const wire = useMemo(() => toWire(asked), [asked]);
  const query = useQuery({
    queryKey: [...keys.tools, 'check', id, wire], queryFn: () => platform.settingsCheck(id, wire), enabled: wire.length > 0, placeholderData: keepPreviousData, gcTime: 30_000,
  });
  const answer = wire.length === 0 ? null : query.isPlaceholderData ? undefined : query.data;
  useEffect(() => { if (answer !== undefined) draft.told(answer); }, [answer, asked, draft]);
  return query.isError ? query.error : null;
}
