/** What of a conversation is in hand: a stretch of it, and how events and pages change it. Pure. */
import type { ChatEntry, ChatEvent, ChatPage, ChatPart } from '../../bindings';

export const PAGE = 50;

/** Entries in hand at most; the far end is let go of and read again when it comes near. */
export const MOST = 400;

export interface Said {
  /** In order, the oldest first. */
  entries: ChatEntry[];
  moreBefore: boolean;
  moreAfter: boolean;
  /** Where the last page was put, so that the eye stays where it is. */
  grew: 'before' | 'after';
  /** First entry that was not read when the conversation was opened. */
  unreadFrom: number | null;
  /** Entries that came while the conversation is open. */
  arrived: number[];
  /** Why what waits is waiting, in the words of the other side. */
  waiting: string | null;
}

export function begin(page: ChatPage, unreadFrom: number | null): Said {
  return { entries: page.entries, moreBefore: page.more_before, moreAfter: page.more_after, grew: 'after', unreadFrom, arrived: [], waiting: null };
}

export const firstSeq = (said: Said) => said.entries[0]?.seq;
export const lastSeq = (said: Said) => said.entries.at(-1)?.seq;

export function withOlder(said: Said, page: ChatPage): Said {
  const first = firstSeq(said) ?? Infinity;
  return { ...said, entries: [...page.entries.filter((entry) => entry.seq < first), ...said.entries], moreBefore: page.more_before, grew: 'before' };
}

export function withNewer(said: Said, page: ChatPage): Said {
  const last = lastSeq(said) ?? -1;
  return { ...said, entries: [...said.entries, ...page.entries.filter((entry) => entry.seq > last)], moreAfter: page.more_after, grew: 'after' };
}

/** Lets go of the end that is far away; `null` where there is nothing to let go of. */
export function withoutFar(said: Said, coming: 'before' | 'after'): Said | null {
  if (said.entries.length + PAGE <= MOST) return null;
  const keep = MOST - 2 * PAGE;
  return coming === 'before'
    ? { ...said, entries: said.entries.slice(0, keep), moreAfter: true, grew: 'after' }
    : { ...said, entries: said.entries.slice(-keep), moreBefore: true, grew: 'before' };
}

/** The page of the end read once more: what is known is replaced, what is new is added. */
export function withAgain(said: Said, page: ChatPage): Said {
  if (said.moreAfter) return said;
  const last = lastSeq(said) ?? -1;
  if (page.more_before && (page.entries[0]?.seq ?? 0) > last) return { ...begin(page, said.unreadFrom), arrived: said.arrived };
  return page.entries.reduce(withEntry, said);
}

/** Finds the place of `seq`: its index, or where it would stand. */
export function placeOf(entries: ChatEntry[], seq: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.seq < seq) low = middle + 1; else high = middle;
  }
  return low;
}

/** An entry that is new or different as a whole. Outside of the stretch it is read when the eye comes there. */
export function withEntry(said: Said, entry: ChatEntry): Said {
  const { entries } = said;
  const at = placeOf(entries, entry.seq);
  const known = entries[at]?.seq === entry.seq;
  if (!known && ((at === entries.length && said.moreAfter) || (at === 0 && said.moreBefore))) return said;
  const next = [...entries.slice(0, at), entry, ...entries.slice(known ? at + 1 : at)];
  return { ...said, entries: next, grew: !known && at === 0 && entries.length > 0 ? 'before' : 'after' };
}

function withDelta(parts: ChatPart[], what: Extract<ChatEvent['what'], { kind: 'part' }>): ChatPart[] {
  const at = parts.findIndex((part) => part.id === what.part && part.kind === what.part_kind);
  const before: ChatPart = parts[at] ?? { id: what.part, kind: what.part_kind, text: '', name: what.name, arguments: null, ok: null };
  const after: ChatPart = what.part_kind === 'tool_call'
    ? { ...before, name: before.name ?? what.name, arguments: (before.arguments ?? '') + what.delta }
    : { ...before, text: before.text + what.delta };
  return at < 0 ? [...parts, after] : parts.map((part, i) => (i === at ? after : part));
}

const ENDS = new Set(['done', 'failed', 'cancelled', 'interrupted']);

/** Whether this makes an answer whole that was not. */
export function endsNow(before: ChatEntry | undefined, entry: ChatEntry): boolean {
  return ENDS.has(entry.state) && before?.state !== entry.state;
}

/** One event; the second value is an entry that came to its end by it. */
export function withEvent(said: Said, event: ChatEvent): [Said, ChatEntry | null] {
  const { what } = event;
  if (what.kind === 'waiting') return [{ ...said, waiting: what.reason }, null];
  const at = placeOf(said.entries, event.seq);
  const before = said.entries[at]?.seq === event.seq ? said.entries[at] : undefined;
  if (what.kind === 'part') {
    if (!before) return [said, null];
    return [withEntry(said, { ...before, parts: withDelta(before.parts, what) }), null];
  }
  const { entry } = what;
  const next = withEntry(said, entry);
  const isNew = !before && entry.side === 'agent' && !said.arrived.includes(entry.seq);
  const goesOn = entry.side === 'agent' || (entry.side === 'user' && entry.state !== 'queued');
  return [
    { ...next, arrived: isNew ? [...said.arrived, entry.seq] : said.arrived, waiting: goesOn ? null : said.waiting },
    endsNow(before, entry) ? entry : null,
  ];
}
