import { type FormEvent, useId, useState } from 'react';
import type { AgentRow } from '../../bindings';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { Button, Dialog, Foreign, TextField, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';

/** A linked agent: only here, or in Letta too. Only the second cannot be taken back whole, so only it asks for the name. */
export function DeleteDialog({ agent, onClose }: { agent: AgentRow; onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const group = useId();
  const [both, setBoth] = useState(false);
  const [typed, setTyped] = useState('');
  // As it is called, or as it is shown here, which is all that a person can read of a name with signs nobody sees.
  const named = [agent.name, visible(agent.name)].some((name) => name.trim() === typed.trim());
  const why = both && !named ? 'Type the name of the agent first.' : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why) return;
    onClose();
    flow.open({ title: `Remove ${agent.name}`, destructive: true, make: () => platform.agentDeletePlan(agent.uid, both), onApplied: () => navigate({ view: 'agents', uid: null }, { replace: true }) });
  };
  return (
    <Dialog label={`Remove ${agent.name}`} onClose={onClose} data-testid="delete-dialog">
      <form className="dialog-form" onSubmit={submit} noValidate>
        <div className="dialog-body">
          <h2>Remove <Foreign>{agent.name}</Foreign></h2>
          <fieldset className="choices-set">
            <legend className="sr">What is removed</legend>
            <div className="group">
              <label className="check-row">
                <input type="radio" className="radio-input" name={group} checked={!both} onChange={() => setBoth(false)} data-testid="delete-here" />
                <span className="grow"><b className="medium">Only here</b><span className="form-help">Its folder goes to the trash and comes back with undo. The agent in Letta stays with all it remembers.</span></span>
              </label>
              <label className="check-row">
                <input type="radio" className="radio-input" name={group} checked={both} onChange={() => setBoth(true)} data-testid="delete-both" />
                <span className="grow"><b className="medium">In Letta too</b><span className="form-help">It is exported into the trash first, then deleted in Letta. Older messages and long-term memory that the file does not hold are lost.</span></span>
              </label>
            </div>
          </fieldset>
          {both && <TextField label={<>Type <Foreign>{agent.name}</Foreign> to go on</>} value={typed} onChange={setTyped} data-testid="delete-name" />}
        </div>
        <footer className="row dialog-acts">
          <span className="grow" />
          <Button onClick={onClose} keys="esc">Cancel</Button>
          <Button kind="danger" type="submit" why={why} data-testid="delete-review">Review plan</Button>
        </footer>
      </form>
    </Dialog>
  );
}
