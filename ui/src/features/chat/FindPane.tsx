import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { ChatHit, Page } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { ErrorBox, Foreign, IconButton, type Paged, SearchField, Segments, Waiting, WindowedGrid, absolute, useNow, usePaged, useToasts, visible } from '../../ui';
import { useAsked } from './asks';
import { dayWords, lastWords } from './words';

const METRICS = { rowHeight: 60, gap: 2, headHeight: 0, sectionGap: 0, top: 0, bottom: 8 };

export type Scope = 'here' | 'all';

function Hit({ hit, now, scope }: { hit: ChatHit; now: number; scope: Scope }) {
  const who = hit.side === 'user' ? 'You' : hit.agent;
  return (
    <div className="hit">
      <div className="row ag-name">
        <b className="medium grow cut"><Foreign>{scope === 'all' && hit.side === 'user' ? `You to ${hit.agent}` : who}</Foreign></b>
        <time className="caption faint nowrap" dateTime={hit.at} title={absolute(hit.at)}>{lastWords(hit.at, now)}</time>
      </div>
      <p className="d hit-words"><bdi>{hit.snippet.map((piece, i) => (i % 2 === 1 ? <mark key={i}>{visible(piece)}</mark> : <span key={i}>{visible(piece)}</span>))}</bdi></p>
    </div>
  );
}

function Hits({ list, scope, query, onRange, onOpen, moved }: { list: Paged<ChatHit, Page<ChatHit>>; scope: Scope; query: string; onRange: (from: number, to: number) => void; onOpen: (hit: ChatHit) => void; moved: number | null }) {
  const now = useNow();
  const sections = useMemo(() => [{ key: 'hits', title: null, count: list.total }], [list.total]);
  return (
    <WindowedGrid label="Found messages" testId="chat-hits" cellTestId="chat-hit" className="agents-pad" sections={sections} cellWidth={null} metrics={METRICS} resetKey={`${scope}${query}`} selected={moved} onRange={onRange}
      cellClass={() => 'item chat-cell'}
      cellLabel={(index) => { const hit = list.at(index); return hit ? `${hit.side === 'user' ? 'You' : visible(hit.agent)}, ${dayWords(hit.at, now)}: ${visible(hit.snippet.join(''))}` : 'Reading this message'; }}
      onOpen={(index) => { const hit = list.at(index); if (hit) onOpen(hit); }}
      renderCell={(index) => { const hit = list.at(index); return hit ? <Hit hit={hit} now={now} scope={scope} /> : null; }} />
  );
}

/** Looks for words in this conversation or in all; Enter goes to where they were said. */
export function FindPane({ uid, scope, setScope, onOpen, onClose }: { uid: string; scope: Scope; setScope: (scope: Scope) => void; onOpen: (hit: ChatHit) => void; onClose: () => void }) {
  const platform = usePlatform();
  const toasts = useToasts();
  const [typed, setTyped] = useState('');
  const [moved, setMoved] = useState<number | null>(null);
  const query = useDeferredValue(typed.trim());
  const [range, setRange] = useState<[number, number]>([0, 1]);
  const onRange = useCallback((from: number, to: number) => setRange((old) => (old[0] === from && old[1] === to ? old : [from, to])), []);
  const where = scope === 'here' ? uid : null;
  const list = usePaged<ChatHit, Page<ChatHit>>([...keys.chats, 'find', where, query], (offset, limit) => platform.chatSearch(where, query, offset, limit), range[0], range[1]);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const focus = () => { field.current?.focus(); field.current?.select(); };
  useAsked('find', focus);
  useAsked('find-all', focus);
  useEffect(() => setMoved(null), [query, scope]);
  const open = (index: number) => { const hit = list.at(index); if (hit) { setMoved(index); onOpen(hit); } };
  const now = useRef(typed);
  now.current = typed;
  const next = () => {
    const asked = typed.trim();
    if (asked === '') return;
    if (list.head && asked === query && !list.isStale) { open(moved === null ? 0 : Math.min(list.total - 1, moved + 1)); return; }
    // The first of what was typed, not of what the list still shows.
    platform.chatSearch(where, asked, 0, 1).then(({ items: [hit] }) => { if (hit && now.current.trim() === asked) { setMoved(0); onOpen(hit); } }, (thrown: unknown) => toasts.fail(thrown));
  };
  return (
    <div className="pane-list find-pane" role="region" aria-label="Find in chats" data-testid="chat-find-pane" onKeyDown={(event) => { if (event.key === 'Escape' && typed === '') { event.stopPropagation(); onClose(); } }}>
      <div className="bar">
        <SearchField className="grow" label="Search messages" value={typed} onChange={setTyped} inputRef={field} onEnter={next} count={query ? list.total.toLocaleString('en') : undefined} data-testid="chat-find" />
        <IconButton icon="x" label="Close the search" keys="esc" onClick={onClose} data-testid="chat-find-close" />
      </div>
      <div className="find-scope"><Segments label="Where to look" segments={[{ id: 'here', label: 'This chat' }, { id: 'all', label: 'All chats' }]} selected={scope} onSelect={(id) => setScope(id as Scope)} /></div>
      {list.error !== null && <div className="pad-s"><ErrorBox error={list.error} onRetry={list.refetch} /></div>}
      {list.isPending && query !== '' && <div className="pad-s"><Waiting>Searching</Waiting></div>}
      {query === '' && <p className="small muted pad-s">Type words that were said. Enter goes from one place to the next; the latest come first.</p>}
      {query !== '' && list.head && list.total === 0 && <p className="small muted pad-s">Nobody said “<Foreign>{query}</Foreign>” {scope === 'here' ? 'in this chat' : 'in any chat'}. {scope === 'here' && 'All chats can be searched above.'}</p>}
      {query !== '' && list.total > 0 && <Hits list={list} scope={scope} query={query} onRange={onRange} moved={moved} onOpen={(hit) => { for (let i = range[0]; i < range[1]; i += 1) if (list.at(i) === hit) setMoved(i); onOpen(hit); }} />}
    </div>
  );
}
