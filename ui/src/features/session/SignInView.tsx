import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { AppState, SecretStoreInfo } from '../../bindings';
import { useTakeState } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Banner, Button, ErrorBox, PasswordField, TextField, Waiting } from '../../ui';
import { SessionFrame } from './frame';
import { useLockout } from './lockout';
import { Passphrase, needsPassphrase } from './Passphrase';

const RESTORE_MS = 3_000;
let restoreTried: string | null = null;

/** Tries the kept session once per start and install, three seconds at most. */
function useRestore(install: string) {
  const platform = usePlatform();
  const take = useTakeState();
  const [looking, setLooking] = useState(restoreTried !== install);
  useEffect(() => {
    if (restoreTried === install) { setLooking(false); return; }
    restoreTried = install;
    let late = false;
    const timer = setTimeout(() => { late = true; setLooking(false); }, RESTORE_MS);
    platform.sessionRestore().then(
      (state) => { if (!late) { clearTimeout(timer); setLooking(false); take(state); } },
      () => { clearTimeout(timer); setLooking(false); },
    );
    // Runs once for this install; a second run would ask the secret store twice.
    // eslint-disable-next-line
  }, [install]);
  return { looking, stop: () => setLooking(false) };
}

/** For tests: the next sign-in view tries the session again. */
export function forgetRestore() { restoreTried = null; }

export function SignInView({ state }: { state: AppState }) {
  const platform = usePlatform();
  const take = useTakeState();
  const { looking, stop } = useRestore(state.install?.id ?? '');
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const passwordRef = useRef<HTMLInputElement>(null);
  const signIn = useMutation({
    mutationFn: () => platform.sessionSignIn(username.trim(), password),
    onSuccess: (next) => { setPassword(''); take(next); },
    onError: () => { setPassword(''); passwordRef.current?.focus(); },
  });
  const leave = useMutation({ mutationFn: () => platform.installClose(), onSuccess: take });
  const wait = useLockout(signIn.error);
  if (looking) {
    return <SessionFrame brand={state.brand} title={state.brand} sub={state.install?.root_short}><Waiting onCancel={stop}>Looking for your session…</Waiting></SessionFrame>;
  }
  const missing = !username.trim() ? 'Enter your user name first.' : !password ? 'Enter your password first.' : wait > 0 ? `Wait ${wait} s.` : null;
  const submit = (event: FormEvent) => { event.preventDefault(); if (!missing && !signIn.isPending) signIn.mutate(); };
  const asked = needsPassphrase(state.secret_store);
  // A session that the file holds is taken up as soon as the file opens.
  const opened = (store: SecretStoreInfo) => {
    take({ ...state, secret_store: store });
    if (store.status.word === 'Healthy') platform.sessionRestore().then((next) => take({ ...next, secret_store: store }), () => {});
  };
  const storeWord = state.secret_store.status.word;
  return (
    <SessionFrame brand={state.brand} title="Sign in" sub={state.install?.root_short} onSubmit={submit}>
      {signIn.error && <ErrorBox error={signIn.error} />}
      {!asked && storeWord !== 'Healthy' && storeWord !== 'Ready' && storeWord !== 'Unknown' && (
        <Banner kind="warn" title={`${state.secret_store.name} can’t be reached`}>Signing in works; the session ends with the app.</Banner>
      )}
      <TextField label="User name" value={username} onChange={setUsername} autoFocus autoComplete="username" data-testid="signin-user" maxLength={128} />
      <PasswordField label="Password" value={password} onChange={setPassword} inputRef={passwordRef} data-testid="signin-password" maxLength={1024} />
      <Button type="submit" kind="primary" size="l" busy={signIn.isPending} why={missing} data-testid="signin-submit">
        {signIn.isPending ? 'Signing in' : wait > 0 ? `Wait ${wait} s` : 'Sign in'}
      </Button>
      {asked && (
        <section className="signin-store" aria-label="Secret store" data-testid="signin-store">
          <Passphrase onAnswer={opened} />
          <p className="caption faint">Optional. Without it you can sign in, and the sign-in is not remembered.</p>
        </section>
      )}
      <Button kind="quiet" size="s" busy={leave.isPending} onClick={() => leave.mutate()}>Open another Sanctum…</Button>
    </SessionFrame>
  );
}
