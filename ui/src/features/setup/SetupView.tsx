import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AppState } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { ErrorBox, Waiting } from '../../ui/states';
import { Wizard } from './Wizard';
import { defaultsQuery } from './queries';
import './setup.css';

/** The first-run wizard: from nothing, or from a Sanctum that exists, to one that is open and signed in. */
export default function SetupView({ state, onDone }: { state: AppState; onDone: () => void }) {
  const platform = usePlatform();
  const defaults = useQuery(defaultsQuery(platform));
  // What the wizard started from: a later reading of the app's state must not replace answers under the person's hands.
  const [app] = useState(state);
  if (defaults.data) return <Wizard app={app} defaults={defaults.data} onDone={onDone} />;
  return (
    <main className="main wloading" aria-label={`Set up ${state.brand}`}>
      {defaults.isError
        ? <ErrorBox error={defaults.error} onRetry={() => void defaults.refetch()} />
        : <Waiting>Reading what this computer offers</Waiting>}
    </main>
  );
}
