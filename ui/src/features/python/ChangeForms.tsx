import { useId, useState } from 'react';
import type { PythonEnv, PythonInterpreter } from '../../bindings';
import { Checkbox, Foreign, SearchField, Status, visible } from '../../ui';
import { packageFits } from './words';

/** One of the interpreters; those that cannot be used say why. */
export function PythonChoice({ interpreters, chosen, onChange, current }: { interpreters: PythonInterpreter[]; chosen: string | null; onChange: (path: string) => void; current: string | null }) {
  const group = useId();
  if (interpreters.length === 0) return <p className="muted">No Python was found here. Install Python 3.11 or newer, then look again.</p>;
  return (
    <fieldset className="choices-set">
      <legend className="form-label">Python</legend>
      <div className="group">
        {interpreters.map((python) => (
          <label key={python.path} className="check-row">
            <input type="radio" className="radio-input" name={group} checked={chosen === python.path} disabled={python.status.word === 'Error'} onChange={() => onChange(python.path)} data-testid="python-choice" />
            <span className="grow">
              <span className="row"><b className="medium">Python <Foreign>{python.version ?? 'of an unknown version'}</Foreign></b><span className="muted"><Foreign>{python.origin}</Foreign></span>{current !== null && current === python.version && <span className="chip">as now</span>}</span>
              <span className="form-help mono cut" title={visible(python.path)}><Foreign>{python.path}</Foreign></span>
              <Status status={{ ...python.status, measured_at: null }} />
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function NamesField({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const id = useId();
  return (
    <div className="form-field">
      <label className="form-label" htmlFor={id}>Packages</label>
      <textarea id={id} className="text-area mono" rows={3} autoFocus spellCheck={false} autoComplete="off" autoCapitalize="off" value={text} onChange={(event) => onChange(event.target.value)} aria-describedby={`${id}-help`} data-testid="python-names" />
      <p className="form-help" id={`${id}-help`}>One on each line, as pip writes them: <code>aiogram==3.21.0</code>, <code>httpx</code>. They are added to the pins.</p>
    </div>
  );
}

export function PinsField({ text, proposed, onChange, file }: { text: string; proposed: string | null; onChange: (text: string) => void; file: string }) {
  const id = useId();
  return (
    <div className="form-field">
      <label className="form-label" htmlFor={id}><code><Foreign>{file}</Foreign></code></label>
      <textarea id={id} className="text-area mono" rows={14} autoFocus spellCheck={false} autoComplete="off" autoCapitalize="off" value={text} onChange={(event) => onChange(event.target.value)} aria-describedby={`${id}-help`} data-testid="python-pins" />
      <p className="form-help" id={`${id}-help`}>What is asked for, one on each line. What these need in turn is found by the installer and stays where it is while it fits.{proposed !== null && <> Not all of it stands in the file yet: some is proposed from <Foreign>{proposed}</Foreign>.</>}</p>
    </div>
  );
}

/** Only what is pinned can be taken out; what came with it goes by itself. */
export function RemoveChoice({ env, chosen, onChange }: { env: PythonEnv; chosen: string[]; onChange: (chosen: string[]) => void }) {
  const [query, setQuery] = useState('');
  const pinned = env.packages.filter((one) => one.pinned);
  const shown = pinned.filter((one) => packageFits(one, query.trim()));
  if (pinned.length === 0) return <p className="muted">Nothing is pinned in this environment, so there is nothing to take out.</p>;
  return (
    <div className="form-field py-remove">
      <SearchField label="Search pinned packages" value={query} onChange={setQuery} count={query ? String(shown.length) : undefined} data-testid="python-remove-search" />
      <div className="group py-choices">
        {shown.map((one) => (
          <Checkbox key={one.name} checked={chosen.includes(one.name)} onChange={(on) => onChange(on ? [...chosen, one.name] : chosen.filter((name) => name !== one.name))}>
            <span className="row"><b className="medium cut"><Foreign>{one.name}</Foreign></b><span className="mono muted"><Foreign>{one.version}</Foreign></span></span>
          </Checkbox>
        ))}
        {shown.length === 0 && <p className="pad-s muted">No pinned package fits.</p>}
      </div>
      <p className="form-help">What only these needed goes with them.</p>
    </div>
  );
}
