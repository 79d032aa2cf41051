import { useQuery } from '@tanstack/react-query';
import type { ChangeDetail, Conflict } from '../../bindings';
import { keys } from '../../app/queries';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { Banner, Button, CopyButton, ErrorBox, Foreign, PlanSteps, Waiting, absolute, duration, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';

const vias: Record<string, string> = { app: 'from the app', cli: 'from the terminal', recovery: 'by recovery after a crash' };

function Conflicts({ conflicts }: { conflicts: Conflict[] }) {
  const shell = useShell();
  return (
    <section data-testid="change-conflicts">
      <Banner kind="warn" title="Undo would overwrite a newer edit.">
        {conflicts.length === 1 ? 'One target was' : `${conflicts.length} targets were`} changed since. Nothing is taken back while that is so.
      </Banner>
      <ul className="conflicts">
        {conflicts.slice(0, 50).map((conflict) => (
          <li key={conflict.target}>
            <code className="selectable"><Foreign>{conflict.target}</Foreign></code>
            <span className="small muted"><Foreign>{conflict.what}</Foreign></span>
            {!conflict.target.startsWith('registry') && <Button kind="link" onClick={() => shell.showPath(conflict.target)}>Show file</Button>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Files of settings that the change patched; one it made anew holds nothing older to go back to. */
export function patchedFiles({ row, steps }: ChangeDetail): string[] {
  if (row.state !== 'applied') return [];
  const patched = steps.filter((step) => step.kind === 'write_file' && /(^|\/)(\.env|settings\.json)$/.test(step.target) && step.diff.some((line) => line.kind !== 'add'));
  return [...new Set(patched.map((step) => step.target))];
}

function Files({ detail }: { detail: ChangeDetail }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const files = patchedFiles(detail);
  if (files.length === 0) return null;
  const putBack = (file: string) => flow.open({ title: 'Put the settings of one file back', make: () => platform.settingsRollbackFilePlan(detail.row.id, file) });
  return (
    <section>
      <h3>Files</h3>
      <ul className="conflicts">
        {files.map((file) => (
          <li key={file}>
            <code className="selectable"><Foreign>{file}</Foreign></code>
            <Button kind="link" onClick={() => putBack(file)} aria-label={`Put the settings of ${visible(file)} back…`} data-testid="file-put-back">Put this file’s settings back…</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Loaded({ detail }: { detail: ChangeDetail }) {
  const shell = useShell();
  const { row, steps, took_ms: took, conflicts } = detail;
  return (
    <>
      <section>
        <b className="inspector-title"><Foreign>{row.title}</Foreign></b>
        <p className="small muted inspector-text"><Foreign>{row.state_text}</Foreign>. By <Foreign>{row.actor}</Foreign> {vias[row.via] ?? ''}, {absolute(row.at)}{took !== null && `, in ${duration(took)}`}.</p>
      </section>
      {conflicts.length > 0 && <Conflicts conflicts={conflicts} />}
      <section><h3>Steps</h3>{steps.length === 0 ? <p className="small muted">No step was recorded.</p> : <PlanSteps steps={steps} />}</section>
      <Files detail={detail} />
      <section>
        <dl className="facts facts-narrow">
          <dt>Change set</dt><dd className="row"><code className="cut"><Foreign>{row.id}</Foreign></code><CopyButton text={row.id} label="Copy the id" /></dd>
          {row.undo_of && <><dt>Takes back</dt><dd><code className="cut"><Foreign>{row.undo_of}</Foreign></code></dd></>}
          {!row.undoable && row.undo_reason && <><dt>Undo</dt><dd><Foreign>{row.undo_reason}</Foreign></dd></>}
        </dl>
        {row.undoable && conflicts.length === 0 && <Button icon="undo" className="inspector-act" onClick={() => shell.undo(row.id)} data-testid="inspector-undo">{row.is_undo ? 'Redo…' : 'Undo…'}</Button>}
      </section>
    </>
  );
}

/** Who, when and how long; each step with its diff; why it cannot be taken back. */
export function ChangeInspector({ id }: { id: string }) {
  const platform = usePlatform();
  const query = useQuery({ queryKey: [...keys.changes, 'detail', id], queryFn: () => platform.changeGet(id) });
  return (
    <aside className="inspector ains" aria-label="Inspector" data-testid="inspector">
      {query.data ? <Loaded detail={query.data} /> : (
        <section>{query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : <Waiting>Reading the change set</Waiting>}</section>
      )}
    </aside>
  );
}
