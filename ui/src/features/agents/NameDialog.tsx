import { type FormEvent, type ReactNode, useState } from 'react';
import type { Plan } from '../../bindings';
import { navigate } from '../../app/router';
import { Button, Dialog, ErrorBox } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { NameField } from './NameField';
import { useVerdict } from './use-verdict';

/** Asks for the name of an agent that comes from somewhere: a copy, a file. */
export function NameDialog({ title, first, children, make, onClose }: { title: string; first: string; children: ReactNode; make: (name: string) => Promise<Plan>; onClose: () => void }) {
  const flow = usePlanFlow();
  const [name, setName] = useState(first);
  const check = useVerdict(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const uid = check.verdict?.uid;
    if (check.why || !uid) return;
    const wanted = name.trim();
    onClose();
    flow.open({ title: `Add ${wanted}`, make: () => make(wanted), onApplied: () => navigate({ view: 'agents', uid }) });
  };
  return (
    <Dialog label={title} onClose={onClose} data-testid="name-dialog">
      <form className="dialog-form" onSubmit={submit} noValidate>
        <div className="dialog-body">
          <h2>{title}</h2>
          <div className="muted small">{children}</div>
          <NameField name={name} onChange={setName} check={check} />
          {check.error && <ErrorBox error={check.error} />}
        </div>
        <footer className="row dialog-acts">
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" why={check.why} data-testid="name-review">Review plan</Button>
        </footer>
      </form>
    </Dialog>
  );
}
