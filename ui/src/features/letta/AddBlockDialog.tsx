import { type FormEvent, useId, useState } from 'react';
import type { AgentRow, MemoryBlock } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { Button, Dialog, TextField } from '../../ui';
import { blockEdit, drivenByBroca } from '../agents/edits';
import { usePlanFlow } from '../plan/flow';
import { labelProblem } from './blocks';

export function AddBlockDialog({ agent, blocks, onClose }: { agent: AgentRow; blocks: MemoryBlock[]; onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const id = useId();
  const [label, setLabel] = useState('');
  const [value, setValue] = useState('');
  const why = labelProblem(label, blocks, drivenByBroca(agent.modules.map((module) => module.name)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why) return;
    onClose();
    flow.open({ title: `Add ${label.trim()}`, make: () => platform.agentBlockPlan(agent.uid, label.trim(), blockEdit({ value })) });
  };
  return (
    <Dialog label="Add a memory block" onClose={onClose} data-testid="add-block-dialog">
      <form className="dialog-form" onSubmit={submit} noValidate>
        <div className="dialog-body">
          <h2>Add a memory block</h2>
          <TextField label="Label" mono value={label} onChange={setLabel} autoFocus maxLength={100} error={label ? why : null} help="What the agent calls it, for example house_rules." data-testid="add-block-label" />
          <div className="form-field">
            <label className="form-label" htmlFor={id}>Text</label>
            <textarea id={id} className="text-area" rows={4} value={value} onChange={(event) => setValue(event.target.value)} data-testid="add-block-text" />
          </div>
        </div>
        <footer className="row dialog-acts">
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" why={why} data-testid="add-block-review">Review plan</Button>
        </footer>
      </form>
    </Dialog>
  );
}
