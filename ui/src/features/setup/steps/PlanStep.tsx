import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Plan } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { toPlatformError } from '../../../platform/platform';
import { Button } from '../../../ui/Button';
import { PlanView } from '../../../ui/PlanView';
import { ErrorBox } from '../../../ui/states';
import { Foreign } from '../../../ui/text';
import { StepFrame } from '../StepFrame';
import { planIsCurrent, plannedDraft, stepForCode } from '../model';
import { WaitingRow } from '../parts';
import { useWizard } from '../wizard-context';
import { count, railTitle } from '../words';

/** All that will be written, before any of it is. */
export function PlanStep() {
  const { state, dispatch, defaults, app, creation } = useWizard();
  const platform = usePlatform();
  const current = planIsCurrent(state, defaults);
  const asked = useRef(false);
  // The password is no variable of the mutation, and the mutation is forgotten at once: no cache holds it.
  const making = useMutation({
    mutationFn: () => platform.setupPlan(plannedDraft(state, defaults), state.password), retry: false, gcTime: 0,
    onSuccess: (plan) => {
      if (state.plan !== null) void platform.planDiscard(state.plan.id).catch(() => undefined);
      dispatch({ type: 'planned', plan });
    },
  });
  const needsPassword = !current && state.password === '';
  const { mutate } = making;
  useEffect(() => {
    if (current || asked.current) return;
    if (needsPassword) return dispatch({ type: 'needPassword', returnTo: 'plan' });
    asked.current = true;
    mutate();
  }, [current, needsPassword, dispatch, mutate]);

  const plan = current ? state.plan : null;
  const error = making.isError ? toPlatformError(making.error) : null;
  const repair = error === null ? null : stepForCode(error.code, state.mode);
  const create = () => {
    if (plan === null) return;
    creation.start(plan);
    dispatch({ type: 'next' });
  };
  return (
    <StepFrame
      id="plan" title={plan === null ? 'What will be written?' : plan.title}
      lead={plan === null ? 'The plan is made from your answers. Making it only reads.' : <><Foreign>{plan.summary}</Foreign>{/nothing has been written/i.test(plan.summary) ? '' : ' Nothing has been written yet.'}</>}
      sentence={plan === null ? 'Nothing has been written yet.' : <><b className="medium wtx1">Nothing has been written yet.</b> {count(plan.steps.length, 'step')}.</>}
      secondary={plan?.command ? <CopyCommand plan={plan} /> : null}
      primary={plan === null ? null : { label: plan.action, testId: 'plan-apply', onPress: create }}
    >
      {making.isPending ? <WaitingRow>Making the plan: reading the folder, the ports and the interpreter</WaitingRow> : null}
      {error === null ? null : (
        <ErrorBox error={error} onRetry={() => mutate()} actions={repair === null ? null : (
          <Button size="s" onClick={() => dispatch({ type: 'go', step: repair })}>Change “{railTitle(repair, app.secret_store)}”</Button>
        )} />
      )}
      {plan === null ? null : <div className="group wplan"><PlanView plan={plan} /></div>}
    </StepFrame>
  );
}

function CopyCommand({ plan }: { plan: Plan }) {
  const platform = usePlatform();
  const [copied, setCopied] = useState(false);
  const copy = () => platform.copyText(plan.command ?? '').then(() => setCopied(true), () => setCopied(false));
  return (
    <Button kind="quiet" icon="copy" className="hide-narrow" onClick={() => void copy()}>
      {copied ? 'Copied' : <span>Copy as <code>sanctumctl</code></span>}
    </Button>
  );
}
