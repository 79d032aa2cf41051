import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { AgentRow, BrocaAction, BrocaCounts, BrocaQueueRow, Page, StatusWord } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, Glyph, RelativeTime, Segments, Waiting, WindowedGrid, usePaged, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { QueueEntry } from './QueueEntry';

const METRICS = { rowHeight: 44, gap: 0, headHeight: 0, sectionGap: 0, top: 0, bottom: 0 };

const words: Record<string, { word: StatusWord; text: string }> = {
  pending: { word: 'Ready', text: 'Waiting' }, processing: { word: 'Unknown', text: 'In work' }, completed: { word: 'Healthy', text: 'Answered' }, failed: { word: 'Error', text: 'Failed' }, flushed: { word: 'Off', text: 'Flushed' },
};

/** Broca may have made up a word since: it is shown as it is. */
export const stateOf = (row: BrocaQueueRow) => words[row.status] ?? { word: 'Unknown' as const, text: row.status };

const tries = (n: number) => (n === 1 ? '1 try' : `${n.toLocaleString('en')} tries`);

function Row({ row }: { row: BrocaQueueRow }) {
  const state = stateOf(row);
  return (
    <div className="queue-row">
      <span className="st"><Glyph word={state.word} /><span className="word cut"><Foreign>{state.text}</Foreign></span></span>
      <span className="cut"><Foreign>{row.message}</Foreign></span>
      <span className="cut muted"><Foreign>{row.person ?? 'Nobody known'}</Foreign></span>
      <span className="num faint nowrap">{tries(row.attempts)}</span>
      {row.at ? <RelativeTime at={row.at} className="num faint nowrap" bare /> : <span className="num faint">no time</span>}
    </div>
  );
}

function useActions(agent: AgentRow, onApplied: () => void) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  return (title: string, action: BrocaAction, ids: number[]) => flow.open({ title, destructive: action !== 'requeue', make: () => platform.brocaActionPlan(agent.uid, action, ids), onApplied });
}

/** The queue with its filters; one entry is opened to be read whole or taken out. */
export function Queue({ agent, counts, head }: { agent: AgentRow; counts: BrocaCounts; head: ReactNode }) {
  const platform = usePlatform();
  const [status, setStatus] = useState('');
  const [range, setRange] = useState<[number, number]>([0, 1]);
  const [open, setOpen] = useState<BrocaQueueRow | null>(null);
  const act = useActions(agent, () => setOpen(null));
  const list = usePaged<BrocaQueueRow, Page<BrocaQueueRow>>([...keys.agents, 'broca', agent.uid, 'queue', status], (offset, limit) => platform.brocaQueue(agent.uid, status, offset, limit), range[0], range[1]);
  const onRange = useCallback((from: number, to: number) => setRange((old) => (old[0] === from && old[1] === to ? old : [from, to])), []);
  const sections = useMemo(() => [{ key: 'queue', title: null, count: list.total }], [list.total]);
  const filters = [
    { id: '', label: 'All' }, { id: 'pending', label: 'Waiting', count: counts.pending }, { id: 'processing', label: 'In work', count: counts.processing },
    { id: 'completed', label: 'Answered', count: counts.completed }, { id: 'failed', label: 'Failed', count: counts.failed }, { id: 'flushed', label: 'Flushed', count: counts.flushed },
  ];
  const label = (index: number) => { const row = list.at(index); return row ? `${visible(stateOf(row).text)}, ${tries(row.attempts)}, ${visible(row.person ?? 'nobody known')}: ${visible(row.message.slice(0, 200))}` : 'Reading this entry'; };
  return (
    <div className="broca-list" data-testid="broca-queue">
      <div className="row broca-bar">
        {head}
        <span className="grow" />
        <Button size="s" icon="refresh" why={counts.failed > 0 ? null : 'Nothing failed.'} onClick={() => act('Requeue failed', 'requeue', [])} data-testid="broca-requeue">Requeue failed…</Button>
        <Button size="s" why={counts.pending > 0 ? null : 'Nothing waits.'} onClick={() => act('Flush waiting', 'flush', [])} data-testid="broca-flush">Flush waiting…</Button>
      </div>
      <div className="row"><Segments label="State of the entries" segments={filters} selected={status} onSelect={setStatus} /></div>
      {list.error !== null && <ErrorBox error={list.error} onRetry={list.refetch} />}
      {list.isPending && <Waiting>Reading the queue</Waiting>}
      {list.head && list.total === 0 && <p className="small muted pad-s">{status === '' ? 'The queue is empty.' : 'No entry is in this state.'}</p>}
      {list.total > 0 && (
        <div className="group broca-grid" data-rows={Math.min(10, list.total)}>
          <WindowedGrid label="Queue" testId="broca-queue-grid" cellTestId="broca-queue-row" sections={sections} cellWidth={null} metrics={METRICS} resetKey={`${agent.uid} ${status}`} onRange={onRange}
            cellClass={() => 'queue-cell'} cellLabel={label} onOpen={(index) => setOpen(list.at(index) ?? null)}
            renderCell={(index) => { const row = list.at(index); return row ? <Row row={row} /> : null; }} />
        </div>
      )}
      {open && <QueueEntry row={open} onClose={() => setOpen(null)} onAct={(title, action) => { setOpen(null); act(title, action, [open.id]); }} />}
    </div>
  );
}
