import { type ReactNode, useId, useMemo, useState } from 'react';
import { Foreign, SearchField } from '../../ui';

/** More are found by their name. */
const MOST = 60;

/** One of many, found by typing: arrow keys choose, the chosen one stays in the list whatever was typed. */
export function PickList<T>({ label, items, idOf, textOf, chosen, onChoose, render, none, testId }: {
  label: string; items: T[]; idOf: (item: T) => string; textOf: (item: T) => string; chosen: string; onChoose: (id: string) => void;
  render: (item: T) => ReactNode; none: string; testId: string;
}) {
  const name = useId();
  const [typed, setTyped] = useState('');
  const found = useMemo(() => {
    const wanted = typed.trim().toLowerCase();
    return items.filter((item) => idOf(item) === chosen || textOf(item).toLowerCase().includes(wanted));
  }, [items, typed, chosen, idOf, textOf]);
  const shown = found.slice(0, MOST);
  return (
    <fieldset className="choices-set" data-testid={testId}>
      <legend className="form-label">{label}</legend>
      <div className="group pick">
        {items.length > 6 && <div className="pick-search"><SearchField label={`Search: ${label.toLowerCase()}`} value={typed} onChange={setTyped} count={typed ? String(found.length) : undefined} data-testid={`${testId}-search`} /></div>}
        <div className="pick-items">
          {shown.map((item) => (
            <label key={idOf(item)} className="pick-item" data-chosen={idOf(item) === chosen || undefined}>
              <input type="radio" className="radio-input" name={name} checked={idOf(item) === chosen} onChange={() => onChoose(idOf(item))} data-testid={`${testId}-item`} data-value={idOf(item)} />
              {render(item)}
            </label>
          ))}
          {items.length === 0 && <p className="small muted pad-s">{none}</p>}
          {items.length > 0 && shown.length === 0 && <p className="small muted pad-s">Nothing has “<Foreign>{typed}</Foreign>” in its name.</p>}
          {found.length > shown.length && <p className="small muted pad-s">{(found.length - shown.length).toLocaleString('en')} more. Type a part of the name to find them.</p>}
        </div>
      </div>
    </fieldset>
  );
}
