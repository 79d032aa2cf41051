import { useState } from 'react';
import type { AgentDetail, AgentModule, AgentRow } from '../../bindings';
import { toHash } from '../../app/router';
import { Button, CopyButton, Foreign, Prose, Status, absolute } from '../../ui';
import { useActs } from '../modules/acts';
import { AddModuleSheet, useOffers } from '../modules/AddModuleSheet';
import { useModule } from '../modules/ModuleInspector';
import { RemoveButton } from '../modules/Removal';
import { RowActions } from '../modules/RowActions';
import { StandWords } from '../modules/StandWords';
import { FactsList } from '../tools/inspect';
import { ActsSection } from './ActsSection';
import { WaySection } from './WaySection';

function ModuleRow({ module, instance, ours }: { module: AgentModule; instance: string; ours: boolean }) {
  const name = <Foreign>{module.title || module.name}</Foreign>;
  const row = useModule(instance).data?.row;
  const doing = useActs().doing.get(instance);
  return (
    <tr>
      <td>{module.tool_id ? <a className="medium" href={toHash({ view: 'tool', id: module.tool_id })}>{name}</a> : <span className="medium">{name}</span>}</td>
      <td className="num mono">{module.port ?? <span className="faint">none</span>}</td>
      <td>{row ? <StandWords row={row} doing={doing} /> : <Status status={module.status} />}</td>
      <td className="num"><span className="module-acts">{row && <RowActions row={row} stop />}{row && ours && <RemoveButton row={row} />}</span></td>
    </tr>
  );
}

function Modules({ agent }: { agent: AgentRow }) {
  const [adding, setAdding] = useState(false);
  const offers = useOffers(agent.origin === 'registry' ? agent.uid : null).data;
  return (
    <section>
      <div className="group-head">
        <h2>Modules</h2><span className="count">{agent.modules.length}</span><span className="grow" />
        {offers && <Button size="s" icon="plus" why={offers.length === 0 ? 'It has every module that an agent can have.' : null} onClick={() => setAdding(true)} data-testid="agent-add-module">Add module…</Button>}
      </div>
      <div className="group">
        {agent.modules.length === 0 ? <p className="muted small pad-s">No module stands in its folder, so it can neither listen nor speak.</p> : (
          <table className="table modules" aria-label="Modules">
            <thead><tr><th scope="col" className="col-module">Module</th><th scope="col" className="num col-port">Port</th><th scope="col">Status</th><th scope="col" className="col-acts"><span className="sr">Actions</span></th></tr></thead>
            <tbody>{agent.modules.map((module) => <ModuleRow key={module.name} module={module} instance={`${agent.uid}/${module.name}`} ours={agent.origin === 'registry'} />)}</tbody>
          </table>
        )}
      </div>
      {adding && <AddModuleSheet agent={agent} onClose={() => setAdding(false)} />}
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
            <span className="muted grow">Not linked to an agent in Letta yet, so its modules have nobody to ask.</span>
          )}
          {!agent.letta_uid && agent.origin === 'registry' && <a className="btn btn-s" href={toHash({ view: 'agents', uid: agent.uid, tab: 'letta' })} data-testid="overview-link">Link or create…</a>}
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
        {status.evidence.length > 0 && <ul className="evidence small muted selectable">{status.evidence.map((line) => <li key={line}><Prose>{line}</Prose></li>)}</ul>}
      </div>
    </section>
  );
}

/** Status, modules, how it is talked to, and what can be done with it. An agent that is only found on disk is shown and left alone. */
export function Overview({ detail }: { detail: AgentDetail }) {
  const { agent, facts } = detail;
  const ours = agent.origin === 'registry';
  const all = [...facts, ...(agent.created_at ? [{ name: 'Added', value: absolute(agent.created_at), mono: false }] : [])];
  return (
    <>
      {agent.description && <p className="muted detail-lead selectable"><Foreign>{agent.description}</Foreign></p>}
      <Measured agent={agent} />
      <Modules agent={agent} />
      {ours && <WaySection agent={agent} />}
      <Letta agent={agent} />
      <section><div className="group-head"><h2>Facts</h2></div><div className="group"><FactsList facts={all} /></div></section>
      {ours && <ActsSection agent={agent} />}
    </>
  );
}
