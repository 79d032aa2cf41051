import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { AgentRow, BrocaLine, BrocaPerson, Page } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, RelativeTime, Sheet, Waiting, WindowedGrid, absolute, usePaged, visible } from '../../ui';

const METRICS = { rowHeight: 44, gap: 0, headHeight: 0, sectionGap: 0, top: 0, bottom: 0 };

function Row({ person }: { person: BrocaPerson }) {
  return (
    <div className="queue-row person-row">
      <span className="cut medium"><Foreign>{person.name}</Foreign></span>
      <span className="cut muted"><Foreign>{[person.platform, person.username].filter(Boolean).join(' · ')}</Foreign></span>
      <span className="num faint nowrap">{person.messages.toLocaleString('en')} messages</span>
      {person.last_active ? <RelativeTime at={person.last_active} className="num faint nowrap" bare /> : <span className="num faint">never</span>}
    </div>
  );
}

const who: Record<string, string> = { user: 'Person', assistant: 'Agent' };

/** Lines of one page; more come on asking, the latest stand first. */
const PAGE = 50;

function Conversation({ agent, person, onClose }: { agent: AgentRow; person: BrocaPerson; onClose: () => void }) {
  const platform = usePlatform();
  const [page, setPage] = useState(0);
  const list = usePaged<BrocaLine, Page<BrocaLine>>([...keys.agents, 'broca', agent.uid, 'lines', person.id], (offset, limit) => platform.brocaLines(agent.uid, person.id, offset, limit), page * PAGE, page * PAGE + 1);
  const from = page * PAGE;
  const to = Math.min(list.total, from + PAGE);
  const lines = Array.from({ length: Math.max(0, to - from) }, (_, i) => list.at(from + i)).filter((line) => line !== undefined);
  return (
    <Sheet label={`Conversation with ${visible(person.name)}`} onClose={onClose} className="form-sheet" data-testid="broca-conversation">
      <header><h1><Foreign>{person.name}</Foreign></h1><p className="muted plan-summary"><Foreign>{person.platform}</Foreign>, the latest first</p></header>
      <div className="sheet-body said-lines" tabIndex={0} role="group" aria-label="Conversation">
        {list.error !== null && <ErrorBox error={list.error} onRetry={list.refetch} />}
        {list.isPending && <Waiting>Reading the conversation</Waiting>}
        {list.head && list.total === 0 && <p className="small muted">Nothing was said.</p>}
        {lines.map((line) => (
          <div key={line.id} data-testid="broca-line">
            <p className="caption faint"><b className="medium"><Foreign>{who[line.role] ?? line.role}</Foreign></b>{line.at && <> · {absolute(line.at)}</>}</p>
            <p className="said-line selectable"><Foreign>{line.text}</Foreign></p>
          </div>
        ))}
      </div>
      <footer>
        <Button icon="left" why={page > 0 ? null : 'These are the latest.'} onClick={() => setPage(page - 1)} data-testid="broca-later">Later</Button>
        <Button icon="right" why={to < list.total ? null : 'Nothing was said before.'} onClick={() => setPage(page + 1)} data-testid="broca-earlier">Earlier</Button>
        <span className="small faint grow" role="status">{list.total > 0 && `${(from + 1).toLocaleString('en')} to ${to.toLocaleString('en')} of ${list.total.toLocaleString('en')}`}</span>
        <Button onClick={onClose} keys="esc">Close</Button>
      </footer>
    </Sheet>
  );
}

/** Whom Broca talks to; Enter opens what was said. */
export function People({ agent, head }: { agent: AgentRow; head: ReactNode }) {
  const platform = usePlatform();
  const [range, setRange] = useState<[number, number]>([0, 1]);
  const [open, setOpen] = useState<BrocaPerson | null>(null);
  const list = usePaged<BrocaPerson, Page<BrocaPerson>>([...keys.agents, 'broca', agent.uid, 'people', ''], (offset, limit) => platform.brocaPeople(agent.uid, offset, limit), range[0], range[1]);
  const onRange = useCallback((from: number, to: number) => setRange((old) => (old[0] === from && old[1] === to ? old : [from, to])), []);
  const sections = useMemo(() => [{ key: 'people', title: null, count: list.total }], [list.total]);
  const label = (index: number) => { const one = list.at(index); return one ? `${visible(one.name)}, ${visible(one.platform)}, ${one.messages} messages` : 'Reading this person'; };
  return (
    <div className="broca-list" data-testid="broca-people">
      <div className="row broca-bar">{head}</div>
      {list.error !== null && <ErrorBox error={list.error} onRetry={list.refetch} />}
      {list.isPending && <Waiting>Reading the people</Waiting>}
      {list.head && list.total === 0 && <p className="small muted pad-s">Broca has talked to nobody yet.</p>}
      {list.total > 0 && (
        <div className="group broca-grid" data-rows={Math.min(10, list.total)}>
          <WindowedGrid label="People" testId="broca-people-grid" cellTestId="broca-person" sections={sections} cellWidth={null} metrics={METRICS} resetKey={agent.uid} onRange={onRange}
            cellClass={() => 'queue-cell'} cellLabel={label} onOpen={(index) => setOpen(list.at(index) ?? null)}
            renderCell={(index) => { const person = list.at(index); return person ? <Row person={person} /> : null; }} />
        </div>
      )}
      {open && <Conversation agent={agent} person={open} onClose={() => setOpen(null)} />}
    </div>
  );
}
