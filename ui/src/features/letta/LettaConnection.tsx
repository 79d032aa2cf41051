import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { LettaState } from '../../bindings';
import { keys } from '../../app/queries';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, Icon, Status, TextField, Waiting } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { SecretInput } from '../settings/secrets/SecretInput';
import { useLettaState } from './queries';

function Measured({ state, busy, onTry }: { state: LettaState; busy: boolean; onTry: () => void }) {
  const what = [state.flavour, state.version].filter(Boolean).join(' ');
  return (
    <div className="status-row" data-testid="letta-status">
      <span className="grow letta-measured" role="status"><Status status={state.status} />{what && <span className="small muted nowrap"><Foreign>{what}</Foreign></span>}</span>
      <Button size="s" icon="refresh" busy={busy} onClick={onTry} why={state.url ? null : 'Set an address first.'} data-testid="letta-try">{busy ? 'Trying' : 'Try'}</Button>
    </div>
  );
}

function Form({ state }: { state: LettaState }) {
  const platform = usePlatform();
  const shell = useShell();
  const flow = usePlanFlow();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [url, setUrl] = useState<string | null>(null);
  const [entering, setEntering] = useState(false);
  const [forgetting, setForgetting] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const address = (url ?? state.url).trim();
  const changed = address !== state.url || entering || forgetting;
  const discard = () => { setUrl(null); setEntering(false); setForgetting(false); setError(null); };
  const review = () => {
    const password = entering ? input.current?.value ?? '' : forgetting ? '' : null;
    if (entering && password === '') { setError('Nothing was entered. Enter the password, or discard and keep what is there.'); return; }
    setError(null);
    flow.open({ title: 'Change the Letta server', make: () => platform.lettaAddressPlan(address, password), onApplied: () => { discard(); void client.invalidateQueries({ queryKey: keys.agents }); } });
  };
  return (
    <div className="letta-form">
      <TextField label="Address" mono value={url ?? state.url} onChange={setUrl} placeholder="http://127.0.0.1:8283" maxLength={2000} data-testid="letta-address" help="Scheme, host and port. Another machine is fine; no cloud account is asked for." />
      {entering ? <SecretInput label="Password" inputRef={input} autoComplete="off" error={error} oneLine data-testid="letta-password" /> : (
        <div className="form-field">
          <span className="form-label">Password</span>
          <div className="row" data-testid="letta-password-kept">
            <span className="row grow small muted"><Icon name="key" size="s" />{forgetting ? 'Is forgotten when the plan is applied' : state.password ? <>Kept in {shell.state.secret_store.name}; it is never shown</> : 'None is set'}</span>
            {state.password && !forgetting && <Button size="s" kind="quiet" onClick={() => setForgetting(true)} data-testid="letta-password-forget">Forget</Button>}
            <Button size="s" onClick={() => { setForgetting(false); setEntering(true); }} data-testid="letta-password-set">{state.password ? 'Replace…' : 'Set…'}</Button>
          </div>
        </div>
      )}
      {changed && (
        <div className="row"><span className="small muted grow">Not changed yet.</span>
          <Button size="s" onClick={discard} data-testid="letta-discard">Discard</Button>
          <Button size="s" kind="primary" onClick={review} why={address ? null : 'Enter an address first.'} data-testid="letta-review">Review plan</Button>
        </div>
      )}
    </div>
  );
}

/** Where Letta is, as measured, and what is needed to get in. */
export function LettaConnection() {
  const query = useLettaState();
  return (
    <section data-testid="letta-connection">
      <div className="group-head"><h2>Letta server</h2></div>
      {query.isError && <ErrorBox error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Waiting>Asking the Letta server</Waiting>}
      {query.data && (
        <div className="group">
          <Measured state={query.data} busy={query.isFetching} onTry={() => void query.refetch()} />
          <Form state={query.data} />
        </div>
      )}
    </section>
  );
}

/** The same in the settings of the app. */
export function LettaSection() {
  return <div className="scroll"><div className="formpad" data-testid="letta-section"><LettaConnection /></div></div>;
}
