import { useQuery } from '@tanstack/react-query';
import type { AgentDetail, AgentModule, AgentRow } from '../../bindings';
import { keys } from '../../app/queries';
import { toHash } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Avatar } from '../../app/Sidebar';
import { usePlatform } from '../../platform/context';
import { Button, CopyButton, ErrorBox, FindingBanner, Foreign, Status, Waiting, absolute } from '../../ui';
import { FactsList } from '../tools/inspect';

function Head({ agent }: { agent: AgentRow }) {
  const shell = useShell();
  return (
    <div className="detail-head">
      <Avatar name={agent.name} color={agent.color} large />
      <div className="grow">
        <h2><Foreign>{agent.name}</Foreign></h2>
        <span className="small muted mono"><Foreign>{agent.uid}</Foreign></span>
      </div>
      <div className="row">
        <Button icon="folder" onClick={() => shell.showPath(agent.path)}>Show folder</Button>
        {agent.origin === 'registry' && <Button className="btn-danger-quiet" icon="trash" onClick={() => shell.removeAgent(agent.uid)} data-testid="agent-remove">Remove…</Button>}
      </div>
    </div>
  );
}

function ModuleRow({ module }: { module: AgentModule }) {
  const name = <Foreign>{module.title || module.name}</Foreign>;
  return (
    <tr>
      <td>{module.tool_id ? <a className="medium" href={toHash({ view: 'tool', id: module.tool_id })}>{name}</a> : <span className="medium">{name}</span>}</td>
      <td className="num mono">{module.port ?? <span className="faint">none</span>}</td>
      <td><Status status={module.status} /></td>
    </tr>
  );
}

function Modules({ agent }: { agent: AgentRow }) {
  return (
    <section>
      <div className="group-head"><h2>Modules</h2><span className="count">{agent.modules.length}</span></div>
      <div className="group">
        {agent.modules.length === 0 ? <p className="muted small pad-s">No module stands in its folder, so it can neither listen nor speak.</p> : (
          <table className="table modules" aria-label="Modules">
            <thead><tr><th scope="col" className="col-module">Module</th><th scope="col" className="num col-port">Port</th><th scope="col">Status</th></tr></thead>
            <tbody>{agent.modules.map((module) => <ModuleRow key={module.name} module={module} />)}</tbody>
          </table>
        )}
      </div>
    </section>
  );
}

function Letta({ agent }: { agent: AgentRow }) {
  return (
    <section>
      <div className="group-head"><h2>Letta</h2></div>
      <div className="group">
        <div className="letta-row">
          {agent.letta_uid ? <><span>Linked to</span><code className="cut"><Foreign>{agent.letta_uid}</Foreign></code><CopyButton text={agent.letta_uid} label="Copy the Letta id" /></> : (
            <span className="muted">Not linked to an agent in Letta yet, so its modules have nobody to ask.</span>
          )}
        </div>
      </div>
    </section>
  );
}

function Measured({ agent }: { agent: AgentRow }) {
  const { status } = agent;
  return (
    <section>
      <div className="group-head"><h2>Status</h2></div>
      <div className="group">
        <div className="status-row"><Status status={status} /></div>
        {status.evidence.length > 0 && <ul className="evidence small muted selectable">{status.evidence.map((line) => <li key={line}><Foreign>{line}</Foreign></li>)}</ul>}
      </div>
    </section>
  );
}

function Loaded({ detail }: { detail: AgentDetail }) {
  const { agent, facts, findings } = detail;
  const all = [...facts, ...(agent.created_at ? [{ name: 'Added', value: absolute(agent.created_at), mono: false }] : [])];
  return (
    <div className="formpad" data-testid="agent-detail">
      <Head agent={agent} />
      {agent.origin !== 'registry' && (
        <FindingBanner finding={{ code: 'agent_unrecorded', level: 'info', message: 'Found on disk, not recorded in the registry.', hint: 'It is shown as it is. Nothing of it is changed or removed from here.', path: agent.path }} />
      )}
      {findings.map((finding) => <FindingBanner key={finding.code + (finding.path ?? '')} finding={finding} />)}
      {agent.description && <p className="muted detail-lead selectable"><Foreign>{agent.description}</Foreign></p>}
      <Measured agent={agent} />
      <Modules agent={agent} />
      <Letta agent={agent} />
      <section><div className="group-head"><h2>Facts</h2></div><div className="group"><FactsList facts={all} /></div></section>
    </div>
  );
}

export function AgentDetailPane({ uid }: { uid: string }) {
  const platform = usePlatform();
  const query = useQuery({ queryKey: [...keys.agents, 'detail', uid], queryFn: () => platform.agentGet(uid) });
  if (query.data) return <Loaded detail={query.data} />;
  return <div className="pad">{query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : <Waiting>Reading the agent</Waiting>}</div>;
}
