import { type FormEvent, useState } from 'react';
import type { AgentRow } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { Button, Sheet, TextField } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { Appearance } from './Appearance';
import { avatarProblem, changesOf } from './edits';

/** What people see of an agent. Its folder and identifier stay. */
export function EditAgentSheet({ agent, onClose }: { agent: AgentRow; onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const [form, setForm] = useState({ name: agent.name, description: agent.description, color: agent.color, avatar: agent.avatar ?? '' });
  const put = (more: Partial<typeof form>) => setForm((old) => ({ ...old, ...more }));
  const edit = changesOf(agent, form);
  const why = !form.name.trim() ? 'Enter a name first.' : avatarProblem(form.avatar) ?? (edit ? null : 'Nothing is changed yet.');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why || !edit) return;
    onClose();
    flow.open({ title: `Change ${agent.name}`, make: () => platform.agentEditPlan(agent.uid, edit) });
  };
  return (
    <Sheet label={`Edit ${agent.name}`} onClose={onClose} className="form-sheet" data-testid="edit-agent-sheet">
      <form onSubmit={submit} noValidate>
        <header><h1>Edit agent</h1><p className="muted plan-summary">Folder, identifier and modules stay as they are.</p></header>
        <div className="sheet-body">
          <TextField label="Name" value={form.name} onChange={(name) => put({ name })} autoFocus maxLength={300} data-testid="agent-edit-name"
            help={agent.letta_uid ? 'It is changed in Letta too.' : 'As people see it.'} />
          <TextField label="Description" value={form.description} onChange={(description) => put({ description })} maxLength={2000} data-testid="agent-edit-description" help="For people; it can stay empty." />
          <Appearance name={form.name} color={form.color} avatar={form.avatar} onColor={(color) => put({ color })} onAvatar={(avatar) => put({ avatar })} />
        </div>
        <footer>
          <span className="caption faint grow">Nothing has been written yet.</span>
          <Button onClick={onClose} keys="esc">Cancel</Button>
          <Button type="submit" kind="primary" keys="↩" why={why} data-testid="agent-edit-review">Review plan</Button>
        </footer>
      </form>
    </Sheet>
  );
}
