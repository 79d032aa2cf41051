/** Rules of memory blocks while they are written. Pure. */
import type { BlockEdit, MemoryBlock } from '../../bindings';
import { blockEdit, lengthOf } from '../agents/edits';
import type { BlockDraft } from './block-drafts';

/** More than any model could read. */
const MOST = 1_000_000;

export const limitOf = (text: string) => (/^\d{1,7}$/.test(text.trim()) ? Number(text.trim()) : NaN);

/** Only what differs; `null` where nothing does. */
export function editOfBlock(block: MemoryBlock, draft: BlockDraft): BlockEdit | null {
  const limit = limitOf(draft.limit);
  const more: Partial<BlockEdit> = {
    ...(draft.value !== block.value && { value: draft.value }), ...(limit !== block.limit && { limit }), ...(draft.readOnly !== block.read_only && { read_only: draft.readOnly }),
  };
  return Object.keys(more).length > 0 ? blockEdit(more) : null;
}

export function blockProblem(draft: BlockDraft): string | null {
  const limit = limitOf(draft.limit);
  if (Number.isNaN(limit) || limit < 1 || limit > MOST) return `The limit is a whole number from 1 to ${MOST.toLocaleString('en')}.`;
  const over = lengthOf(draft.value) - limit;
  return over > 0 ? `The text is ${over === 1 ? '1 character' : `${over.toLocaleString('en')} characters`} too long. Shorten it, or raise the limit.` : null;
}

/** Why this label cannot be: taken, not a label, or Broca’s. */
export function labelProblem(label: string, blocks: MemoryBlock[], driven: boolean): string | null {
  const text = label.trim();
  if (!text) return 'Enter a label first.';
  if (!/^[A-Za-z0-9_-]{1,50}$/.test(text)) return 'A label is made of letters a to z, digits, dashes and underlines, 50 at most.';
  if (blocks.some((block) => block.label === text)) return 'There is a block of that label already.';
  if (driven && text === 'human') return 'Broca attaches a block of that label for every person itself, and Letta refuses a second one.';
  return null;
}
