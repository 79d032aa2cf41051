import { useMemo, useState } from 'react';
import type { ChatRow } from '../../bindings';
import { navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Avatar } from '../../app/Sidebar';
import { ErrorBox, Foreign, Glyph, IconButton, SearchField, Waiting, WindowedGrid, absolute, useNow, visible } from '../../ui';
import { ask } from './asks';
import { lastWords, listLine, wayWords } from './words';

const METRICS = { rowHeight: 56, gap: 2, headHeight: 0, sectionGap: 0, top: 0, bottom: 8 };

function Row({ row, now }: { row: ChatRow; now: number }) {
  return (
    <div className="ag">
      <Avatar name={row.name} color={row.color} text={row.avatar} large />
      <div className="grow">
        <div className="row ag-name">
          <b className={row.unread > 0 ? 'strong grow cut' : 'medium grow cut'}><Foreign>{row.name}</Foreign></b>
          {row.way === 'echo' && <span className="chip">Echo, no model</span>}
          {row.last_at && <time className="caption faint nowrap" dateTime={row.last_at} title={absolute(row.last_at)}>{lastWords(row.last_at, now)}</time>}
        </div>
        <div className="row chat-line">
          <Glyph word={row.status.word} label={`${row.status.word}: ${visible(row.status.reason)}`} />
          <span className={row.answering ? 'd cut grow chat-now' : 'd cut grow'}><Foreign>{listLine(row)}</Foreign></span>
          {row.unread > 0 && <span className="badge badge-unread" aria-label={`${row.unread.toLocaleString('en')} unread`}>{row.unread > 99 ? '99+' : row.unread}</span>}
        </div>
      </div>
    </div>
  );
}

const labelOf = (row: ChatRow) => [
  visible(row.name), wayWords[row.way], row.unread > 0 && `${row.unread} unread`, row.waiting > 0 && `${row.waiting} waiting`, row.answering && 'answering',
  `${row.status.word}: ${visible(row.status.reason)}`, row.last && visible(row.last),
].filter(Boolean).join(', ');

const fold = (text: string) => text.toLowerCase();

/** Agents to talk to, the one with news first. */
export function ChatList({ rows, error, pending, uid, onRetry }: { rows: ChatRow[] | undefined; error: unknown; pending: boolean; uid: string | null; onRetry: () => void }) {
  const shell = useShell();
  const now = useNow();
  const [typed, setTyped] = useState('');
  const shown = useMemo(() => (rows ?? []).filter((row) => fold(`${row.name} ${row.last ?? ''}`).includes(fold(typed.trim()))), [rows, typed]);
  const sections = useMemo(() => [{ key: 'chats', title: null, count: shown.length }], [shown.length]);
  const open = (index: number, replace: boolean) => { const row = shown[index]; if (row) navigate({ view: 'chat', uid: row.uid }, { replace }); };
  const selected = shown.findIndex((row) => row.uid === uid);
  return (
    <div className="pane-list" role="region" aria-label="List of chats">
      <div className="bar">
        <SearchField className="grow" label="Filter chats" value={typed} onChange={setTyped} onEnter={() => { open(0, false); ask('write'); }} count={typed ? String(shown.length) : undefined} data-testid="chat-filter" />
        <IconButton icon="plus" label="Add agent…" keys={shell.keys('agent.add')} onClick={shell.addAgent} data-testid="chat-add-agent" />
      </div>
      {error !== null && <div className="pad-s"><ErrorBox error={error} onRetry={onRetry} /></div>}
      {pending && <div className="pad-s"><Waiting>Reading the chats</Waiting></div>}
      {rows && shown.length === 0 && <p className="small muted pad-s">No chat has “<Foreign>{typed}</Foreign>” in its name or last words. Esc clears the filter; {shell.keys('chat.find')} searches all that was said.</p>}
      {shown.length > 0 && (
        <WindowedGrid label="Chats" testId="chat-list" cellTestId="chat-row" className="agents-pad" sections={sections} cellWidth={null} metrics={METRICS} resetKey={typed} selected={selected < 0 ? null : selected} onRange={() => {}}
          cellClass={() => 'item chat-cell'} cellLabel={(index) => { const row = shown[index]; return row ? labelOf(row) : ''; }}
          onOpen={(index) => { open(index, false); ask('write'); }} onMove={(index) => open(index, true)}
          renderCell={(index) => { const row = shown[index]; return row ? <Row row={row} now={now} /> : null; }} />
      )}
    </div>
  );
}
