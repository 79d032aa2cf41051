import { useMutation } from '@tanstack/react-query';
import type { AppState } from '../../bindings';
import { useTakeState } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { PlatformError } from '../../platform/platform';
import { Button, ErrorBox } from '../../ui';
import { SessionFrame } from './frame';

/** The registry cannot be opened: what happened, what it means, ways out. Nothing is repaired behind anybody's back. */
export function TroubleView({ state }: { state: AppState }) {
  const platform = usePlatform();
  const take = useTakeState();
  const again = useMutation({ mutationFn: () => platform.installOpen(state.install?.root ?? ''), onSuccess: take });
  const other = useMutation({
    mutationFn: async () => {
      const path = await platform.pickFolder();
      return path === null ? null : platform.installOpen(path);
    },
    onSuccess: (next) => { if (next) take(next); },
  });
  const leave = useMutation({ mutationFn: () => platform.installClose(), onSuccess: take });
  const trouble = state.trouble;
  const error = new PlatformError({
    code: trouble?.code ?? 'trouble',
    message: trouble?.message ?? 'This Sanctum could not be opened.',
    hint: trouble?.hint ?? '',
    details: [trouble?.path, state.install?.root].filter((fact): fact is string => Boolean(fact)),
  });
  const failed = again.error ?? other.error ?? leave.error;
  return (
    <SessionFrame brand={state.brand} title={`This ${state.brand} can’t be opened`} sub={state.install?.root_short}>
      <div className="trouble" data-testid="trouble">
        <ErrorBox error={error} onRetry={state.install ? () => again.mutate() : undefined} />
        {failed && <ErrorBox error={failed} />}
        <Button kind="primary" size="l" busy={other.isPending} onClick={() => other.mutate()} data-testid="trouble-open">Open another Sanctum…</Button>
        <Button kind="quiet" size="s" busy={leave.isPending} onClick={() => leave.mutate()}>Go to setup</Button>
        <p className="caption faint center-sub">Nothing in this folder was changed. Agents that run go on.</p>
      </div>
    </SessionFrame>
  );
}
