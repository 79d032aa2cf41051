/** The Letta side of an agent while it is chosen. Pure. */
import type { LettaSide } from '../../bindings';

export type SideKind = LettaSide['side'];

export interface SideDraft { side: SideKind; id: string; model: string; embedding: string; persona: string; human: string }

export const emptySide: SideDraft = { side: 'none', id: '', model: '', embedding: '', persona: '', human: '' };

/** A `human` block goes along only where Broca does not make its own; an empty one is none. */
export function toSide(draft: SideDraft, driven: boolean): LettaSide {
  if (draft.side === 'link') return { side: 'link', id: draft.id };
  if (draft.side === 'none') return { side: 'none' };
  return { side: 'create', model: draft.model, embedding: draft.embedding || null, persona: draft.persona.trim(), human: driven || !draft.human.trim() ? null : draft.human.trim() };
}

export function sideProblem(draft: SideDraft): string | null {
  if (draft.side === 'link' && !draft.id) return 'Choose the agent in Letta first.';
  if (draft.side === 'create' && !draft.model) return 'Choose a model first.';
  return null;
}

export const CLOUD = 'Texts go to letta.com';
