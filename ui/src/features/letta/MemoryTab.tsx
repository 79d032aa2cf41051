import { useId, useState } from 'react';
import type { AgentMind, AgentRow } from '../../bindings';
import { toHash } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, Waiting } from '../../ui';
import { editOf } from '../agents/edits';
import { usePlanFlow } from '../plan/flow';
import { AddBlockDialog } from './AddBlockDialog';
import { BlockCard } from './BlockCard';
import { ContextBar } from './ContextBar';
import { ToolsSection } from './ToolsSection';
import { useBlockDraft } from './block-drafts';
import { useMind } from './queries';

/** More are a click away. */
const MOST = 30;

function Blocks({ agent, mind }: { agent: AgentRow; mind: AgentMind }) {
  const [adding, setAdding] = useState(false);
  const [all, setAll] = useState(false);
  const shown = all ? mind.blocks : mind.blocks.slice(0, MOST);
  return (
    <section data-testid="memory-blocks">
      <div className="group-head"><h2>Memory blocks</h2><span className="count">{mind.blocks.length.toLocaleString('en')}</span><span className="grow" /><Button size="s" icon="plus" onClick={() => setAdding(true)} data-testid="block-add">Add block…</Button></div>
      <div className="group">
        {shown.map((block) => <BlockCard key={block.label} agent={agent} block={block} />)}
        {mind.blocks.length === 0 && <p className="small muted pad-s">It has no memory block. A block is a text that the agent always has before its eyes.</p>}
        {shown.length < mind.blocks.length && <div className="pad-s"><Button size="s" onClick={() => setAll(true)}>Show all {mind.blocks.length.toLocaleString('en')} blocks</Button></div>}
      </div>
      {adding && <AddBlockDialog agent={agent} blocks={mind.blocks} onClose={() => setAdding(false)} />}
    </section>
  );
}

/** The draft of the system prompt stands beside those of the blocks, under a label no block can have. */
const SYSTEM = ' system';

function SystemPrompt({ agent, mind }: { agent: AgentRow; mind: AgentMind }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const id = useId();
  const [draft, setDraft] = useBlockDraft(agent.uid, SYSTEM);
  const text = draft?.value ?? mind.system;
  const changed = text !== mind.system;
  const write = (value: string) => setDraft({ value, limit: '', readOnly: false });
  const review = () => flow.open({ title: `Change the system prompt of ${agent.name}`, make: () => platform.agentEditPlan(agent.uid, editOf({ system: text })), onApplied: () => setDraft(null) });
  return (
    <section data-testid="system-prompt">
      <div className="group-head"><h2><label htmlFor={id}>System prompt</label></h2><span className="count">How the agent is to behave; it comes before its memory</span></div>
      <div className="group"><div className="block-card" data-modified={changed ? '' : undefined}>
        <textarea id={id} className="text-area" rows={8} value={text} spellCheck={false} onChange={(event) => write(event.target.value)} data-testid="system-text" />
        {changed && (
          <div className="row"><span className="small muted grow">Not changed yet.</span>
            <Button size="s" onClick={() => setDraft(null)} data-testid="system-discard">Discard</Button>
            <Button size="s" kind="primary" onClick={review} data-testid="system-review">Review plan</Button>
          </div>
        )}
      </div></div>
    </section>
  );
}

/** What the agent knows and can do, read from Letta now. */
export function MemoryTab({ agent }: { agent: AgentRow }) {
  const query = useMind(agent.uid);
  if (query.isError) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} actions={<a className="btn btn-s" href={toHash({ view: 'agents', uid: agent.uid, tab: 'letta' })}>Letta server</a>} />;
  if (!query.data) return <Waiting>Reading the memory in Letta</Waiting>;
  const mind = query.data;
  if (mind.link.link === 'only_here' || mind.link.link === 'gone_in_letta') {
    return (
      <div className="empty agent-empty" data-testid="memory-none">
        <h2>Nothing to remember with</h2>
        <p><Foreign>{mind.link.words}</Foreign></p>
        <a className="btn btn-primary" href={toHash({ view: 'agents', uid: agent.uid, tab: 'letta' })} data-testid="memory-to-letta">Link or create…</a>
      </div>
    );
  }
  return (
    <>
      {mind.context && <ContextBar use={mind.context} />}
      {mind.features.blocks && <Blocks agent={agent} mind={mind} />}
      {mind.features.tools && <ToolsSection agent={agent} tools={mind.tools} />}
      <SystemPrompt agent={agent} mind={mind} />
    </>
  );
}
