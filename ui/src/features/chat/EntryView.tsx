import { memo } from 'react';
import type { ChatEntry, ChatRow } from '../../bindings';
import { Avatar } from '../../app/Sidebar';
import { Button, CopyButton, Foreign, Glyph, Icon, Prose, absolute, clock, visible } from '../../ui';
import { LongRest } from './Markdown';
import { splitLong } from './markdown';
import { Parts } from './Parts';
import { canRetry, canTakeOut, stateWord, textOf } from './words';

export interface EntryActions {
  retry: (messageId: number) => void;
  takeOut: (messageId: number) => void;
}

function Time({ entry, word }: { entry: ChatEntry; word: string }) {
  return <time dateTime={entry.at} title={absolute(entry.at)}>{clock(entry.at)}{word && ` · ${word}`}</time>;
}

function OwnText({ text }: { text: string }) {
  const [head, rest] = splitLong(text);
  return <><span dir="auto" className="md-raw">{visible(head)}</span>{rest !== '' && <LongRest rest={rest} whole={text} shownAlready={head.length} />}</>;
}

/** Why it did not go out or waits, and what can be done about it. */
function Outcome({ entry, waiting, actions }: { entry: ChatEntry; waiting: string | null; actions: EntryActions }) {
  const id = entry.message_id;
  const queued = entry.state === 'queued';
  const reason = entry.reason ?? (queued ? waiting : null);
  if (!reason && !canRetry(entry) && !queued) return null;
  return (
    <div className="outcome small" data-testid="chat-outcome">
      {queued ? <Icon name="clock" size="s" /> : entry.state === 'failed' ? <Glyph word="Error" /> : <Icon name="info" size="s" />}
      <span className="grow">{queued ? <>Waits since {clock(entry.at)}{reason ? <>: <Prose>{reason}</Prose></> : ' for what was sent before it.'} It goes by itself.</> : <Prose>{reason ?? 'No reason was given.'}</Prose>}</span>
      {canRetry(entry) && id !== null && <Button size="s" icon="refresh" onClick={() => actions.retry(id)} data-testid="chat-retry">Send again</Button>}
      {canTakeOut(entry) && id !== null && <Button size="s" kind="quiet" onClick={() => actions.takeOut(id)} data-testid="chat-take-out">Take out</Button>}
    </div>
  );
}

function Own({ entry, waiting, actions }: { entry: ChatEntry; waiting: string | null; actions: EntryActions }) {
  return (
    <div className="msg-me">
      <div className="bubble">
        <OwnText text={entry.text} />
        {entry.images.length > 0 && <ul className="bubble-pictures small muted">{entry.images.map((name, i) => <li key={i}><Icon name="clip" size="s" /> <Foreign>{name}</Foreign></li>)}</ul>}
      </div>
      <Outcome entry={entry} waiting={waiting} actions={actions} />
      <span className="caption faint"><Time entry={entry} word={stateWord(entry)} />{entry.attempts > 1 && ` · sent ${entry.attempts} times`}</span>
    </div>
  );
}

function Answer({ entry, row }: { entry: ChatEntry; row: ChatRow }) {
  const live = entry.state === 'streaming';
  const cut = entry.state === 'interrupted' || entry.state === 'failed' || entry.state === 'cancelled';
  return (
    <div className="msg">
      <Avatar name={row.name} color={row.color} text={row.avatar} />
      <div className="msg-main">
        <div className="who">
          <b><Foreign>{row.name}</Foreign></b>
          {row.way === 'echo' && <span className="chip">Echo, no model</span>}
          <span className="t"><Time entry={entry} word={stateWord(entry)} /></span>
          {!live && textOf(entry) !== '' && <span className="msg-acts"><CopyButton text={visible(textOf(entry))} label="Copy the answer" /></span>}
        </div>
        <div className="body selectable" aria-busy={live || undefined}>
          <Parts entry={entry} />
          {live && entry.parts.at(-1)?.kind !== 'text' && <span className="stream" aria-hidden="true" />}
          {!live && !cut && entry.parts.length === 0 && entry.text === '' && <p className="muted">The answer has no words.</p>}
          {cut && <div className="outcome small" data-testid="chat-cut"><Glyph word={entry.state === 'cancelled' ? 'Off' : 'Degraded'} /><span><Prose>{entry.reason ?? (entry.state === 'cancelled' ? 'You stopped it. What came until then is kept.' : 'The answer was cut off. What came is here.')}</Prose></span></div>}
        </div>
      </div>
    </div>
  );
}

/** One entry; drawn again only when it is another one. */
export const EntryView = memo(function EntryView({ entry, row, waiting, marked, actions }: {
  entry: ChatEntry; row: ChatRow; waiting: string | null; marked: boolean; actions: EntryActions;
}) {
  const own = entry.side === 'user';
  const label = `${own ? 'You' : visible(row.name)}, ${absolute(entry.at)}${stateWord(entry) ? `, ${stateWord(entry)}` : ''}`;
  return (
    <article aria-label={label} className={marked ? 'entry entry-marked' : 'entry'} data-testid={own ? 'chat-mine' : 'chat-answer'} data-seq={entry.seq} data-state={entry.state}>
      {own ? <Own entry={entry} waiting={waiting} actions={actions} /> : <Answer entry={entry} row={row} />}
    </article>
  );
}, (before, after) => before.entry === after.entry && before.marked === after.marked && before.actions === after.actions
  && (before.waiting === after.waiting || after.entry.state !== 'queued')
  && before.row.name === after.row.name && before.row.color === after.row.color && before.row.avatar === after.row.avatar && before.row.way === after.row.way);
