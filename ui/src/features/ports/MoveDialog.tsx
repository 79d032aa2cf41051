import { type FormEvent, useState } from 'react';
import type { LedgerRow } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { toPlatformError } from '../../platform/platform';
import { Button, Dialog, Foreign, TextField } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { portProblem } from './words';

/** Asks for a number, and says under it why it cannot be. The plan shows what is changed with it. */
export function MoveDialog({ row, onClose }: { row: LedgerRow; onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const [typed, setTyped] = useState(row.offer === null ? '' : String(row.offer));
  const [touched, setTouched] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const [looking, setLooking] = useState(false);
  const problem = portProblem(typed, row);
  const { instance } = row;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTouched(true);
    if (problem !== null || looking || instance === null) return;
    const port = Number(typed);
    setLooking(true);
    platform.portMovePlan(instance, port).then((plan) => {
      onClose();
      let ready: typeof plan | null = plan;
      flow.open({ title: `Move ${row.title} to ${port}`, make: () => {
        const made = ready;
        ready = null;
        return made ? Promise.resolve(made) : platform.portMovePlan(instance, port);
      } });
    }, (thrown: unknown) => {
      const { message, hint } = toPlatformError(thrown);
      setLooking(false);
      setRefused([message, hint].filter(Boolean).join(' '));
    });
  };
  return (
    <Dialog label={`Another port for ${row.title}`} onClose={onClose} data-testid="port-dialog">
      <form className="dialog-form" onSubmit={submit} noValidate>
        <div className="dialog-body">
          <h2>Another port for <Foreign>{row.title}</Foreign></h2>
          <TextField label="Port" mono inputMode="numeric" value={typed} onChange={(next) => { setTyped(next); setRefused(null); }} onBlur={() => { if (typed) setTouched(true); }} onFocus={(event) => event.currentTarget.select()} autoFocus className="port-field"
            error={refused ?? (touched ? problem : null)} help={`It has ${row.port} now. ${row.offer === null ? '1024 to 65535.' : `${row.offer} is free.`} Everything that names the port is changed with it.`} data-testid="port-number" />
        </div>
        <footer className="row dialog-acts">
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={looking} why={typed.trim() === '' ? 'Enter a number first.' : null} data-testid="port-review">{looking ? 'Planning' : 'Review plan'}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
