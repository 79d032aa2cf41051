import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { RegistryCopy, SalvageReport } from '../../bindings';
import { useTakeState } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Button, Dialog, ErrorBox, Foreign, useToasts } from '../../ui';
import { madeAt } from './Copies';

/** A question before the registry file is replaced. The focus starts on the answer that changes nothing. */
function Ask({ label, busy, error, children, onClose, action }: {
  label: string; busy: boolean; error: unknown; children: ReactNode; onClose: () => void; action: ReactNode;
}) {
  return (
    <Dialog label={label} onClose={() => { if (!busy) onClose(); }} data-testid="repair-dialog">
      <div className="dialog-body">
        <h2>{label}</h2>
        {children}
        {error !== null && <ErrorBox error={error} />}
        <div className="row"><span className="grow" /><Button autoFocus onClick={onClose} disabled={busy}>Cancel</Button>{action}</div>
      </div>
    </Dialog>
  );
}

export function SalvageDialog({ onClose, onDone }: { onClose: () => void; onDone: (report: SalvageReport) => void }) {
  const platform = usePlatform();
  const salvage = useMutation({ mutationFn: () => platform.registrySalvage(), onSuccess: onDone });
  return (
    <Ask label="Salvage the registry?" busy={salvage.isPending} error={salvage.error} onClose={onClose}
      action={<Button kind="primary" busy={salvage.isPending} onClick={() => salvage.mutate()} data-testid="repair-confirm">{salvage.isPending ? 'Salvaging' : 'Salvage'}</Button>}>
      <p className="muted">Every row that can be read goes into a new registry, which takes the damaged one’s place. The damaged file is kept beside it.</p>
      <p className="muted">Rows that cannot be read are named afterwards. Agents, modules and their files are not touched.</p>
    </Ask>
  );
}

export function RestoreDialog({ copy, onClose }: { copy: RegistryCopy; onClose: () => void }) {
  const platform = usePlatform();
  const take = useTakeState();
  const toasts = useToasts();
  const made = madeAt(copy.made);
  const restore = useMutation({
    mutationFn: () => platform.registryRestore(copy.path),
    onSuccess: (next) => {
      take(next);
      toasts.show({ word: 'Healthy', title: `The copy of ${made} is the registry now.`, text: 'What was there before is kept beside it.' });
    },
  });
  return (
    <Ask label="Put this copy back?" busy={restore.isPending} error={restore.error} onClose={onClose}
      action={<Button kind="primary" busy={restore.isPending} onClick={() => restore.mutate()} data-testid="repair-confirm">{restore.isPending ? 'Putting it back' : 'Put it back'}</Button>}>
      <p className="muted">The registry becomes what it was on <Foreign>{made}</Foreign>. The one that is there now is kept beside it.</p>
      <p className="muted">What was recorded since then is not in the copy. Agents, modules and their files are not touched.</p>
      <p className="caption faint mono repair-path"><Foreign>{copy.path}</Foreign></p>
    </Ask>
  );
}
