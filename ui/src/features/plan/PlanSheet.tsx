import { useEffect, useRef, useState } from 'react';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, PlanView, ProgressBar, Sheet, Waiting } from '../../ui';
import type { PlanState } from './flow';

interface Acts { onApply: () => void; onClose: () => void; onStop: () => void; onAgain: () => void }

function CopyCommand({ command }: { command: string }) {
  const platform = usePlatform();
  const [copied, setCopied] = useState(false);
  return (
    <Button kind="quiet" icon={copied ? 'check' : 'copy'} className="sheet-copy" onClick={() => { platform.copyText(command).then(() => setCopied(true), () => setCopied(false)); }}>
      {copied ? 'Copied' : <span>Copy as <code>sanctumctl</code></span>}
    </Button>
  );
}

function Applying({ state }: { state: PlanState }) {
  const events = Object.values(state.progress);
  const total = state.plan?.steps.length ?? 0;
  const done = events.filter((event) => event.state === 'done').length;
  const now = events.find((event) => event.state === 'running') ?? events[events.length - 1];
  return (
    <div className="plan-progress" role="status">
      <ProgressBar share={total ? done / total : 0} label="Steps done" />
      <span className="small muted cut">
        {state.stage === 'cancelling' ? 'Stopping; what was done is being taken back'
          : now && now.step >= total ? <>{now.title}{now.line && <> · <Foreign>{now.line}</Foreign></>}</>
            : <>Step {Math.min(done + 1, total)} of {total}{now && <>: <Foreign>{now.title}</Foreign></>}</>}
      </span>
    </div>
  );
}

/** After these the change stands, or nobody can say yet how the files stand. */
const OPEN_ENDED = new Set(['change_unfinished', 'change_needs_you', 'not_rolled_back', 'internal']);

function Refused({ state, onAgain, onClose }: { state: PlanState } & Pick<Acts, 'onAgain' | 'onClose'>) {
  return (
    <div className="plan-refused">
      <ErrorBox error={state.error} onRetry={onAgain} retryWords="Look again" actions={<Button size="s" kind="quiet" onClick={onClose}>Close</Button>} />
      {!OPEN_ENDED.has(state.error?.code ?? '') && <p className="caption faint">{state.plan && state.error?.code !== 'plan_stale' ? 'What had been done was taken back; the files are as they were.' : 'Nothing has been written.'}</p>}
    </div>
  );
}

function Footer({ state, onApply, onClose, onStop, onAgain }: { state: PlanState } & Acts) {
  const { stage, plan } = state;
  const applyRef = useRef<HTMLButtonElement>(null);
  useEffect(() => { if (stage === 'shown' && !state.request.destructive) applyRef.current?.focus(); }, [stage, state.request.destructive]);
  const running = stage === 'applying' || stage === 'cancelling';
  return (
    <footer>
      {plan?.command && !running && <CopyCommand command={plan.command} />}
      {running && <Applying state={state} />}
      <span className="grow" />
      {running ? (
        <Button busy={stage === 'cancelling'} onClick={onStop} data-testid="plan-stop">{stage === 'cancelling' ? 'Stopping' : 'Stop and take back'}</Button>
      ) : (
        <Button onClick={onClose} keys="esc" data-testid="plan-cancel">Cancel</Button>
      )}
      {stage === 'failed' ? (
        <Button kind="primary" onClick={onAgain} data-testid="plan-again">Look again</Button>
      ) : (
        <Button ref={applyRef} kind={state.request.destructive ? 'danger' : 'primary'} keys={running || state.request.destructive ? undefined : '↩'} busy={running}
          why={plan ? null : 'The plan is still being made.'} onClick={onApply} data-testid="plan-apply">
          {running ? 'Applying' : plan?.action ?? 'Apply'}
        </Button>
      )}
    </footer>
  );
}

/** From the title bar: what will happen, then what came of it. Esc leaves it, but never in the middle of writing. */
export function PlanSheet({ state, ...acts }: { state: PlanState } & Acts) {
  const { plan, stage } = state;
  const running = stage === 'applying' || stage === 'cancelling';
  return (
    <Sheet label={plan?.title ?? state.request.title} onClose={acts.onClose} busy={running} className="plan-sheet" data-testid="plan-sheet">
      <header>
        <h1><Foreign>{plan?.title ?? state.request.title}</Foreign></h1>
        {plan?.summary && <p className="muted plan-summary"><Foreign>{plan.summary}</Foreign></p>}
      </header>
      {stage === 'making' && <div className="plan-wait"><Waiting onCancel={acts.onClose}>Looking at what is there and planning</Waiting></div>}
      {stage === 'failed' && <Refused state={state} onAgain={acts.onAgain} onClose={acts.onClose} />}
      {plan && <PlanView plan={plan} progress={running || stage === 'failed' ? state.progress : undefined} />}
      <Footer state={state} {...acts} />
    </Sheet>
  );
}
