import { useRef, useState } from 'react';
import type { ChatHit } from '../../bindings';
import { Banners } from '../../app/Banners';
import { useChats } from '../../app/queries';
import { navigate } from '../../app/router';
import { Titlebar } from '../../app/Titlebar';
import { Foreign, Status } from '../../ui';
import { NoAgents } from '../agents/NoAgents';
import { ask, useAsked } from './asks';
import { ChatList } from './ChatList';
import { ChatPane, useChat } from './ChatPane';
import { ChatTools } from './ChatTools';
import { FindPane, type Scope } from './FindPane';
import { wayWords } from './words';

function ChatTitle({ uid, onFind, onDay }: { uid: string | null; onFind: () => void; onDay: (day: string) => void }) {
  const { data: state } = useChat(uid);
  return (
    <Titlebar title={state ? <Foreign>{state.row.name}</Foreign> : 'Chats'} sub={state && wayWords[state.row.way]}>
      {state && <><span className="chat-server"><Status status={state.server} /></span><span className="sep" /><ChatTools state={state} onFind={onFind} onDay={onDay} /></>}
    </Titlebar>
  );
}

/** Whom to talk to at the left, what was said at the right; while words are looked for, the places they were said at the left. */
export function ChatView({ uid, at }: { uid: string | null; at: number | null }) {
  const chats = useChats();
  const [scope, setScope] = useState<Scope | null>(null);
  const dayRef = useRef<(day: string) => void>(() => {});
  const shown = uid ?? chats.data?.[0]?.uid ?? null;
  useAsked('find', () => setScope((now) => now ?? 'here'));
  useAsked('find-all', () => setScope('all'));
  if (chats.data?.length === 0) {
    return <main className="main" data-testid="chat-view"><Titlebar title="Chats" /><Banners /><NoAgents /></main>;
  }
  const openHit = (hit: ChatHit) => navigate({ view: 'chat', uid: hit.uid, at: hit.seq }, { replace: hit.uid === shown });
  const list = scope !== null && shown !== null
    ? <FindPane uid={shown} scope={scope} setScope={setScope} onOpen={openHit} onClose={() => { setScope(null); ask('write'); }} />
    : <ChatList rows={chats.data} error={chats.error} pending={chats.isPending} uid={shown} onRetry={() => void chats.refetch()} />;
  return (
    <main className="main" data-testid="chat-view">
      <ChatTitle uid={shown} onFind={() => setScope('here')} onDay={(day) => dayRef.current(day)} />
      <Banners />
      <div className="cols">
        {list}
        {shown === null ? <div className="canvas grow" /> : <ChatPane key={shown} uid={shown} at={at} dayRef={dayRef} />}
      </div>
    </main>
  );
}
