import { type FormEvent, useRef, useState } from 'react';
import type { SettingRow, SettingsTarget } from '../../bindings';
import { Button, TextField } from '../../ui';
import { useForm } from './form-context';
import { titleOf } from './values';

export const NEW_PREFIX = 'env:';

function wrong(name: string, taken: ReadonlySet<string>): string | null {
  if (name === '') return 'A name is missing. Enter one, for example `HTTP_PROXY`.';
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'A name holds letters, digits and `_`, and starts with no digit: anything else could not be exported.';
  return taken.has(name) ? `${name} is there already. Change its value above.` : null;
}

/** A new variable of the environment that every module inherits. It joins the draft. */
export function AddVariable({ rows, onAdded }: { rows: SettingRow[]; onAdded: (id: string) => void }) {
  const { draft, flush } = useForm();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [error, setError] = useState<string | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => { setOpen(false); setName(''); setValue(''); setError(null); setTimeout(() => opener.current?.focus(), 0); };
  const add = (event: FormEvent) => {
    event.preventDefault();
    const problem = wrong(name, new Set(rows.map((row) => row.key)));
    setError(problem);
    if (problem) return;
    const id = `${NEW_PREFIX}${name}`;
    draft.put(id, { op: 'set', level: 'system', value, text: null, broken: null, byEnvironment: false });
    flush();
    close();
    onAdded(id);
  };
  if (!open) return <div><Button ref={opener} icon="plus" onClick={() => setOpen(true)} data-testid="variable-add">Add a variable…</Button></div>;
  return (
    <form className="group variable-form" aria-label="New variable" onSubmit={add} onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); close(); } }}>
      <div className="variable-fields">
        <TextField label="Name" mono autoFocus value={name} onChange={setName} error={error} help={error ? undefined : 'Letters, digits and _, no digit first'} data-testid="variable-name" />
        <TextField label="Value" mono value={value} onChange={setValue} help="Every module gets it at its next start" data-testid="variable-value" />
      </div>
      <div className="row"><span className="grow" /><Button onClick={close}>Cancel</Button><Button type="submit" data-testid="variable-done">Add to the draft</Button></div>
    </form>
  );
}

/** A variable that is in the draft only, as a row. */
export function newRow(id: string, target: SettingsTarget): SettingRow {
  const key = id.slice(NEW_PREFIX.length);
  return {
    id, key, title: key, description: 'New; every module gets it at its next start.', kind: 'text', json: null, value: null, unit: null, secret: false, level: null, source: null,
    chain: [{ level: 'system', title: titleOf(target, 'system'), value: null, json: null, source: null, who: null, when: null, wins: false }],
    group: 'New variables', min: null, max: null, min_length: null, max_length: null, pattern: null, choices: [], items: 'text', path_kind: null, required: false, nullable: false,
    restart: true, advanced: false, user: false, known: false, hint: null, dead: null, read_only: null, problem: null, note: null, file: null, by_environment: false, drift: null,
    testable: false, needs_restart: false, link: `sanctum://v1/settings/${target.address}/${key}`,
  };
}
