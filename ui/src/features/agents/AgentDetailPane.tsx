import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AgentDetail, AgentRow } from '../../bindings';
import { keys } from '../../app/queries';
import { type AgentTab, navigate, toHash } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Avatar } from '../../app/Sidebar';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, FindingBanner, Foreign, Icon, Tabs, Waiting } from '../../ui';
import { BrocaTab } from '../broca/BrocaTab';
import { LettaTab } from '../letta/LettaTab';
import { MemoryTab } from '../letta/MemoryTab';
import { EditAgentSheet } from './EditAgentSheet';
import { Overview } from './Overview';
import { hasBroca } from './edits';

function Head({ agent }: { agent: AgentRow }) {
  const shell = useShell();
  const [editing, setEditing] = useState(false);
  const ours = agent.origin === 'registry';
  return (
    <div className="detail-head agent-head">
      <Avatar name={agent.name} color={agent.color} text={agent.avatar} large />
      <div className="grow">
        <h2><Foreign>{agent.name}</Foreign></h2>
        <span className="row"><span className="small muted mono cut"><Foreign>{agent.uid}</Foreign></span>{agent.archived && <span className="chip" data-testid="agent-archived">Archived</span>}</span>
      </div>
      <div className="row agent-head-acts">
        {ours && <a className="btn" href={toHash({ view: 'chat', uid: agent.uid })} data-testid="agent-chat"><Icon name="chat" />Chat</a>}
        {ours && <Button onClick={() => setEditing(true)} data-testid="agent-edit">Edit…</Button>}
        {ours && <Button icon="gear" onClick={() => navigate({ view: 'tool', id: `a:${agent.uid}`, setting: null })} data-testid="agent-settings">Settings</Button>}
        <Button icon="folder" onClick={() => shell.showPath(agent.path)}>Show folder</Button>
      </div>
      {editing && <EditAgentSheet agent={agent} onClose={() => setEditing(false)} />}
    </div>
  );
}

type Shown = AgentTab | 'overview';

function tabsOf(agent: AgentRow): { id: Shown; label: string }[] {
  return [
    { id: 'overview', label: 'Overview' }, { id: 'memory', label: 'Memory' }, { id: 'letta', label: 'Letta' },
    ...(hasBroca(agent) ? [{ id: 'broca' as const, label: 'Broca' }] : []),
  ];
}

function Panel({ tab, detail }: { tab: Shown; detail: AgentDetail }) {
  switch (tab) {
    case 'overview': return <Overview detail={detail} />;
    case 'memory': return <MemoryTab agent={detail.agent} />;
    case 'letta': return <LettaTab agent={detail.agent} />;
    case 'broca': return <BrocaTab agent={detail.agent} />;
  }
}

function Loaded({ detail, asked }: { detail: AgentDetail; asked: AgentTab | undefined }) {
  const { agent, findings } = detail;
  const ours = agent.origin === 'registry';
  const tabs = tabsOf(agent);
  const tab = ours ? tabs.find((one) => one.id === asked)?.id ?? 'overview' : 'overview';
  const go = (id: string) => navigate({ view: 'agents', uid: agent.uid, ...(id === 'overview' ? {} : { tab: id as AgentTab }) }, { replace: true });
  return (
    <div className="formpad" data-testid="agent-detail">
      <Head agent={agent} />
      {!ours && (
        <FindingBanner finding={{ code: 'agent_unrecorded', level: 'info', message: 'Found on disk, not recorded in the registry.', hint: 'It is shown as it is. Nothing of it is changed or removed from here.', path: agent.path }} />
      )}
      {findings.map((finding) => <FindingBanner key={finding.code + (finding.path ?? '')} finding={finding} />)}
      {ours && <div className="agent-tabs"><Tabs label="Parts of the agent" tabs={tabs} selected={tab} onSelect={go} panelId="agent-panel" /></div>}
      <div className="agent-panel" role={ours ? 'tabpanel' : undefined} id="agent-panel" aria-label={ours ? tabs.find((one) => one.id === tab)?.label : undefined} data-testid={`agent-panel-${tab}`}>
        <Panel tab={tab} detail={detail} />
      </div>
    </div>
  );
}

export function AgentDetailPane({ uid, tab }: { uid: string; tab: AgentTab | undefined }) {
  const platform = usePlatform();
  const query = useQuery({ queryKey: [...keys.agents, 'detail', uid], queryFn: () => platform.agentGet(uid) });
  if (query.data) return <Loaded detail={query.data} asked={tab} />;
  return <div className="pad">{query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : <Waiting>Reading the agent</Waiting>}</div>;
}
