/** One plan at a time: make it, show it, apply it with progress, say what came of it. */
import { type ReactNode, createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { Plan, Receipt } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { type PlatformError, toPlatformError } from '../../platform/platform';
import { type StepProgress, useToasts } from '../../ui';
import { PlanSheet } from './PlanSheet';

export interface PlanRequest {
  /** Title while the plan is being made: "Add Athena". */
  title: string;
  make: () => Promise<Plan>;
  /** A removal gets the red button. */
  destructive?: boolean;
  onApplied?: (receipt: Receipt) => void;
  /** The plan was refused or left: e.g. reopen the form. */
  onLeft?: () => void;
}

export type PlanStage = 'making' | 'shown' | 'applying' | 'cancelling' | 'failed';

export interface PlanState {
  request: PlanRequest;
  stage: PlanStage;
  plan: Plan | null;
  progress: StepProgress;
  error: PlatformError | null;
}

interface Flow { open: (request: PlanRequest) => void }

const FlowContext = createContext<Flow | null>(null);

export function usePlanFlow(): Flow {
  const flow = useContext(FlowContext);
  if (!flow) throw new Error('usePlanFlow outside of PlanFlow');
  return flow;
}

export function PlanFlow({ children, onUndo, undoKeys }: { children: ReactNode; onUndo: (changeId: string, open: Flow['open']) => void; undoKeys: string }) {
  const platform = usePlatform();
  const toasts = useToasts();
  const [state, setState] = useState<PlanState | null>(null);
  const current = useRef<PlanState | null>(null);
  const run = useRef(0);
  current.current = state;

  const patch = useCallback((ofRun: number, next: Partial<PlanState>) => {
    setState((old) => (old && run.current === ofRun ? { ...old, ...next } : old));
  }, []);

  const make = useCallback((request: PlanRequest) => {
    run.current += 1;
    const mine = run.current;
    setState({ request, stage: 'making', plan: null, progress: {}, error: null });
    request.make().then(
      (plan) => {
        if (run.current === mine) patch(mine, { plan, stage: 'shown' });
        else void platform.planDiscard(plan.id).catch(() => {});
      },
      (thrown: unknown) => patch(mine, { error: toPlatformError(thrown), stage: 'failed' }),
    );
  }, [patch, platform]);

  useEffect(() => platform.onProgress((event) => {
    setState((old) => (old?.plan?.id === event.job ? { ...old, progress: { ...old.progress, [event.step]: event } } : old));
  }), [platform]);

  const close = useCallback(() => {
    const now = current.current;
    run.current += 1;
    setState(null);
    if (now?.plan) void platform.planDiscard(now.plan.id).catch(() => {});
    now?.request.onLeft?.();
  }, [platform]);

  const apply = useCallback(() => {
    const now = current.current;
    if (!now?.plan || now.stage !== 'shown') return;
    const mine = run.current;
    patch(mine, { stage: 'applying', progress: {}, error: null });
    platform.planApply(now.plan.id).then(
      (receipt) => {
        if (run.current === mine) { run.current += 1; setState(null); }
        const action = receipt.undoable ? { label: 'Undo', keys: undoKeys, run: () => onUndo(receipt.change_id, make) } : undefined;
        toasts.show({ title: `${receipt.title}: applied, read back.`, text: receipt.notes.join(' '), action, slot: 'change' });
        now.request.onApplied?.(receipt);
      },
      (thrown: unknown) => patch(mine, { stage: 'failed', error: toPlatformError(thrown) }),
    );
  }, [platform, patch, toasts, undoKeys, onUndo, make]);

  const stop = useCallback(() => {
    const plan = current.current?.plan;
    if (!plan) return;
    patch(run.current, { stage: 'cancelling' });
    platform.planCancel(plan.id).catch((thrown: unknown) => toasts.fail(thrown));
  }, [platform, patch, toasts]);

  const flow = useMemo(() => ({ open: make }), [make]);
  return (
    <FlowContext.Provider value={flow}>
      {children}
      {state && <PlanSheet state={state} onApply={apply} onClose={close} onStop={stop} onAgain={() => make(state.request)} />}
    </FlowContext.Provider>
  );
}
