import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Level, SecretStatus, SettingRow } from '../../../bindings';
import { useShell } from '../../../app/shell-context';
import { usePlatform } from '../../../platform/context';
import { toPlatformError } from '../../../platform/platform';
import { Button, Foreign, Glyph, Icon, Prose, Status } from '../../../ui';
import { usePlanFlow } from '../../plan/flow';
import { storeWords } from '../../preferences/store';
import { useForm } from '../form-context';
import { CopySecretDialog } from './CopySecretDialog';
import { useSecretStatus } from './queries';
import { SetSecretDialog } from './SetSecretDialog';

type Open = 'set' | 'copy' | null;

function Acts({ row, secret, open }: { row: SettingRow; secret: SecretStatus; open: (what: Open) => void }) {
  const form = useForm();
  const platform = usePlatform();
  const flow = usePlanFlow();
  const title = row.title || row.key;
  const test = useMutation({ mutationFn: () => platform.secretTest(form.id, row.id) });
  const clear = () => {
    const level = secret.level;
    if (level) flow.open({ title: `Clear ${title}`, destructive: true, make: () => platform.secretClearPlan(form.id, row.id, level) });
  };
  const failed = test.isError ? toPlatformError(test.error) : null;
  return (
    <>
      <div className="row secret-acts">
        {secret.testable && secret.level && <Button kind="link" busy={test.isPending} onClick={() => test.mutate()} aria-label={`Try ${title}`} data-testid={`secret-test-${row.id}`}>{test.isPending ? 'Trying' : 'Try it'}</Button>}
        {secret.copyable && <Button kind="link" onClick={() => open('copy')} aria-label={`Copy ${title}`} data-testid={`secret-copy-${row.id}`}>Copy…</Button>}
        {secret.level && !row.read_only && <Button kind="link" onClick={clear} aria-label={`Clear ${title}`} data-testid={`secret-clear-${row.id}`}>Clear…</Button>}
      </div>
      <div role="status" className="secret-answer">
        {test.data && <Status status={test.data} />}
        {failed && <span className="st"><Glyph word="Unknown" /><span className="why-wrap">Not tried: <Prose>{failed.message}</Prose> <Prose>{failed.hint}</Prose></span></span>}
      </div>
    </>
  );
}

/** Where a secret stands: never a value, never dots. */
export function SecretControl({ row, labelId, level }: { row: SettingRow; labelId: string; level: Level }) {
  const form = useForm();
  const shell = useShell();
  const query = useSecretStatus(form.id, true);
  const [open, setOpen] = useState<Open>(null);
  const secret = query.data?.find((entry) => entry.id === row.id);
  const failed = query.isError ? toPlatformError(query.error) : null;
  const words = secret?.words ?? (failed ? 'Can’t be reached' : query.isPending ? `Asking ${storeWords(shell.state.secret_store)}` : row.value ?? 'Not set');
  const odd = secret && secret.status.word !== 'Healthy' && secret.status.word !== 'Off';
  const title = row.title || row.key;
  const standing = form.target.levels.find((info) => info.level === row.level && info.why_not === null && info.level !== 'default')?.level;
  return (
    <>
      <div className="field field-secret" role="group" aria-labelledby={labelId} data-testid={`secret-${row.id}`}>
        {odd || failed ? <Glyph word={secret?.status.word ?? 'Unknown'} /> : <Icon name="key" size="s" />}
        <span className="val"><Foreign>{words}</Foreign></span>
        {failed && <Button kind="link" onClick={() => void query.refetch()}>Ask again</Button>}
        {!row.read_only && <Button kind="link" onClick={() => setOpen('set')} aria-label={`${row.level ? 'Replace' : 'Set'} ${title}`} data-testid={`secret-set-${row.id}`}>{row.level ? 'Replace…' : 'Set…'}</Button>}
      </div>
      {odd && <p className="caption muted setting-note"><Prose>{secret.status.reason}</Prose></p>}
      {failed && <p className="caption muted setting-note"><Prose>{failed.message}</Prose> <Prose>{failed.hint}</Prose></p>}
      {secret && (secret.level || secret.copyable) && <Acts row={row} secret={secret} open={setOpen} />}
      {open === 'set' && <SetSecretDialog row={row} level={form.level === null ? standing ?? level : level} onClose={() => setOpen(null)} />}
      {open === 'copy' && <CopySecretDialog row={row} onClose={() => setOpen(null)} />}
    </>
  );
}
