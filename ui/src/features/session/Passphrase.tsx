import { useMutation } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import type { SecretStoreInfo } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, PasswordField } from '../../ui';

/** The encrypted file asks before anything else can be kept in it. */
export const needsPassphrase = (store: SecretStoreInfo) => store.kind === 'file' && store.status.word !== 'Healthy';

/** The passphrase of the encrypted file, asked once per start. It is dropped as soon as it was given. */
export function Passphrase({ onAnswer, first }: { onAnswer: (store: SecretStoreInfo) => void; first?: boolean }) {
  const platform = usePlatform();
  const [value, setValue] = useState('');
  // A failure about an older passphrase does not stand beside the one that is being typed.
  const [wrong, setWrong] = useState<string | null>(null);
  const unlock = useMutation({
    mutationFn: (passphrase: string) => platform.secretsUnlock(passphrase), gcTime: 0,
    onSuccess: (store) => { setWrong(store.status.word === 'Healthy' ? null : store.status.reason); onAnswer(store); },
    onSettled: () => { setValue(''); unlock.reset(); },
  });
  const [failed, setFailed] = useState<unknown>(null);
  const give = () => {
    if (!value || unlock.isPending) return;
    setFailed(null);
    unlock.mutate(value, { onError: setFailed });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    give();
  };
  return (
    <div className="passphrase" role="group" aria-label="Encrypted file" data-testid="passphrase">
      <PasswordField label="Encrypted file: passphrase" value={value} onChange={setValue} onKeyDown={onKeyDown} autoComplete="off" maxLength={1024} data-testid="passphrase-field" data-first={first ? '' : undefined}
        error={wrong} help={<>Asked once per start, and chosen the first time. It cannot be recovered: without it the secrets in the file are lost.</>} />
      <Button busy={unlock.isPending} why={value ? null : 'Enter the passphrase first.'} onClick={give} data-testid="passphrase-open">{unlock.isPending ? 'Opening the file' : 'Open the file'}</Button>
      {failed !== null && <ErrorBox error={failed} />}
      <p className="sr" role="status">{wrong && <Foreign>{wrong}</Foreign>}</p>
    </div>
  );
}
