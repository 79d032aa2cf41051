import { useEffect, useState } from 'react';
import type { ChatEntry, ChatState } from '../../bindings';
import { navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { Banner, Button, Foreign, Glyph, Prose, Spinner, duration, ifFocusIsLost, useToasts } from '../../ui';
import { ask } from './asks';
import { Composer } from './Composer';

/** Ticks each second while somebody is waited for. */
function useSeconds(since: string): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.round((now - Date.parse(since)) / 1_000));
}

function Answering({ name, uid, since }: { name: string; uid: string; since: string }) {
  const shell = useShell();
  const platform = usePlatform();
  const toasts = useToasts();
  const seconds = useSeconds(since);
  // The button to stop goes with the answer; whoever had it in hand writes on.
  useEffect(() => () => ifFocusIsLost(() => ask('write')), []);
  return (
    <div className="dock-line caption faint" data-testid="chat-answering">
      <Spinner /><span><Foreign>{name}</Foreign> is answering{seconds > 0 && ` · ${duration(seconds * 1_000).replace('.0 s', ' s')}`}</span><span className="grow" />
      <Button kind="link" onClick={() => { platform.chatStop(uid).catch((thrown: unknown) => toasts.fail(thrown)); }} keys={shell.keys('chat.stop')} data-testid="chat-stop">Stop</Button>
    </div>
  );
}

/** A way that cannot be gone now; what is sent waits. */
function Away({ state }: { state: ChatState }) {
  const { server } = state;
  return (
    <div className="dock-line caption" data-testid="chat-away">
      <Glyph word={server.word} />
      <span className="muted"><b className="medium">{server.word}</b> · <Prose>{server.reason}</Prose>. What you send waits here and goes by itself, in order, once it is back.</span>
    </div>
  );
}

const away = (state: ChatState) => state.row.way !== 'echo' && (state.server.word === 'Off' || state.server.word === 'Degraded' || state.server.word === 'Error');

/** What goes on, and where is written; or why nothing can be. */
export function Dock({ state, streaming, owner, onSent }: { state: ChatState; streaming: ChatEntry | undefined; owner: string; onSent: (entry: ChatEntry) => void }) {
  const { row } = state;
  if (state.why_not !== null) {
    return (
      <div className="dock">
        <Banner kind="info" title={<Prose>{state.why_not}</Prose>} data-testid="chat-why-not"
          actions={<Button onClick={() => navigate({ view: 'agents', uid: row.uid, tab: 'letta' })} data-testid="chat-to-agent">Choose how it is talked to</Button>}>
          What was said stays here. On its page the agent can be linked to Letta, or set to the echo, which has no model behind it.
        </Banner>
      </div>
    );
  }
  return (
    <div className="dock">
      {streaming ? <Answering name={row.name} uid={row.uid} since={streaming.at} /> : away(state) ? <Away state={state} />
        : row.way === 'echo' && <div className="dock-line caption faint" data-testid="chat-echo"><Glyph word="Ready" /><span>Echo, no model: it says back what you write, so that you see how a chat goes.</span></div>}
      <Composer key={row.uid} state={state} owner={owner} onSent={onSent} />
    </div>
  );
}
