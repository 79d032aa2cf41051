import { useMutation } from '@tanstack/react-query';
import { usePlatform } from '../../../platform/context';
import { Banner } from '../../../ui/Banner';
import { Button } from '../../../ui/Button';
import { ErrorBox } from '../../../ui/states';
import { StatusStack } from '../../../ui/Status';
import { Foreign } from '../../../ui/text';
import { Icon } from '../../../ui/Icon';
import type { SecretStoreInfo } from '../../../bindings';
import { Passphrase, needsPassphrase } from '../../session/Passphrase';
import { StepFrame } from '../StepFrame';
import { useWizard } from '../wizard-context';

const FAILURES: readonly (readonly [string, string])[] = [
  ['Locked', 'It waits for its own password. Unlock it, then try again.'],
  ['Denied', 'This app was not let in. Allow it when the system asks, or in the settings of the store.'],
  ['Not there', 'No secret store runs in this session. Start one, then try again.'],
  ['Slow', 'It did not answer in time. A question of the system may stand behind this window.'],
];

const isFine = (store: SecretStoreInfo): boolean => store.status.word === 'Healthy' || store.status.word === 'Ready';

/** Whether secrets can be kept on this computer. Trouble here stops nothing; what it costs is said. */
export function Keychain() {
  const { state, dispatch, app } = useWizard();
  const platform = usePlatform();
  const trial = useMutation({
    mutationFn: () => platform.setupCheckSecrets(), retry: false,
    onSuccess: (secrets) => dispatch({ type: 'noted', secrets }),
  });
  const store = state.secrets ?? app.secret_store;
  const tried = state.secrets !== null;
  const closed = needsPassphrase(store);
  const trouble = trial.isError || (tried && !isFine(store));
  const sentence = trial.isPending ? 'Writing a test item, reading it back, deleting it.'
    : trouble ? 'You can go on with this.' : tried ? 'A test item was written, read back and deleted.' : 'Not tried yet. You can go on without trying.';
  return (
    <StepFrame
      id="keychain" title="Can secrets be kept here?" sentence={sentence}
      lead={`API keys, and your session between starts, are kept in the secret store of this computer (${store.name}). No file of ${app.brand} ever holds one.`}
      primary={{ label: trouble ? 'Go on with trouble' : 'Continue', onPress: () => dispatch({ type: 'next' }) }}
    >
      <div className="group">
        <div className="orow">
          <span className="tile"><Icon name="key" /></span>
          <div className="grow">
            <b className="medium"><Foreign>{capital(store.name)}</Foreign></b>
            <p className="small muted">{store.kind === 'file' ? 'Opening it writes one test item, reads it back and deletes it.' : 'Trying it writes one test item, reads it back and deletes it. The system may ask you to allow it.'}</p>
          </div>
          {!closed && <Button busy={trial.isPending} data-testid="wizard-secrets-try" data-first="" onClick={() => trial.mutate()}>{trial.isPending ? 'Trying' : tried ? 'Try again' : 'Try it'}</Button>}
        </div>
        {closed && <div className="wcell"><Passphrase first onAnswer={(secrets) => dispatch({ type: 'noted', secrets })} /></div>}
        <div className="wcell" role="status" data-testid="wizard-secrets-status"><StatusStack status={store.status} /></div>
      </div>
      {trial.isError ? <ErrorBox error={trial.error} onRetry={() => trial.mutate()} /> : null}
      {trouble ? (
        <Banner kind="warn" title="Without it, two things do not work.">
          You sign in again at each start, and API keys cannot be stored until it answers. Agents, modules and plans are not affected.
        </Banner>
      ) : null}
      {store.kind === 'file' ? <Banner kind="info" title="Secrets are kept in an encrypted file.">It was chosen in place of the system’s store. Without its passphrase your sign-in is not remembered and API keys cannot be stored.</Banner> : null}
      {store.kind === 'memory' ? <Banner kind="warn" title="Secrets are kept in memory only.">They are gone when the app ends.</Banner> : null}
      <details className="wdetails" open={trouble || undefined}>
        <summary className="small">What a failure would mean</summary>
        <dl className="facts wfacts">
          {FAILURES.map(([name, meaning]) => [<dt key={name}>{name}</dt>, <dd key={`${name}-meaning`}>{meaning}</dd>])}
        </dl>
      </details>
    </StepFrame>
  );
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
