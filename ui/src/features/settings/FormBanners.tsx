import type { SettingsTarget } from '../../bindings';
import { navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { PlatformError } from '../../platform/platform';
import { Banner, Button, FindingBanner, Foreign } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { storeWords } from '../preferences/store';

function PlainSecrets({ id, count }: { id: string; count: number }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const store = storeWords(useShell().state.secret_store);
  const move = () => flow.open({
    title: `Move to ${store}`,
    make: async () => {
      const mine = (await platform.secretsPlain()).filter((secret) => secret.target === id);
      const free = mine.filter((secret) => secret.why_not === null);
      if (free.length === 0) {
        throw new PlatformError({ code: 'nothing_to_move', message: 'None of them can be moved.', hint: 'Each has its reason below; the files stay as they are.', details: mine.map((secret) => `${secret.file}: ${secret.key}: ${secret.why_not ?? ''}`) });
      }
      return platform.secretsMovePlan(free.map((secret) => secret.id));
    },
  });
  return (
    <Banner kind="warn" title={`${count} ${count === 1 ? 'secret stands' : 'secrets stand'} in plain text in its files.`} data-testid="plain-secrets"
      actions={<Button size="s" onClick={move} data-testid="plain-secrets-move">Move to {store}…</Button>}>
      Whoever can read the files can read {count === 1 ? 'it' : 'them'}.
    </Banner>
  );
}

/** What is true of the tool's files as a whole and asks for a decision. */
export function FormBanners({ id, target }: { id: string; target: SettingsTarget }) {
  return (
    <>
      {target.findings.map((finding) => <FindingBanner key={`${finding.code}${finding.path ?? ''}${finding.message}`} finding={finding} />)}
      {target.files.filter((file) => file.drift > 0).map((file) => (
        <Banner key={file.path} kind="warn" title={<><code><Foreign>{file.path}</Foreign></code> was changed outside.</>} data-testid="drift-banner"
          actions={<Button size="s" onClick={() => navigate({ view: 'drift', file: file.path })} data-testid="drift-compare">Compare…</Button>}>
          {file.drift} {file.drift === 1 ? 'key differs' : 'keys differ'} from what was written last.
        </Banner>
      ))}
      {target.plain_secrets > 0 && <PlainSecrets id={id} count={target.plain_secrets} />}
    </>
  );
}
