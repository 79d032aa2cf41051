import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { DriftFile, RecoveryNote } from '../bindings';
import { usePlatform } from '../platform/context';
import { Banner, Button, CopyButton, Foreign, Prose, IconButton, useToasts, visible } from '../ui';
import { useDrift, useLettaTools, useRefreshLetta, useTakeState } from './queries';
import { navigate } from './router';
import { useShell } from './shell-context';

function SampleBanner() {
  const platform = usePlatform();
  const toasts = useToasts();
  const take = useTakeState();
  const leave = useMutation({ mutationFn: () => platform.installClose(), onSuccess: take, onError: (thrown) => toasts.fail(thrown) });
  return (
    <Banner kind="info" title="Sample Sanctum: nothing here is yours." data-testid="sample-banner"
      actions={<Button size="s" busy={leave.isPending} onClick={() => leave.mutate()} data-testid="sample-leave">{leave.isPending ? 'Leaving' : 'Leave the sample'}</Button>}>
      It stands in a temporary folder. Change and undo what you like.
    </Banner>
  );
}

const outcomes = {
  rolled_back: 'was cut off and has been taken back',
  finished: 'was cut off and has been finished',
  needs_you: 'was cut off and waits for you',
} as const;

function RecoveredBanner({ notes, onGone }: { notes: RecoveryNote[]; onGone: () => void }) {
  const first = notes[0];
  if (!first) return null;
  const waits = notes.some((note) => note.outcome === 'needs_you');
  return (
    <Banner kind={waits ? 'warn' : 'info'} data-testid="recovered-banner"
      title={<>“<Foreign>{first.title}</Foreign>” {outcomes[first.outcome]}{notes.length > 1 && `, and ${notes.length - 1} more`}.</>}
      actions={<>
        <Button size="s" onClick={() => navigate({ view: 'activity', id: first.change_id })}>Show it</Button>
        <IconButton icon="x" label="Dismiss" size="s" onClick={onGone} />
      </>}>
      <Prose>{first.message}</Prose>
    </Banner>
  );
}

function DriftBanner({ files }: { files: DriftFile[] }) {
  const names = files.slice(0, 3).map((file) => visible(file.title)).join(', ');
  const open = () => navigate({ view: 'drift', file: files.length === 1 ? files[0]?.file ?? null : null });
  return (
    <Banner kind="warn" title={files.length === 1 ? '1 file was changed outside.' : `${files.length.toLocaleString('en')} files were changed outside.`} data-testid="drift-banner"
      actions={<Button size="s" onClick={open} data-testid="drift-compare">Compare…</Button>}>
      <bdi>{names}</bdi>{files.length > 3 && ` and ${files.length - 3} more`}. Nothing is overwritten until you choose.
    </Banner>
  );
}

/** Letta keeps the tools it read last until somebody tells it to read them anew. */
function LettaToolsBanner({ words }: { words: string }) {
  const refresh = useRefreshLetta();
  return (
    <Banner kind="warn" title="Letta still has the old tools of the tool server." data-testid="letta-tools-banner"
      actions={<>
        <CopyButton text="sanctumctl plugins refresh" label="Copy as sanctumctl" />
        <Button size="s" busy={refresh.isPending} onClick={() => refresh.mutate()} data-testid="letta-tools-refresh">{refresh.isPending ? 'Refreshing in Letta' : 'Refresh in Letta'}</Button>
      </>}>
      <Prose>{words}</Prose> Agents use what Letta has.
    </Banner>
  );
}

/** At most one: what a crash left comes before a store that does not answer, and that before a file somebody edited. What Letta has to be told, and that this is a sample, stands beside it. */
export function Banners({ drift = true }: { drift?: boolean }) {
  const { state } = useShell();
  const [seen, setSeen] = useState(false);
  const changed = useDrift().data ?? [];
  const store = state.secret_store;
  const storeBroken = store.status.word === 'Degraded' || store.status.word === 'Error' || store.status.word === 'Off';
  const waits = !seen && state.recovered.length > 0;
  const drifted = drift && changed.length > 0;
  const letta = useLettaTools().data;
  const old = letta?.stale === true;
  if (!storeBroken && !waits && !drifted && !old && !state.install?.sample) return null;
  return (
    <div className="banners">
      {waits ? (
        <RecoveredBanner notes={state.recovered} onGone={() => setSeen(true)} />
      ) : storeBroken ? (
        <Banner kind="warn" title={`${store.name} can’t be reached.`} data-testid="secrets-banner">
          <Foreign>{store.status.reason.replace(/\.$/, '')}</Foreign>. {state.user?.remembered === false && 'You sign in again at each start; '}nothing else is affected.
        </Banner>
      ) : drifted ? (
        <DriftBanner files={changed} />
      ) : null}
      {old && <LettaToolsBanner words={letta.words} />}
      {state.install?.sample && <SampleBanner />}
    </div>
  );
}
