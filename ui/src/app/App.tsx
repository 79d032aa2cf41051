import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { type ReactNode, Suspense, lazy, useEffect, useRef, useState } from 'react';
import type { AppState, SalvageReport } from '../bindings';
import { QuitDialog } from '../features/modules/QuitDialog';
import { LockView } from '../features/session/LockView';
import { SalvagedView } from '../features/session/SalvagedView';
import { SignInView } from '../features/session/SignInView';
import { TroubleView } from '../features/session/TroubleView';
import { PlatformProvider, usePlatform } from '../platform/context';
import type { Platform } from '../platform/platform';
import { ErrorBox, ToastProvider, Waiting } from '../ui';
import { appearanceHandlers } from '../commands/handlers';
import { useCommands } from '../commands/use-commands';
import { useAppState, useChangedEvents, useTakeState } from './queries';
import { Shell } from './Shell';

const SetupView = lazy(() => import('../features/setup/SetupView'));

/** Shows the hidden window once something themed stands in it; never on an animation frame, a hidden WebKit window has none. */
function useReveal(ready: boolean) {
  const platform = usePlatform();
  const done = useRef(false);
  useEffect(() => {
    if (done.current) return;
    const reveal = () => {
      if (done.current) return;
      done.current = true;
      platform.appReady().catch((thrown: unknown) => console.error('the window could not be revealed', thrown));
    };
    if (ready) { reveal(); return; }
    const timer = setTimeout(reveal, 400);
    return () => clearTimeout(timer);
  }, [ready, platform]);
}

/** The wizard stays until it says it is done: what it makes is open and signed in before its last step was read. */
function useWizardState(state: AppState | undefined) {
  const [kept, setKept] = useState<AppState | null>(null);
  if (state?.phase === 'setup' && kept === null) setKept(state);
  return { wizard: kept, leave: () => setKept(null) };
}

/** The salvage opens the install; what it found stays on the screen until it was read. */
function Phases({ state }: { state: AppState }) {
  const platform = usePlatform();
  const take = useTakeState();
  const [salvaged, setSalvaged] = useState<SalvageReport | null>(null);
  if (salvaged) {
    const goOn = () => { platform.appState().then(take, (thrown: unknown) => console.error('the state could not be read', thrown)).finally(() => setSalvaged(null)); };
    return <SalvagedView brand={state.brand} report={salvaged} onGoOn={goOn} />;
  }
  switch (state.phase) {
    case 'setup': return null;
    case 'sign_in': return <SignInView state={state} />;
    case 'locked': return <LockView state={state} />;
    case 'trouble': return <TroubleView state={state} onSalvaged={setSalvaged} />;
    case 'ready': return <Shell state={state} />;
  }
}

const everywhere = appearanceHandlers();

/** Before somebody is signed in only the appearance can be commanded; the shell takes over afterwards. */
function EarlyCommands({ state }: { state: AppState }) {
  useCommands(everywhere, state.platform, state.phase);
  return null;
}

function Center({ children }: { children: ReactNode }) {
  return <main className="center-page">{children}</main>;
}

function Window() {
  const platform = usePlatform();
  const query = useAppState();
  const take = useTakeState();
  useChangedEvents();
  const { wizard, leave } = useWizardState(query.data);
  useReveal(!query.isPending);
  const os = query.data?.platform;
  useEffect(() => { if (os) document.documentElement.setAttribute('data-platform', os); }, [os]);
  if (query.isPending) return <Center><Waiting>Opening the registry</Waiting></Center>;
  if (query.isError) return <Center><div className="center-card"><ErrorBox error={query.error} onRetry={() => void query.refetch()} /></div></Center>;
  const done = () => {
    platform.appState().then(take, () => void query.refetch()).finally(leave);
  };
  return (
    <Suspense fallback={<Center><Waiting>Opening setup</Waiting></Center>}>
      {(wizard !== null || query.data.phase !== 'ready') && <EarlyCommands state={wizard ?? query.data} />}
      <QuitDialog />
      {wizard ? <SetupView state={wizard} onDone={done} /> : <Phases state={query.data} />}
    </Suspense>
  );
}

export function App({ platform, client }: { platform: Platform; client: QueryClient }) {
  return (
    <PlatformProvider platform={platform}>
      <QueryClientProvider client={client}>
        <ToastProvider>
          <Window />
        </ToastProvider>
      </QueryClientProvider>
    </PlatformProvider>
  );
}

