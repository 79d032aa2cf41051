import { useMutation } from '@tanstack/react-query';
import type { SetupSummary } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { Button } from '../../../ui/Button';
import { Dialog } from '../../../ui/overlays';
import { ErrorBox } from '../../../ui/states';
import { Foreign } from '../../../ui/text';
import { useWizard } from '../wizard-context';
import { count } from '../words';

/** Names what goes. Enter does not press the destructive button: the focus starts on the one that keeps everything. */
export function UndoDialog({ summary, onClose }: { summary: SetupSummary; onClose: () => void }) {
  const { state, dispatch, app } = useWizard();
  const platform = usePlatform();
  const undo = useMutation({
    mutationFn: () => platform.setupUndo(), retry: false,
    onSuccess: () => dispatch({ type: 'undone' }),
  });
  const adopted = state.mode === 'existing';
  return (
    <Dialog label="Undo the setup" onClose={() => { if (!undo.isPending) onClose(); }} data-testid="setup-undo-dialog">
      <div className="wdialog">
        <h2>{adopted ? `Give ${app.brand} back as it was?` : `Take back this ${app.brand}?`}</h2>
        <p className="muted">
          {count(summary.receipt.steps, 'step')} of the setup {summary.receipt.steps === 1 ? 'is' : 'are'} taken back in{' '}
          <code><Foreign>{summary.root_short}</Foreign></code>, the registry and your account with it.
        </p>
        <dl className="facts">
          {summary.created.map((fact) => [
            <dt key={`${fact.name} n`}><Foreign>{fact.name}</Foreign></dt>,
            <dd key={`${fact.name} v`} className={fact.mono ? 'mono' : undefined}><Foreign>{fact.value}</Foreign></dd>,
          ])}
        </dl>
        <p className="small muted">What was changed or added there since is named and kept.</p>
        {undo.isError ? <ErrorBox error={undo.error} /> : null}
        <div className="row wdialog-acts">
          <span className="grow" />
          <Button autoFocus onClick={onClose} disabled={undo.isPending}>Keep it</Button>
          <Button kind="danger" busy={undo.isPending} data-testid="setup-undo-confirm" onClick={() => undo.mutate()}>{undo.isPending ? 'Taking back' : 'Undo setup'}</Button>
        </div>
      </div>
    </Dialog>
  );
}
