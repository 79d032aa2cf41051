import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import type { SettingRow } from '../../../bindings';
import { useShell } from '../../../app/shell-context';
import { usePlatform } from '../../../platform/context';
import { Button, Dialog, ErrorBox, Foreign, useToasts } from '../../../ui';
import { useForm } from '../form-context';
import { SecretInput } from './SecretInput';

/** The value goes from the store to the clipboard without passing through the window. */
export function CopySecretDialog({ row, onClose }: { row: SettingRow; onClose: () => void }) {
  const form = useForm();
  const platform = usePlatform();
  const { state } = useShell();
  const toasts = useToasts();
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<string | null>(null);
  const title = row.title || row.key;
  const copy = useMutation({
    mutationFn: () => platform.secretCopy(form.id, row.id, input.current?.value ?? ''),
    onSuccess: ({ clears_in_s }) => {
      toasts.show({ title: `${title} is on the clipboard.`, text: `It is taken out again in ${clears_in_s} s.` });
      onClose();
    },
    onError: () => { if (input.current) { input.current.value = ''; input.current.focus(); } },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!input.current?.value) { setError('The password is missing. Enter the one of your account.'); return; }
    setError(null);
    copy.mutate();
  };
  return (
    <Dialog label={`Copy ${title}`} onClose={onClose} data-testid="secret-copy-dialog">
      <form className="dialog-form" onSubmit={submit}>
        <div className="dialog-body">
          <h2>Copy <Foreign>{title}</Foreign></h2>
          <p className="muted small">It goes to the clipboard and is taken out again after a while. Other apps can read the clipboard until then.</p>
          <SecretInput label={`Password of ${state.user?.username ?? 'your account'}`} inputRef={input} autoComplete="current-password" error={error} data-testid="secret-password" />
          {copy.isError && <ErrorBox error={copy.error} />}
        </div>
        <footer className="row dialog-acts">
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={copy.isPending} data-testid="secret-copy-do">{copy.isPending ? 'Copying' : 'Copy'}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
