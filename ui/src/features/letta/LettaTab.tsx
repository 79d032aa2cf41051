import { useState } from 'react';
import type { AgentMind, AgentRow, LettaAgent, LinkState, StatusWord } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { Button, CopyButton, ErrorBox, Foreign, Glyph, Waiting } from '../../ui';
import { editOf } from '../agents/edits';
import { usePlanFlow } from '../plan/flow';
import { LettaConnection } from './LettaConnection';
import { ModelSheet, SideSheet } from './SideSheet';
import { useMind } from './queries';

export const linkLook: Record<LinkState, { word: StatusWord; title: string }> = {
  linked: { word: 'Healthy', title: 'Linked' },
  only_here: { word: 'Ready', title: 'Only here' },
  only_in_letta: { word: 'Ready', title: 'Only in Letta' },
  gone_in_letta: { word: 'Error', title: 'Gone in Letta' },
  renamed_in_letta: { word: 'Degraded', title: 'Renamed in Letta' },
};

type Open = 'create' | 'link' | null;

function Repairs({ agent, link, onOpen }: { agent: AgentRow; link: LettaAgent; onOpen: (open: Open) => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const rename = (name: string) => flow.open({ title: `Change ${agent.name}`, make: () => platform.agentEditPlan(agent.uid, editOf({ name })) });
  const unlink = () => flow.open({ title: `Unlink ${agent.name}`, make: () => platform.agentUnlinkPlan(agent.uid) });
  const apart = link.link === 'only_here' || link.link === 'gone_in_letta';
  return (
    <div className="row link-acts">
      {link.link === 'renamed_in_letta' && (
        <>
          <Button size="s" onClick={() => rename(link.name)} data-testid="link-take-name">Take “<span className="cut name-cut"><Foreign>{link.name}</Foreign></span>” here</Button>
          <Button size="s" onClick={() => rename(agent.name)} data-testid="link-rename-there">Rename there to “<span className="cut name-cut"><Foreign>{agent.name}</Foreign></span>”</Button>
        </>
      )}
      {apart && <Button size="s" kind="primary" onClick={() => onOpen('create')} data-testid="link-create">Create in Letta…</Button>}
      {apart && <Button size="s" onClick={() => onOpen('link')} data-testid="link-link">Link…</Button>}
      {link.link !== 'only_here' && <Button size="s" onClick={unlink} data-testid="link-unlink">Unlink</Button>}
    </div>
  );
}

function LinkCard({ agent, link, onOpen }: { agent: AgentRow; link: LettaAgent; onOpen: (open: Open) => void }) {
  const look = linkLook[link.link];
  return (
    <section data-testid="letta-link" data-link={link.link}>
      <div className="group-head"><h2>Link</h2></div>
      <div className="group">
        <div className="link-card">
          <Glyph word={look.word} />
          <div className="grow">
            <b className="medium">{look.title}</b>
            <p className="small muted"><Foreign>{link.words}</Foreign></p>
            {link.id && <span className="row small"><code className="cut"><Foreign>{link.id}</Foreign></code><CopyButton text={link.id} label="Copy the Letta id" /></span>}
            <Repairs agent={agent} link={link} onOpen={onOpen} />
          </div>
        </div>
      </div>
    </section>
  );
}

function ModelCard({ agent, mind }: { agent: AgentRow; mind: AgentMind }) {
  const [open, setOpen] = useState(false);
  return (
    <section data-testid="letta-model-card">
      <div className="group-head"><h2>Model</h2></div>
      <div className="group">
        <div className="letta-row">
          <span className="grow cut"><code><Foreign>{mind.link.model ?? 'Letta names none'}</Foreign></code></span>
          <Button size="s" onClick={() => setOpen(true)} data-testid="letta-model-change">Change…</Button>
        </div>
        {mind.features.embedding && <div className="letta-row"><span className="muted">Embedding</span><code className="cut"><Foreign>{mind.link.embedding ?? 'Letta names none'}</Foreign></code></div>}
      </div>
      {open && <ModelSheet agent={agent} model={mind.link.model} onClose={() => setOpen(false)} />}
    </section>
  );
}

/** How the agent here and the one in Letta stand to each other, with the repair of each half-done state. */
export function LettaTab({ agent }: { agent: AgentRow }) {
  const mind = useMind(agent.uid);
  const [open, setOpen] = useState<Open>(null);
  const there = mind.data && (mind.data.link.link === 'linked' || mind.data.link.link === 'renamed_in_letta');
  return (
    <>
      {mind.isError && <ErrorBox error={mind.error} onRetry={() => void mind.refetch()} />}
      {mind.isPending && <Waiting>Asking Letta for the agent</Waiting>}
      {mind.data && <LinkCard agent={agent} link={mind.data.link} onOpen={setOpen} />}
      {mind.data && there && <ModelCard agent={agent} mind={mind.data} />}
      <LettaConnection />
      {open && <SideSheet agent={agent} side={open} onClose={() => setOpen(null)} />}
    </>
  );
}
