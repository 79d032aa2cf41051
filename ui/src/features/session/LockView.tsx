import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { AppState } from '../../bindings';
import { useTakeState } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, PasswordField } from '../../ui';
import { SessionFrame } from './frame';
import { useLockout } from './lockout';

export function LockView({ state }: { state: AppState }) {
  const platform = usePlatform();
  const take = useTakeState();
  const [password, setPassword] = useState('');
  const unlock = useMutation({
    mutationFn: () => platform.sessionUnlock(password),
    onSuccess: take,
    onSettled: () => setPassword(''),
  });
  const signOut = useMutation({ mutationFn: () => platform.sessionSignOut(), onSuccess: take });
  const wait = useLockout(unlock.error);
  const missing = wait > 0 ? `Wait ${wait} s.` : password ? null : 'Enter your password first.';
  const submit = (event: FormEvent) => { event.preventDefault(); if (!missing && !unlock.isPending) unlock.mutate(); };
  const failed = unlock.error ?? signOut.error;
  return (
    <SessionFrame brand={state.brand} title="Locked" sub={`${state.user?.username ?? ''} · ${state.install?.root_short ?? ''}`} onSubmit={submit}>
      {failed && <ErrorBox error={failed} />}
      <PasswordField label={`Password of ${state.user?.username ?? 'this account'}`} value={password} onChange={setPassword} autoFocus data-testid="unlock-password" maxLength={1024} />
      <Button type="submit" kind="primary" size="l" busy={unlock.isPending} why={missing} data-testid="unlock-submit">
        {unlock.isPending ? 'Unlocking' : wait > 0 ? `Wait ${wait} s` : 'Unlock'}
      </Button>
      <Button kind="quiet" size="s" busy={signOut.isPending} onClick={() => signOut.mutate()} data-testid="lock-sign-out">Sign out</Button>
      <p className="caption faint center-sub">Locking hides the window’s content. Agents and their modules go on.</p>
    </SessionFrame>
  );
}
