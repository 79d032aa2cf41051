import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import type { Level, SettingRow } from '../../../bindings';
import { keys } from '../../../app/queries';
import { useShell } from '../../../app/shell-context';
import { usePlatform } from '../../../platform/context';
import { Button, Dialog, ErrorBox, Foreign, useToasts } from '../../../ui';
import { storeWords } from '../../preferences/store';
import { useForm } from '../form-context';
import { LevelSelect } from '../LevelSelect';
import { titleOf } from '../values';
import { SecretInput } from './SecretInput';

/** Takes a value in and hands it to the secret store; nothing of it stays here. */
export function SetSecretDialog({ row, level: first, onClose }: { row: SettingRow; level: Level; onClose: () => void }) {
  const form = useForm();
  const shell = useShell();
  const platform = usePlatform();
  const toasts = useToasts();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [level, setLevel] = useState(first);
  const [error, setError] = useState<string | null>(null);
  const store = storeWords(shell.state.secret_store);
  const title = row.title || row.key;
  const save = useMutation({
    // The value is no variable of the mutation: the cache would keep it.
    mutationFn: () => platform.secretSet(form.id, row.id, level, input.current?.value ?? ''),
    onSuccess: (receipt) => {
      if (input.current) input.current.value = '';
      const action = receipt.undoable ? { label: 'Undo', keys: shell.keys('change.undo'), run: () => shell.undo(receipt.change_id) } : undefined;
      toasts.show({ title: `${title}: stored in ${store}, read back.`, text: receipt.notes.join(' '), action, slot: 'change' });
      void client.invalidateQueries({ queryKey: keys.tools });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!input.current?.value) { setError(`Nothing was entered. Enter the value, or cancel and keep what is there.`); return; }
    setError(null);
    save.mutate();
  };
  const words = row.level ? 'Replace' : 'Set';
  return (
    <Dialog label={`${words} ${title}`} onClose={onClose} data-testid="secret-dialog">
      <form className="dialog-form" onSubmit={submit}>
        <div className="dialog-body">
          <h2>{words} <Foreign>{title}</Foreign></h2>
          <p className="muted small">It goes to {store} and is never shown again. The registry keeps only a reference.</p>
          <SecretInput label="Value" inputRef={input} autoComplete="off" error={error} oneLine data-testid="secret-value" />
          <LevelSelect label="For" target={form.target} row={row} level={level} onChange={setLevel} data-testid="secret-level" />
          {save.isError && <ErrorBox error={save.error} />}
        </div>
        <footer className="row dialog-acts">
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={save.isPending} data-testid="secret-store">{save.isPending ? 'Storing' : `Store for ${titleOf(form.target, level)}`}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
