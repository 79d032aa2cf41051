import { type FormEvent, useState } from 'react';
import type { AgentRow, LettaModel } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, Sheet, Waiting } from '../../ui';
import { drivenByBroca, editOf } from '../agents/edits';
import { usePlanFlow } from '../plan/flow';
import { ModelPick } from './ModelPick';
import { SideFields } from './SideFields';
import { useModels } from './queries';
import { type SideDraft, emptySide, sideProblem, toSide } from './side';

/** Gives an agent that is here its Letta side: a new one, or one that is there. */
export function SideSheet({ agent, side, onClose }: { agent: AgentRow; side: 'create' | 'link'; onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const [draft, setDraft] = useState<SideDraft>({ ...emptySide, side });
  const driven = drivenByBroca(agent.modules.map((module) => module.name));
  const why = sideProblem(draft);
  const title = side === 'create' ? `Create ${agent.name} in Letta` : `Link ${agent.name}`;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why) return;
    onClose();
    flow.open({ title, make: () => (side === 'create' ? platform.agentMakePlan(agent.uid, toSide(draft, driven)) : platform.agentLinkPlan(agent.uid, draft.id)) });
  };
  return (
    <Sheet label={title} onClose={onClose} className="form-sheet" data-testid={`letta-${side}-sheet`}>
      <form onSubmit={submit} noValidate>
        <header><h1><Foreign>{title}</Foreign></h1><p className="muted plan-summary">{side === 'create' ? 'A new agent is made in Letta and linked to this one.' : 'Only agents that no other one here is linked to are in the list.'}</p></header>
        <div className="sheet-body"><SideFields value={draft} onChange={setDraft} driven={driven} allow={[side]} /></div>
        <footer>
          <span className="caption faint grow">Nothing has been written yet.</span>
          <Button onClick={onClose} keys="esc">Cancel</Button>
          <Button type="submit" kind="primary" why={why} data-testid="letta-side-review">Review plan</Button>
        </footer>
      </form>
    </Sheet>
  );
}

/** Another model for an agent; what it remembers stays. */
export function ModelSheet({ agent, model, onClose }: { agent: AgentRow; model: string | null; onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const models = useModels();
  const [chosen, setChosen] = useState(model ?? '');
  const known: LettaModel[] = models.data?.llm ?? [];
  const why = !chosen || chosen === model ? 'Choose another model first.' : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why) return;
    onClose();
    flow.open({ title: `Change the model of ${agent.name}`, make: () => platform.agentEditPlan(agent.uid, editOf({ model: chosen })) });
  };
  return (
    <Sheet label="Change the model" onClose={onClose} className="form-sheet" data-testid="letta-model-sheet">
      <form onSubmit={submit} noValidate>
        <header><h1>Change the model</h1><p className="muted plan-summary">Memory and messages stay; the next answer comes from the new model.</p></header>
        <div className="sheet-body">
          {models.data && <ModelPick label="Model" models={known} chosen={chosen} onChoose={setChosen} testId="letta-model" />}
          {models.isError && <ErrorBox error={models.error} onRetry={() => void models.refetch()} />}
          {models.isPending && <Waiting>Asking Letta for its models</Waiting>}
        </div>
        <footer>
          <span className="caption faint grow">Nothing has been written yet.</span>
          <Button onClick={onClose} keys="esc">Cancel</Button>
          <Button type="submit" kind="primary" why={why} data-testid="letta-model-review">Review plan</Button>
        </footer>
      </form>
    </Sheet>
  );
}
