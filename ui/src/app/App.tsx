import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { Suspense, lazy, useEffect, useRef } from 'react';
import type { AppState } from '../bindings';
import { LockView } from '../features/session/LockView';
import { SignInView } from '../features/session/SignInView';
import { TroubleView } from '../features/session/TroubleView';
import { PlatformProvider, usePlatform } from '../platform/context';
import type { Platform } from '../platform/platform';
import { ErrorBox, ToastProvider, Waiting } from '../ui';
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

function Phases({ state, onState }: { state: AppState; onState: (state: AppState) => void }) {
  switch (state.phase) {
    case 'setup': return <SetupView state={state} onDone={() => onState(state)} />;
    case 'sign_in': return <SignInView state={state} />;
    case 'locked': return <LockView state={state} />;
    case 'trouble': return <TroubleView state={state} />;
    case 'ready': return <Shell state={state} />;
  }
}

function Center({ children }: { children: React.ReactNode }) {
  return <main className="center-page">{children}</main>;
}

function Window() {
  const platform = usePlatform();
  const query = useAppState();
  const take = useTakeState();
  useChangedEvents();
  useReveal(!query.isPending);
  const os = query.data?.platform;
  useEffect(() => { if (os) document.documentElement.setAttribute('data-platform', os); }, [os]);
  if (query.isPending) return <Center><Waiting>Opening the registry</Waiting></Center>;
  if (query.isError) return <Center><div className="center-card"><ErrorBox error={query.error} onRetry={() => void query.refetch()} /></div></Center>;
  const reread = () => { platform.appState().then(take, () => void query.refetch()); };
  return (
    <Suspense fallback={<Center><Waiting>Opening setup</Waiting></Center>}>
      <Phases state={query.data} onState={reread} />
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

