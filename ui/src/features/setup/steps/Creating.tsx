import { useEffect, useState } from 'react';
import type { Plan } from '../../../bindings';
import { Button } from '../../../ui/Button';
import { ErrorBox } from '../../../ui/states';
import { StepFrame } from '../StepFrame';
import { stepForCode } from '../model';
import type { Creation } from '../use-creation';
import { useWizard } from '../wizard-context';
import { count, railTitle } from '../words';
import { ProgressGroups } from './ProgressGroups';
import { ProgressLines } from './ProgressLines';

/** The plan while it is applied, and what became of it where it was not. */
export function Creating() {
  const { state, dispatch, creation, app } = useWizard();
  const { plan } = state;
  const running = creation.status === 'running' || creation.status === 'cancelling';
  useEffect(() => {
    if (plan === null || creation.status === 'idle') dispatch({ type: 'go', step: 'plan' });
  }, [plan, creation.status, dispatch]);
  if (plan === null) return null;

  const cancelled = creation.status === 'cancelled';
  const repair = creation.error === null || cancelled ? null : stepForCode(creation.error.code, state.mode);
  const change = () => dispatch({ type: 'go', step: repair ?? (state.mode === 'existing' ? 'account' : 'agent') });
  const again = () => {
    // A plan that was cancelled or no longer fits what is there is made again; otherwise the same plan is applied once more.
    if (cancelled || (creation.error !== null && creation.error.code.startsWith('plan_'))) {
      dispatch({ type: 'dropPlan' });
      dispatch({ type: 'go', step: 'plan' });
    } else creation.start(plan);
  };
  return (
    <StepFrame
      key={running ? 'running' : 'ended'} id="apply" title={running ? `Creating your ${app.brand}` : cancelled ? 'Cancelled, and taken back' : 'It could not be created'} back={false}
      lead={running ? 'Steps are applied in the order of the plan. Each can be taken back.' : takenBack(plan, creation, cancelled)}
      sentence={running ? <Running plan={plan} creation={creation} /> : 'Your answers are kept.'}
      secondary={running
        ? <Button busy={creation.status === 'cancelling'} data-testid="plan-cancel" onClick={creation.cancel}>{creation.status === 'cancelling' ? 'Taking back' : 'Cancel'}</Button>
        : <Button data-testid="wizard-change" onClick={change}>{repair === null ? 'Change answers' : `Change “${railTitle(repair, app.secret_store)}”`}</Button>}
      primary={running ? null : { label: cancelled ? 'Plan again' : 'Try again', testId: 'wizard-retry', onPress: again }}
    >
      {creation.error !== null && !cancelled ? <ErrorBox error={creation.error} /> : null}
      {creation.cancelError !== null ? <ErrorBox error={creation.cancelError} /> : null}
      <ProgressGroups plan={plan} progress={creation.progress} live={running} />
      <ProgressLines progress={creation.progress} live={running} />
    </StepFrame>
  );
}

/** What was taken back, as far as it was reported. */
function takenBack(plan: Plan, creation: Creation, cancelled: boolean): string {
  const states = Object.values(creation.progress.steps).map((event) => event.state);
  const back = states.filter((s) => s === 'rolled_back').length;
  const why = cancelled ? 'You cancelled it.' : 'The creation stopped.';
  if (back > 0) return `${why} ${count(back, 'step')} of ${plan.steps.length} ${back === 1 ? 'was' : 'were'} taken back.`;
  const done = states.filter((s) => s === 'done').length;
  if (done === 0) return `${why} No step had been finished.`;
  return cancelled ? `${why} What was written was taken back.` : `${why} The message says what was taken back.`;
}

function Running({ plan, creation }: { plan: Plan; creation: Creation }) {
  const { last, startedAt } = creation.progress;
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const elapsed = Math.max(0, Math.floor((now - startedAt) / 1000));
  const where = last === null ? 'Starting' : `Step ${last.step + 1} of ${plan.steps.length}`;
  return <><b className="medium wtx1">{where}</b>, {elapsed} s so far. Cancelling takes back what was written.</>;
}
