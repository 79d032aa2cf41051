import { useSyncExternalStore } from 'react';
import type { DraftCheck } from '../../bindings';
import { type Draft, type Edits, leftOut } from './draft';

export interface Totals { edits: Edits; changes: number; invalid: string[]; check: DraftCheck | null }

const last = new WeakMap<Draft, Totals>();

function totalsOf(draft: Draft): Totals {
  const edits = draft.edits();
  const check = draft.check();
  const was = last.get(draft);
  if (was && was.edits === edits && was.check === check) return was;
  const invalid = leftOut(draft);
  const totals = { edits, check, invalid, changes: edits.size - invalid.length };
  last.set(draft, totals);
  return totals;
}

/** The draft as a whole. Whoever asks is drawn at every key press: for bars and counts, not for rows. */
export function useTotals(draft: Draft): Totals {
  return useSyncExternalStore(draft.onAny, () => totalsOf(draft));
}
