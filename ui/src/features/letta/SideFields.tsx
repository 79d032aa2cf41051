import { useId } from 'react';
import type { LettaAgent } from '../../bindings';
import { Button, ErrorBox, Foreign, Segments, Waiting } from '../../ui';
import { ModelPick } from './ModelPick';
import { PickList } from './PickList';
import { useLettaAgents, useModels } from './queries';
import type { SideDraft, SideKind } from './side';

interface Props { value: SideDraft; onChange: (draft: SideDraft) => void; driven: boolean; allow: SideKind[] }

const segments: Record<SideKind, string> = { none: 'Not now', create: 'Create in Letta', link: 'Link an existing one' };

const help: Record<SideKind, string> = {
  none: 'It is linked later. Until then its modules have nobody to ask.',
  create: 'A new agent is made in Letta and linked.',
  link: 'An agent that is in Letta already answers; its memory stays as it is.',
};

function TextArea({ label, value, onChange, help, testId }: { label: string; value: string; onChange: (text: string) => void; help: string; testId: string }) {
  const id = useId();
  return (
    <div className="form-field">
      <label className="form-label" htmlFor={id}>{label}</label>
      <textarea id={id} className="text-area" rows={4} value={value} aria-describedby={`${id}-help`} onChange={(event) => onChange(event.target.value)} data-testid={testId} />
      <p className="form-help" id={`${id}-help`}>{help}</p>
    </div>
  );
}

/** Letta does not answer: said, with the way on. */
function Away({ error, onRetry, onNotNow }: { error: unknown; onRetry: () => void; onNotNow?: () => void }) {
  return <ErrorBox error={error} onRetry={onRetry} actions={onNotNow && <Button size="s" onClick={onNotNow} data-testid="letta-not-now">Not now</Button>} />;
}

function CreateFields({ value, onChange, driven, onNotNow }: Omit<Props, 'allow'> & { onNotNow?: () => void }) {
  const models = useModels();
  const put = (more: Partial<SideDraft>) => onChange({ ...value, ...more });
  if (models.isError) return <Away error={models.error} onRetry={() => void models.refetch()} onNotNow={onNotNow} />;
  if (!models.data) return <Waiting>Asking Letta for its models</Waiting>;
  return (
    <>
      <ModelPick label="Model" models={models.data.llm} chosen={value.model} onChoose={(model) => put({ model })} testId="letta-model" />
      {models.data.embedding.length > 0 && <ModelPick label="Embedding, for long-term memory" models={models.data.embedding} chosen={value.embedding} onChoose={(embedding) => put({ embedding })} testId="letta-embedding" />}
      {models.data.embedding.length > 0 && !value.embedding && <p className="small muted">None chosen: the first that sends no texts to letta.com is taken.</p>}
      <TextArea label="Persona" value={value.persona} onChange={(persona) => put({ persona })} help="Who the agent is, in its own words. It becomes the memory block persona." testId="letta-persona" />
      {driven ? (
        <p className="small muted" data-testid="letta-human-why">No <code>human</code> block: Broca attaches one for every person it talks to, and Letta refuses a second one of that label.</p>
      ) : (
        <TextArea label="Human" value={value.human} onChange={(human) => put({ human })} help="Who it talks to. It can stay empty; then there is no such block." testId="letta-human" />
      )}
    </>
  );
}

const idOf = (agent: LettaAgent) => agent.id ?? '';
const textOf = (agent: LettaAgent) => `${agent.name} ${agent.id ?? ''} ${agent.model ?? ''}`;

function LinkFields({ value, onChange, onNotNow }: Omit<Props, 'allow' | 'driven'> & { onNotNow?: () => void }) {
  const agents = useLettaAgents();
  if (agents.isError) return <Away error={agents.error} onRetry={() => void agents.refetch()} onNotNow={onNotNow} />;
  if (!agents.data) return <Waiting>Asking Letta for its agents</Waiting>;
  return (
    <PickList label="Agent in Letta" items={agents.data.filter((agent) => agent.link === 'only_in_letta' && agent.id !== null)} idOf={idOf} textOf={textOf} chosen={value.id} testId="letta-agent"
      onChoose={(id) => onChange({ ...value, id })} none="Every agent in Letta is linked to one here already."
      render={(agent) => (
        <span className="grow pick-words">
          <span className="cut"><Foreign>{agent.name}</Foreign></span>
          <span className="row"><span className="caption faint cut"><Foreign>{agent.model ?? agent.id}</Foreign></span></span>
        </span>
      )} />
  );
}

/** What is to become of the Letta side: not now, a new one, or one that is there. Server away: said, and “Not now” offered. */
export function SideFields({ value, onChange, driven, allow }: Props) {
  const onNotNow = allow.includes('none') ? () => onChange({ ...value, side: 'none' }) : undefined;
  return (
    <>
      {allow.length > 1 && (
        <div className="form-field" data-testid="letta-side">
          <span className="form-label">In Letta</span>
          <Segments label="In Letta" segments={allow.map((id) => ({ id, label: segments[id] }))} selected={value.side} onSelect={(id) => onChange({ ...value, side: id as SideKind })} />
          <p className="form-help">{help[value.side]}</p>
        </div>
      )}
      {value.side === 'create' && <CreateFields value={value} onChange={onChange} driven={driven} onNotNow={onNotNow} />}
      {value.side === 'link' && <LinkFields value={value} onChange={onChange} onNotNow={onNotNow} />}
    </>
  );
}
