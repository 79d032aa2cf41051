import { type KeyboardEvent, type ReactNode, type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { ChatEntry, ChatRow } from '../../bindings';
import { Button, Spinner, useNow, visible } from '../../ui';
import { ask } from './asks';
import { type EntryActions, EntryView } from './EntryView';
import { FoldsContext } from './Parts';
import { type Said, placeOf } from './said';
import type { Aim, Conversation } from './use-conversation';
import { dayWords, localDay } from './words';

/** So near to an end the next page is asked for. */
const NEAR = 900;
/** So near to the end counts as being there. */
const AT_END = 48;

function Between({ said, index, now }: { said: Said; index: number; now: number }) {
  const entry = said.entries[index]!;
  const before = said.entries[index - 1];
  const newDay = !before || localDay(before.at) !== localDay(entry.at);
  return (
    <>
      {!before && !said.moreBefore && <p className="day">Here the conversation begins.</p>}
      {newDay && <p className="day" data-testid="chat-day">{dayWords(entry.at, now)}</p>}
      {said.unreadFrom === entry.seq && <p className="unread-line" data-testid="chat-unread-line"><span>New since you were here</span></p>}
    </>
  );
}

/** Where the eye is put first, if not at the end. */
function aimed(said: Said, aim: Exclude<Aim, { to: 'end' }>): [number, { align: 'start' | 'center' }] {
  if (aim.to === 'start') return [0, { align: 'start' }];
  if (aim.to === 'seq') return [Math.min(said.entries.length - 1, placeOf(said.entries, aim.seq)), { align: aim.mark ? 'center' : 'start' }];
  return [Math.max(0, said.entries.findIndex((entry) => localDay(entry.at) >= aim.day)), { align: 'start' }];
}

/** Sizes are known a moment after the first drawing; before that nothing is near an end. */
const SETTLE_MS = 60;

/** Follows the end while it is in sight, tells what was seen, asks for more near the ends. */
function useScroll(scroller: RefObject<HTMLElement | null>, conversation: Conversation, said: Said, aim: Aim, onSeen: (seq: number) => void) {
  const list = useRef<VirtualizerHandle>(null);
  const following = useRef(aim.to === 'end');
  const lastOffset = useRef(0);
  const settled = useRef(false);
  const [busy, setBusy] = useState(true);
  const lastSeq = said.entries.at(-1)?.seq ?? null;
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const { loadOlder, loadNewer } = conversation;
  // At once and once: the list's own way to an entry goes on for a while and would pull back whoever leaves meanwhile.
  const toEnd = useCallback(() => { const at = scroller.current; if (at) at.scrollTop = at.scrollHeight; }, [scroller]);

  const look = useCallback(() => {
    const handle = list.current;
    if (!handle || !settled.current) return;
    const { scrollOffset: offset, viewportSize: height } = handle;
    const below = handle.scrollSize - offset - height;
    // Only going up leaves the end: what grows below the eye does not.
    const up = offset < lastOffset.current - 1;
    lastOffset.current = offset;
    if (below <= AT_END && !said.moreAfter) { following.current = true; setLeftAt(null); }
    else if (up || said.moreAfter || !following.current) { following.current = false; setLeftAt((seq) => seq ?? lastSeq); }
    if (offset < NEAR) loadOlder();
    if (below < NEAR) loadNewer();
    if (document.visibilityState === 'hidden') return;
    const seen = said.entries[handle.findItemIndex(offset + height - 24)];
    if (seen) onSeen(seen.seq);
  }, [said, lastSeq, loadOlder, loadNewer, onSeen]);
  const lookNow = useRef(look);
  lookNow.current = look;

  useLayoutEffect(() => {
    if (aim.to === 'end') toEnd();
    else list.current?.scrollToIndex(...aimed(said, aim));
    const timer = setTimeout(() => { settled.current = true; setBusy(false); lookNow.current(); }, SETTLE_MS);
    const seen = () => lookNow.current();
    document.addEventListener('visibilitychange', seen);
    return () => { clearTimeout(timer); document.removeEventListener('visibilitychange', seen); };
  }, []); // eslint-disable-line
  useLayoutEffect(() => { if (following.current) toEnd(); }, [said, toEnd]);
  // Also when a page was taken in: the eye may still be near an end.
  useEffect(look, [look, conversation.loading]);

  return {
    list, leftAt, look, busy,
    onResize: useCallback(() => { if (following.current) toEnd(); }, [toEnd]),
    follow: () => { following.current = true; setLeftAt(null); toEnd(); },
    /** The eye stays where it is although something opens there. */
    stay: () => { following.current = false; },
  };
}

interface Props {
  conversation: Conversation;
  said: Said;
  aim: Aim;
  row: ChatRow;
  actions: EntryActions;
  folds: Set<string>;
  onSeen: (seq: number) => void;
  empty: ReactNode;
  /** Goes to the end, wherever it is. */
  endRef: { current: () => void };
}

function ToNewest({ count, onClick }: { count: number; onClick: () => void }) {
  return (
    <div className="to-newest">
      <Button icon="down" onClick={onClick} data-testid="chat-newest">{count > 0 ? `${count.toLocaleString('en')} new, jump to newest` : 'Jump to newest'}</Button>
    </div>
  );
}

/** What was said, of any length, in both directions. */
export function Transcript({ conversation, said, aim, row, actions, folds, onSeen, empty, endRef }: Props) {
  const now = useNow();
  const scroller = useRef<HTMLDivElement>(null);
  const { list, leftAt, look, busy, onResize, follow, stay } = useScroll(scroller, conversation, said, aim, onSeen);
  const newest = () => { if (said.moreAfter) conversation.go({ to: 'end' }); else follow(); };
  endRef.current = newest;
  const marked = aim.to === 'seq' && aim.mark ? aim.seq : null;
  const news = leftAt === null ? 0 : said.arrived.filter((seq) => seq > leftAt).length;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === 'End') { event.preventDefault(); newest(); }
    if (event.key === 'Home') { event.preventDefault(); if (said.moreBefore) conversation.go({ to: 'start' }); else list.current?.scrollTo(0); }
  };
  if (said.entries.length === 0) return <div className="scroll canvas">{empty}</div>;
  return (
    <div className="transcript">
      <div className="scroll canvas" ref={scroller} role="region" aria-label={`Conversation with ${visible(row.name)}`} aria-busy={busy} tabIndex={0} onKeyDown={onKeyDown} onClick={(event) => { if ((event.target as HTMLElement).closest('summary')) stay(); }}
        data-testid="chat-transcript" data-first={said.entries[0]?.seq} data-last={said.entries.at(-1)?.seq}>
        <FoldsContext.Provider value={folds}>
          <Virtualizer ref={list} scrollRef={scroller} data={said.entries} shift={said.grew === 'before'} onScroll={look} onResize={onResize}>
            {(entry: ChatEntry, index) => (
              <div className="chat-row" key={entry.seq}>
                <Between said={said} index={index} now={now} />
                <EntryView entry={entry} row={row} waiting={said.waiting} marked={entry.seq === marked} actions={actions} />
              </div>
            )}
          </Virtualizer>
        </FoldsContext.Provider>
      </div>
      {conversation.loading !== null && <div className={`chat-loading chat-loading-${conversation.loading}`} role="status"><Spinner /><span className="caption">Reading {conversation.loading === 'before' ? 'older' : 'newer'} messages</span></div>}
      {leftAt !== null && <ToNewest count={news} onClick={() => { newest(); ask('write'); }} />}
    </div>
  );
}
