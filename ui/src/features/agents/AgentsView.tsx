import { useQuery } from '@tanstack/react-query';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import type { AgentRow, Page } from '../../bindings';
import { Banners } from '../../app/Banners';
import { keys } from '../../app/queries';
import { type AgentTab, navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Avatar } from '../../app/Sidebar';
import { Titlebar } from '../../app/Titlebar';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, Glyph, IconButton, type Paged, RelativeTime, SearchField, Status, Waiting, WindowedGrid, usePaged, useToasts, visible } from '../../ui';
import { AgentDetailPane } from './AgentDetailPane';
import { InLetta } from './InLetta';
import { NoAgents } from './NoAgents';

const METRICS = { rowHeight: 52, gap: 2, headHeight: 0, sectionGap: 0, top: 0, bottom: 8 };

function Row({ agent }: { agent: AgentRow }) {
  return (
    <div className="ag">
      <Avatar name={agent.name} color={agent.color} text={agent.avatar} large />
      <div className="grow">
        <div className="row ag-name"><b className="strong grow cut"><Foreign>{agent.name}</Foreign></b>{agent.archived && <span className="chip">Archived</span>}{agent.status.measured_at && <RelativeTime at={agent.status.measured_at} className="caption faint nowrap" bare />}</div>
        <span className="st"><Glyph word={agent.status.word} /><span className="word">{agent.status.word}</span><span className="why" title={visible(agent.status.reason)}><Foreign>{agent.status.reason}</Foreign></span></span>
      </div>
    </div>
  );
}

/** Looked for among the rows that are loaded. */
function indexOf(uid: string | null, at: (index: number) => AgentRow | undefined, total: number): number | null {
  if (uid === null) return null;
  for (let i = 0; i < total; i += 1) {
    if (at(i)?.uid === uid) return i;
  }
  return null;
}

type List = Paged<AgentRow, Page<AgentRow>>;

function Rows({ list, uid, tab, query, onRange }: { list: List; uid: string | null; tab: AgentTab | undefined; query: string; onRange: (from: number, to: number) => void }) {
  const { at, total } = list;
  const sections = useMemo(() => [{ key: 'agents', title: null, count: total }], [total]);
  const selected = indexOf(uid, at, total);
  const open = (index: number, replace: boolean) => { const agent = at(index); if (agent) navigate({ view: 'agents', uid: agent.uid, ...(tab && { tab }) }, { replace }); };
  return (
    <WindowedGrid label="Agents" testId="agents-list" cellTestId="agent-row" className="agents-pad" sections={sections} cellWidth={null} metrics={METRICS} resetKey={query} selected={selected} onRange={onRange}
      cellClass={() => 'item agent-cell'} cellLabel={(index) => { const agent = at(index); return agent ? `${visible(agent.name)}, ${agent.archived ? 'archived, ' : ''}${agent.status.word}: ${visible(agent.status.reason)}` : 'Reading this agent'; }}
      onOpen={(index) => open(index, false)} onMove={(index) => open(index, true)}
      renderCell={(index) => { const agent = at(index); return agent ? <Row agent={agent} /> : null; }} />
  );
}

function ListPane({ list, uid, tab, typed, setTyped, query, onRange }: { list: List; uid: string | null; tab: AgentTab | undefined; typed: string; setTyped: (text: string) => void; query: string; onRange: (from: number, to: number) => void }) {
  const shell = useShell();
  const platform = usePlatform();
  const toasts = useToasts();
  // The first of what was typed, not of what the list still shows.
  const first = () => {
    platform.agentsList(typed.trim(), 0, 1).then(({ items }) => { if (items[0]) navigate({ view: 'agents', uid: items[0].uid }); }, (thrown: unknown) => toasts.fail(thrown));
  };
  return (
    <div className="pane-list" role="region" aria-label="List of agents">
      <div className="bar">
        <SearchField className="grow" label="Search agents" value={typed} onChange={setTyped} onEnter={first} count={typed ? String(list.total) : undefined} keys={shell.keys('find.here')} />
        <IconButton icon="plus" label="Add agent…" keys={shell.keys('agent.add')} onClick={shell.addAgent} data-testid="add-agent" />
      </div>
      {list.error !== null && <div className="pad-s"><ErrorBox error={list.error} onRetry={list.refetch} /></div>}
      {list.isPending && <div className="pad-s"><Waiting>Reading the agents</Waiting></div>}
      {list.head && list.total === 0 && <p className="small muted pad-s">No agent has “<Foreign>{query}</Foreign>” in its name or status. Esc clears the search.</p>}
      {list.total > 0 && <Rows list={list} uid={uid} tab={tab} query={query} onRange={onRange} />}
      <InLetta />
    </div>
  );
}

function AgentTitle({ uid }: { uid: string | null }) {
  const platform = usePlatform();
  const shell = useShell();
  const query = useQuery({ queryKey: [...keys.agents, 'detail', uid], queryFn: () => platform.agentGet(uid ?? ''), enabled: uid !== null });
  const agent = query.data?.agent;
  return (
    <Titlebar title={agent ? <Foreign>{agent.name}</Foreign> : 'Agents'} sub={agent ? undefined : shell.state.install?.root_short}>
      {agent && <Status status={agent.status} />}
      {!agent && <Button kind="quiet" icon="plus" onClick={shell.addAgent}>Add agent…</Button>}
    </Titlebar>
  );
}

export function AgentsView({ uid, tab }: { uid: string | null; tab?: AgentTab }) {
  const platform = usePlatform();
  const [typed, setTyped] = useState('');
  const query = useDeferredValue(typed.trim());
  const [range, setRange] = useState<[number, number]>([0, 1]);
  const list = usePaged<AgentRow, Page<AgentRow>>([...keys.agents, 'list', query], (offset, limit) => platform.agentsList(query, offset, limit), range[0], range[1]);
  const onRange = useCallback((from: number, to: number) => setRange((old) => (old[0] === from && old[1] === to ? old : [from, to])), []);
  const shown = uid ?? list.at(0)?.uid ?? null;
  if (list.head && list.total === 0 && !typed && !list.isStale) {
    return <main className="main" data-testid="agents-view"><Titlebar title="Agents" /><Banners /><NoAgents /></main>;
  }
  return (
    <main className="main" data-testid="agents-view">
      <AgentTitle uid={shown} />
      <Banners />
      <div className="cols">
        <ListPane list={list} uid={shown} tab={tab} typed={typed} setTyped={setTyped} query={query} onRange={onRange} />
        <div className="scroll canvas" role="region" aria-label="Agent" tabIndex={-1}>{shown ? <AgentDetailPane key={shown} uid={shown} tab={tab} /> : null}</div>
      </div>
    </main>
  );
}
