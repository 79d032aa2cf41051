import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useDeferredValue, useMemo, useState } from 'react';
import type { LedgerRow, PortsView as Ledger } from '../../bindings';
import { keys } from '../../app/queries';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { Banner, Button, EmptyState, ErrorBox, Foreign, IconButton, RelativeTime, SearchField, Segments, Status, Waiting, WindowedGrid, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { MoveDialog } from './MoveDialog';
import { type Trouble, fits, inConflict, inOrder, listenerWords, troublesOf } from './words';

const METRICS = { rowHeight: 40, gap: 0, headHeight: 0, sectionGap: 0, top: 0, bottom: 16 };
/** More banners would hide the table they are about. */
const MOST_BANNERS = 3;

/** Who listens changes without anybody telling; while this is on the screen it is looked at again. */
const LOOK_MS = 15_000;

type Show = 'all' | 'conflicts' | 'listening';
const shows: Record<Show, (row: LedgerRow) => boolean> = { all: () => true, conflicts: inConflict, listening: (row) => row.listener !== null };

const movable = (row: LedgerRow) => row.can_move && row.instance !== null;

function TroubleBanner({ trouble, onMove }: { trouble: Trouble; onMove: (row: LedgerRow) => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const row = trouble.rows.find((one) => movable(one) && one.offer !== null) ?? trouble.rows.find(movable);
  const several = trouble.rows.filter(movable).length > 1;
  const move = (of: LedgerRow, to: number) => flow.open({ title: `Move ${of.title} to ${to}`, make: () => platform.portMovePlan(of.instance ?? '', to) });
  const acts = row ? (
    <>
      <Button size="s" kind="quiet" onClick={() => onMove(row)} data-testid="port-other">Another port…</Button>
      {row.offer !== null && <Button size="s" onClick={() => move(row, row.offer!)} data-testid="port-move">{several ? <>Move <Foreign>{row.title}</Foreign> to {row.offer}…</> : `Move to ${row.offer}…`}</Button>}
    </>
  ) : undefined;
  return (
    <Banner kind="warn" title={<bdi>{trouble.title}</bdi>} actions={acts} data-testid="port-banner">
      <bdi>{trouble.text}</bdi>{!row && ' Its port is not ours to move: end the other program, or give that one another port.'}
    </Banner>
  );
}

function PortLine({ row, stop, onMove }: { row: LedgerRow; stop: boolean; onMove: () => void }) {
  const { listener } = row;
  return (
    <>
      <span className={row.kept_only ? 'num mono reserved' : 'num mono'} title={row.kept_only ? 'Kept free; this module never opens it' : undefined}>{row.port}</span>
      <span className="cut" title={visible(row.title)}><Foreign>{row.title}</Foreign></span>
      <span className="row port-listener">
        {listener ? <span className="cut" title={listenerWords(listener)}><Foreign>{listener.process}</Foreign>{listener.pid !== null && <span className="faint"> · {listener.pid}</span>}</span> : <span className="faint">nothing</span>}
      </span>
      <span className="row port-address">
        {listener && <code className="cut" title={visible(listener.address)}><Foreign>{listener.address}</Foreign></code>}
        {listener?.open_to_all && <span className="chip chip-warn" title="Reachable from other machines" data-testid="port-open">open to others</span>}
      </span>
      <span className="row"><Status status={row.status} /></span>
      <span className="cut muted port-note" title={row.note === null ? undefined : visible(row.note)}><Foreign>{row.note}</Foreign></span>
      <span className="port-acts">{movable(row) && <Button size="s" kind="quiet" tabIndex={stop ? 0 : -1} onClick={onMove} aria-label={`Move ${visible(row.title)} to another port`}>Move…</Button>}</span>
    </>
  );
}

function labelOf(row: LedgerRow): string {
  const who = row.listener ? `${listenerWords(row.listener)} listens on ${visible(row.listener.address)}${row.listener.open_to_all ? ', reachable from other machines' : ''}` : 'nothing listens';
  return `Port ${row.port}, ${visible(row.title)}, ${who}, ${row.status.word}: ${visible(row.status.reason)}`;
}

function Table({ rows, show, query, onMove }: { rows: LedgerRow[]; show: Show; query: string; onMove: (row: LedgerRow) => void }) {
  const sections = useMemo(() => [{ key: 'ports', title: null, count: rows.length }], [rows.length]);
  const onRange = useCallback(() => {}, []);
  const move = (index: number) => { const row = rows[index]; if (row && movable(row)) onMove(row); };
  return (
    <>
      <div className="port-row port-head" aria-hidden="true">
        <span className="num">Port</span><span>Kept for</span><span>Who listens</span><span>Address</span><span>Status</span><span className="port-note">Note</span><span />
      </div>
      <WindowedGrid label="Ports" testId="ports-list" cellTestId="port-row" className="port-list" sections={sections} cellWidth={null} metrics={METRICS} resetKey={`${show} ${query}`} onRange={onRange} onOpen={move}
        cellClass={() => 'port-row port-cell'} cellLabel={(index) => { const row = rows[index]; return row && labelOf(row); }}
        renderCell={(index, stop) => { const row = rows[index]; return row ? <PortLine row={row} stop={stop} onMove={() => onMove(row)} /> : null; }} />
    </>
  );
}

function Nothing({ ledger, show, query, onAll }: { ledger: Ledger; show: Show; query: string; onAll: () => void }) {
  const all = <Button onClick={onAll}>Show all ports</Button>;
  if (ledger.rows.length === 0) return <EmptyState icon="ports" title="No ports are kept yet"><p>Every module that is added gets a port of its own here, and keeps it while it is stopped. Add an agent to see its ports.</p></EmptyState>;
  if (query) return <EmptyState icon="search" title="No port fits" action={all}><p>Nothing here has “<Foreign>{query}</Foreign>” in it.</p></EmptyState>;
  if (show === 'conflicts') return <EmptyState icon="check" title="No conflicts" action={all}><p>Every port belongs to one instance, and nobody else listens there.</p></EmptyState>;
  return <EmptyState icon="ports" title="Nothing listens" action={all}><p>None of the modules runs that open a port.</p></EmptyState>;
}

/** Who has which port, and who listens. `lead` stands first in its bar; title bar and banners belong to the view around it. */
export function PortsView({ lead }: { lead?: ReactNode }) {
  const platform = usePlatform();
  const shell = useShell();
  const [typed, setTyped] = useState('');
  const [show, setShow] = useState<Show>('all');
  const [moving, setMoving] = useState<LedgerRow | null>(null);
  const query = useDeferredValue(typed.trim());
  const ledger = useQuery({ queryKey: keys.ports, queryFn: () => platform.portsList(), refetchInterval: LOOK_MS });
  const all = ledger.data?.rows;
  const rows = useMemo(() => inOrder(all ?? []).filter((row) => shows[show](row) && fits(row, query)), [all, show, query]);
  const troubles = useMemo(() => troublesOf(all ?? []), [all]);
  const count = (of: Show) => all?.filter(shows[of]).length;
  const segments = [{ id: 'all', label: 'All', count: count('all') }, { id: 'conflicts', label: 'Conflicts', count: count('conflicts') }, { id: 'listening', label: 'Listening', count: count('listening') }];
  const first = () => { const row = rows[0]; if (row && movable(row)) setMoving(row); };
  return (
    <div className="panel ports" data-testid="ports-view">
      <div className="subbar">
        {lead}
        <SearchField className="search-ports" label="Search ports" value={typed} onChange={setTyped} onEnter={first} keys={shell.keys('find.here')} count={typed && all ? String(rows.length) : undefined} data-testid="ports-search" />
        <Segments label="Which ports" segments={segments} selected={show} onSelect={(id) => setShow(id as Show)} />
        <span className="grow" />
        {ledger.data && <span className="small faint nowrap ports-measured" data-testid="ports-measured">{ledger.data.measured_at === null ? 'not measured yet' : <>measured <RelativeTime at={ledger.data.measured_at} /></>}</span>}
        <IconButton icon="refresh" label={ledger.isFetching ? 'Looking who listens' : 'Look again who listens'} aria-busy={ledger.isFetching || undefined} onClick={() => void ledger.refetch()} data-testid="ports-refresh" />
      </div>
      {ledger.error && <div className="pad"><ErrorBox error={ledger.error} onRetry={() => void ledger.refetch()} /></div>}
      {ledger.isPending && <div className="pad"><Waiting>Looking who listens</Waiting></div>}
      {troubles.length > 0 && (
        <div className="port-banners">
          {troubles.slice(0, MOST_BANNERS).map((trouble) => <TroubleBanner key={trouble.port} trouble={trouble} onMove={setMoving} />)}
          {troubles.length > MOST_BANNERS && <Button kind="link" onClick={() => setShow('conflicts')} data-testid="ports-more">And {troubles.length - MOST_BANNERS} more conflicts in the table</Button>}
        </div>
      )}
      {ledger.data && (rows.length === 0 ? <Nothing ledger={ledger.data} show={show} query={query} onAll={() => { setTyped(''); setShow('all'); }} /> : <Table rows={rows} show={show} query={query} onMove={setMoving} />)}
      {moving && <MoveDialog row={moving} onClose={() => setMoving(null)} />}
    </div>
  );
}
