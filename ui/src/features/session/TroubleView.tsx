import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { AppState, RegistryCopy, SalvageReport } from '../../bindings';
import { useTakeState } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { PlatformError } from '../../platform/platform';
import { Button, ErrorBox } from '../../ui';
import { Copies } from './Copies';
import { SessionFrame } from './frame';
import { RestoreDialog, SalvageDialog } from './repair-dialogs';

const DAMAGED = 'registry_damaged';
const REPLACEABLE = new Set([DAMAGED, 'registry_newer', 'registry_foreign']);

/** The registry cannot be opened: what happened, what it means, ways out. Nothing is repaired behind anybody's back. */
export function TroubleView({ state, onSalvaged }: { state: AppState; onSalvaged: (report: SalvageReport) => void }) {
  const platform = usePlatform();
  const take = useTakeState();
  const [asked, setAsked] = useState<'salvage' | RegistryCopy | null>(null);
  const trouble = state.trouble;
  const root = trouble?.path ?? null;
  const damaged = trouble?.code === DAMAGED;
  const again = useMutation({ mutationFn: (path: string) => platform.installOpen(path), onSuccess: take });
  const other = useMutation({
    mutationFn: async () => {
      const path = await platform.pickFolder();
      return path === null ? null : platform.installOpen(path);
    },
    onSuccess: (next) => { if (next) take(next); },
  });
  const leave = useMutation({ mutationFn: () => platform.installClose(), onSuccess: take });
  const error = new PlatformError({
    code: trouble?.code ?? 'trouble',
    message: trouble?.message ?? 'This Sanctum could not be opened.',
    hint: trouble?.hint ?? '',
    details: root === null ? [] : [root],
  });
  const failed = again.error ?? other.error ?? leave.error;
  return (
    <SessionFrame brand={state.brand} title={`This ${state.brand} can’t be opened`} sub={state.install?.root_short ?? root}>
      <div className="trouble" data-testid="trouble">
        <ErrorBox error={error} onRetry={root === null ? undefined : () => again.mutate(root)} />
        {failed && <ErrorBox error={failed} />}
        {damaged && <Button kind="primary" size="l" onClick={() => setAsked('salvage')} data-testid="trouble-salvage">Salvage what can be read…</Button>}
        {trouble && REPLACEABLE.has(trouble.code) && <Copies onChoose={setAsked} />}
        <Button kind={damaged ? undefined : 'primary'} size="l" busy={other.isPending} onClick={() => other.mutate()} data-testid="trouble-open">Open another Sanctum…</Button>
        <Button kind="quiet" size="s" busy={leave.isPending} onClick={() => leave.mutate()}>Go to setup</Button>
        <p className="caption faint center-sub">Nothing in this folder was changed. Agents that run go on.</p>
      </div>
      {asked === 'salvage' && <SalvageDialog onClose={() => setAsked(null)} onDone={onSalvaged} />}
      {asked !== null && asked !== 'salvage' && <RestoreDialog copy={asked} onClose={() => setAsked(null)} />}
    </SessionFrame>
  );
}
