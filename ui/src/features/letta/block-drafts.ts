/** Memory blocks while they are written: kept while the window is open, so that another tab loses nothing. */
import { useCallback, useState } from 'react';

export interface BlockDraft { value: string; limit: string; readOnly: boolean }

const kept = new Map<string, BlockDraft>();

/** Another person, another install: nothing of the one before is left. */
export function forgetBlockDrafts() { kept.clear(); }

/** The draft of a block, `null` where nothing was written. */
export function useBlockDraft(uid: string, label: string): [BlockDraft | null, (draft: BlockDraft | null) => void] {
  const place = `${uid}\n${label}`;
  const [draft, setDraft] = useState<BlockDraft | null>(() => kept.get(place) ?? null);
  const write = useCallback((next: BlockDraft | null) => {
    if (next) kept.set(place, next);
    else kept.delete(place);
    setDraft(next);
  }, [place]);
  return [draft, write];
}
