// Applying the plan: started by a press, never by a render, so that nothing is created twice.
import { useCallback, useEffect, useRef, useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import type { Plan, ProgressEvent, SetupSummary } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { type PlatformError, toPlatformError } from '../../platform/platform';
import type { StepProgress } from '../../ui/PlanView';

export interface Progress {
  steps: StepProgress;
  last: ProgressEvent | null;
  lines: readonly { at: number; text: string }[];
  startedAt: number;
}

export interface Creation {
  status: 'idle' | 'running' | 'cancelling' | 'cancelled' | 'failed';
  progress: Progress;
  error: PlatformError | null;
  /** Why the cancel itself was refused; the creation then goes on. */
  cancelError: PlatformError | null;
  start: (plan: Plan) => void;
  cancel: () => void;
}

const KEPT_LINES = 200;
const nothing = (): Progress => ({ steps: {}, last: null, lines: [], startedAt: Date.now() });

function follow(progress: Progress, event: ProgressEvent): Progress {
  const steps = { ...progress.steps, [event.step]: event };
  const seen = event.line !== null && event.line !== '' && event.line !== progress.last?.line;
  const lines = seen ? [...progress.lines, { at: Date.now(), text: event.line ?? '' }].slice(-KEPT_LINES) : progress.lines;
  return { ...progress, steps, lines, last: event };
}

export function useCreation(onCreated: (summary: SetupSummary) => void): Creation {
  const platform = usePlatform();
  const job = useRef<string | null>(null);
  const asked = useRef(false);
  const [progress, setProgress] = useState<Progress>(nothing);
  const [cancelling, setCancelling] = useState(false);

  useEffect(() => platform.onProgress((event) => {
    if (event.job === job.current) setProgress((p) => follow(p, event));
  }), [platform]);

  const apply = useMutation({
    mutationFn: (plan: Plan) => platform.setupApply(plan.id),
    retry: false,
    onSuccess: onCreated,
    onSettled: () => setCancelling(false),
  });
  const stop = useMutation({
    mutationFn: (id: string) => platform.planCancel(id),
    retry: false,
    onError: () => { asked.current = false; setCancelling(false); },
  });

  const { mutate: run, reset } = apply;
  const { mutate: ask, reset: resetStop } = stop;
  const start = useCallback((plan: Plan) => {
    job.current = plan.id;
    asked.current = false;
    setProgress(nothing());
    reset();
    resetStop();
    run(plan);
  }, [run, reset, resetStop]);
  const cancel = useCallback(() => {
    if (job.current === null) return;
    asked.current = true;
    setCancelling(true);
    ask(job.current);
  }, [ask]);

  const failed = asked.current ? 'cancelled' : 'failed';
  const status = apply.isPending ? (cancelling ? 'cancelling' : 'running') : apply.isError ? failed : 'idle';
  return {
    status, progress, start, cancel,
    error: apply.isError ? toPlatformError(apply.error) : null,
    cancelError: stop.isError ? toPlatformError(stop.error) : null,
  };
}
