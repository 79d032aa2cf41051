import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ChatEntry, ChatState } from '../../bindings';
import { keys } from '../../app/queries';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { EmptyState, ErrorBox, Waiting, ifFocusIsLost, useToasts, visible } from '../../ui';
import { ask } from './asks';
import { Dock } from './Dock';
import type { EntryActions } from './EntryView';
import { Transcript } from './Transcript';
import { useConversation } from './use-conversation';
import { useRead } from './use-read';
import { announcement, wayFacts } from './words';

function Empty({ state }: { state: ChatState }) {
  const name = visible(state.row.name);
  // Nobody is asked to say what nobody would answer.
  return <EmptyState icon="chat" title={state.why_not === null ? `Say something to ${name}.` : `Nothing was said to ${name} yet.`}><p data-testid="chat-empty">{wayFacts[state.row.way]}</p></EmptyState>;
}

/** Words for a screen reader: an answer once it is whole, never word by word. */
function useAnnouncer(name: string): [string, (entry: ChatEntry) => void] {
  const [said, setSaid] = useState('');
  const now = useRef(name);
  now.current = name;
  const tell = useCallback((entry: ChatEntry) => setSaid((before) => { const words = visible(announcement(now.current, entry)); return words === '' ? before : words; }), []);
  return [said, tell];
}

/** The button that was pressed goes with what it did. */
const writeOn = () => ifFocusIsLost(() => ask('write'));

function useActions(uid: string, take: (entry: ChatEntry) => void): EntryActions {
  const platform = usePlatform();
  const toasts = useToasts();
  return useMemo(() => ({
    retry: (id) => { platform.chatRetry(uid, id).then((entry) => { take(entry); writeOn(); }, (thrown: unknown) => toasts.fail(thrown)); },
    takeOut: (id) => { platform.chatDiscard(uid, id).then(writeOn, (thrown: unknown) => toasts.fail(thrown)); },
  }), [platform, toasts, uid, take]);
}

/** What is known about one conversation. */
export function useChat(uid: string | null) {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.chats, 'open', uid], queryFn: () => platform.chatOpen(uid ?? ''), enabled: uid !== null });
}

/** One conversation: what was said, and where is written. `dayRef` takes it to a day. */
export function ChatPane({ uid, at, dayRef }: { uid: string; at: number | null; dayRef: { current: (day: string) => void } }) {
  const platform = usePlatform();
  const shell = useShell();
  const toasts = useToasts();
  const open = useChat(uid);
  const state = open.data;
  const [announced, announce] = useAnnouncer(state?.row.name ?? '');
  const readState = useCallback(() => platform.chatOpen(uid), [platform, uid]);
  const conversation = useConversation(uid, at, readState, announce, toasts.fail);
  const { said, aim, go, take } = conversation;
  const [folds] = useState(() => new Set<string>());
  const endRef = useRef(() => {});
  dayRef.current = (day) => go({ to: 'day', day });
  const actions = useActions(uid, take);
  const onSeen = useRead(uid, said, state);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) { first.current = false; return; }
    if (at !== null) go({ to: 'seq', seq: at, mark: true });
  }, [at, go]);
  const onSent = (entry: ChatEntry) => { take(entry); endRef.current(); };
  const streaming = said?.entries.findLast((entry) => entry.state === 'streaming');
  const owner = `${shell.state.install?.id ?? 'none'}.${shell.state.user?.id ?? 'none'}`;
  // What is in hand stays on the screen when it cannot be read once more.
  const error = (state ? null : open.error) ?? (said ? null : conversation.error);
  return (
    <div className="chat-pane" data-testid="chat-pane" data-uid={uid}>
      {error ? <div className="pad"><ErrorBox error={error} onRetry={() => { void open.refetch(); conversation.retry(); }} /></div> : (!state || !said || !aim) && <div className="pad grow canvas"><Waiting>Reading the conversation</Waiting></div>}
      {state && said && aim && !error && <Transcript key={conversation.turn} conversation={conversation} said={said} aim={aim} row={state.row} actions={actions} folds={folds} onSeen={onSeen} endRef={endRef} empty={<Empty state={state} />} />}
      {state && !error && <Dock state={state} streaming={streaming} owner={owner} onSent={onSent} />}
      <div className="sr" role="status" aria-live="polite" data-testid="chat-announcer">{announced}</div>
    </div>
  );
}
