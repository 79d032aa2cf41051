/** The stretch of a conversation under the eye: read in pages, kept up by events, in the query cache. */
import { type QueryClient, keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ChatAnchor, ChatEntry, ChatEvent, ChatState } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import type { Platform } from '../../platform/platform';
import { PAGE, type Said, begin, firstSeq, lastSeq, withAgain, withEntry, withEvent, withNewer, withOlder, withoutFar } from './said';

/** Where the eye is put once the stretch is there. */
export type Aim = { to: 'end' } | { to: 'start' } | { to: 'seq'; seq: number; mark: boolean } | { to: 'day'; day: string };

/** A stretch and what it was read for; another `turn` is another stretch. */
export interface Look { turn: number; aim: Aim | null }

const anchorOf = (aim: Aim): ChatAnchor => {
  switch (aim.to) {
    case 'end': return { at: 'newest' };
    case 'start': return { at: 'oldest' };
    case 'seq': return { at: 'around', seq: aim.seq };
    case 'day': return { at: 'day', day: aim.day };
  }
};

async function pictures(count: number) {
  for (let i = 0; i < count; i += 1) await new Promise<void>((done) => { soon(done); });
}

interface Held { said: Said; aim: Aim; turn: number }

/** Words that come while a page is on its way may or may not stand in it: then it is read once more. */
const READ_AGAIN = 3;

async function readStretch(platform: Platform, uid: string, look: Look, state: () => Promise<ChatState>, heard: () => number): Promise<Held> {
  const { unread_from: unread } = await state();
  let aim: Aim = look.aim ?? { to: 'end' };
  for (let tries = 1; ; tries += 1) {
    const before = heard();
    let page = await platform.chatPage(uid, anchorOf(aim), PAGE);
    if (look.aim === null && unread !== null && page.more_before && unread < (page.entries[0]?.seq ?? 0)) {
      aim = { to: 'seq', seq: unread, mark: false };
      page = await platform.chatPage(uid, anchorOf(aim), PAGE);
    }
    if (heard() === before || tries === READ_AGAIN) return { said: begin(page, unread), aim, turn: look.turn };
  }
}

/** Runs once before the next picture, and soon where the window is hidden and draws none. */
function soon(run: () => void): () => void {
  let done = false;
  const once = () => { if (!done) { done = true; run(); } };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, 80);
  return () => { done = true; cancelAnimationFrame(frame); clearTimeout(timer); };
}

function useEvents(uid: string, key: readonly unknown[], client: QueryClient, heard: { current: number }, onEnd: (entry: ChatEntry) => void, again: () => void) {
  const platform = usePlatform();
  useEffect(() => {
    let queue: ChatEvent[] = [];
    let callOff: (() => void) | null = null;
    const flush = () => {
      callOff = null;
      const events = queue;
      queue = [];
      const ended: ChatEntry[] = [];
      client.setQueryData<Held>(key, (held) => {
        if (!held) return held;
        const said = events.reduce((now, event) => { const [next, end] = withEvent(now, event); if (end) ended.push(end); return next; }, held.said);
        return { ...held, said };
      });
      ended.forEach(onEnd);
    };
    const stop = platform.onChat((event) => {
      if (event.uid !== uid) return;
      heard.current += 1;
      queue.push(event);
      callOff ??= soon(flush);
    });
    const stopChanged = platform.onChanged(({ topics }) => { if (topics.includes('chats') || topics.includes('install')) again(); });
    return () => { stop(); stopChanged(); callOff?.(); };
  }, [platform, client, uid, key, onEnd, again, heard]);
}

export interface Conversation {
  said: Said | undefined;
  aim: Aim | undefined;
  turn: number;
  error: unknown;
  loading: 'before' | 'after' | null;
  retry: () => void;
  loadOlder: () => void;
  loadNewer: () => void;
  /** Reads another stretch and puts the eye there. */
  go: (aim: Aim) => void;
  /** Takes up what a command returned before its event comes. */
  take: (entry: ChatEntry) => void;
}

export function useConversation(uid: string, at: number | null, readState: () => Promise<ChatState>, onEnd: (entry: ChatEntry) => void, fail: (thrown: unknown) => void): Conversation {
  const platform = usePlatform();
  const client = useQueryClient();
  const [look, setLook] = useState<Look>({ turn: 0, aim: at === null ? null : { to: 'seq', seq: at, mark: true } });
  const [loading, setLoading] = useState<'before' | 'after' | null>(null);
  const busy = useRef(false);
  const heard = useRef(0);
  const key = useMemo(() => [...keys.said, uid, look.turn] as const, [uid, look.turn]);
  const query = useQuery<Held>({ queryKey: key, queryFn: () => readStretch(platform, uid, look, readState, () => heard.current), staleTime: Infinity, gcTime: 0, placeholderData: keepPreviousData });
  const update = useCallback((change: (said: Said) => Said) => client.setQueryData<Held>(key, (held) => (held ? { ...held, said: change(held.said) } : held)), [client, key]);
  const again = useCallback(() => {
    platform.chatPage(uid, { at: 'newest' }, PAGE).then((page) => update((said) => withAgain(said, page)), () => { /* the next event or visit reads it again */ });
  }, [platform, uid, update]);
  useEvents(uid, key, client, heard, onEnd, again);

  const load = useCallback(async (side: 'before' | 'after') => {
    const said = client.getQueryData<Held>(key)?.said;
    const edge = said && (side === 'before' ? firstSeq(said) : lastSeq(said));
    if (!said || edge === undefined || busy.current || !(side === 'before' ? said.moreBefore : said.moreAfter)) return;
    busy.current = true;
    setLoading(side);
    try {
      const page = await platform.chatPage(uid, { at: side, seq: edge }, PAGE);
      const less = withoutFar(client.getQueryData<Held>(key)?.said ?? said, side);
      // Drawn once without the far end, so that each change of length happens at one end only.
      if (less) { update(() => less); await pictures(1); }
      update((now) => (side === 'before' ? withOlder(now, page) : withNewer(now, page)));
      // Where the eye is now is known two pictures later.
      await pictures(2);
    } catch (thrown) {
      fail(thrown);
    } finally {
      busy.current = false;
      setLoading(null);
    }
  }, [client, key, platform, uid, update, fail]);

  return {
    said: query.data?.said, aim: query.data?.aim, turn: query.data?.turn ?? look.turn, error: query.error, loading,
    retry: () => void query.refetch(),
    loadOlder: useCallback(() => void load('before'), [load]),
    loadNewer: useCallback(() => void load('after'), [load]),
    go: useCallback((aim: Aim) => setLook((now) => ({ turn: now.turn + 1, aim })), []),
    take: useCallback((entry: ChatEntry) => update((said) => withEntry(said, entry)), [update]),
  };
}
