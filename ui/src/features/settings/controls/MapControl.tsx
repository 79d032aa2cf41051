import { useRef } from 'react';
import { Button, IconButton } from '../../../ui';
import { textOf } from '../values';
import { NoneButton, NoneField } from './NoneButton';
import { type ControlProps, plainText } from './props';

type Pair = [name: string, value: unknown];

/** While names are being typed they may be empty or twice: the rows as typed are kept as text, the value only when it is one. */
function pairsOf({ field }: ControlProps): Pair[] {
  if (field.edit?.text) return JSON.parse(field.edit.text) as Pair[];
  return typeof field.value === 'object' && field.value !== null ? Object.entries(field.value) : [];
}

function problemOf(pairs: Pair[]): string | null {
  if (pairs.some(([name]) => name === '')) return 'A name is missing. Enter one, or remove the row.';
  const twice = pairs.find(([name], i) => pairs.findIndex(([other]) => other === name) !== i);
  return twice ? `“${twice[0]}” is there twice, and only one value could count. Change one of the names.` : null;
}

/** A typed value keeps the kind it had, so that a number stays a number. */
function valueOf(typed: string, was: unknown): unknown {
  if (typeof was === 'number' && /^-?\d+(\.\d+)?$/.test(typed)) return Number(typed);
  if (typeof was === 'boolean' && /^(true|false)$/.test(typed)) return typed === 'true';
  return typed;
}

/** Names with values, one a row. */
export function MapControl(props: ControlProps) {
  const { row, field, locked, labelId } = props;
  const box = useRef<HTMLDivElement>(null);
  if (field.none && row.nullable) return <NoneField {...props} first={() => field.set({})} />;
  const pairs = pairsOf(props);
  const title = row.title || row.key;
  const put = (next: Pair[]) => {
    const problem = problemOf(next);
    const odd = next.some(([name]) => /^\d+$/.test(name) || name === '__proto__');
    field.set(problem ? null : Object.fromEntries(next), problem || odd ? JSON.stringify(next) : null, problem);
  };
  const change = (i: number, pair: Pair) => put(pairs.map((old, n) => (n === i ? pair : old)));
  const focus = (what: string, i: number) => setTimeout(() => box.current?.querySelectorAll<HTMLElement>(what)[Math.max(0, i)]?.focus(), 0);
  return (
    <div className="list-edit" ref={box} role="group" aria-labelledby={labelId} aria-describedby={props.describedBy} data-testid={`setting-map-${row.id}`}>
      {pairs.length === 0 && <p className="caption faint">{field.unset ? 'Not set' : 'No entries'}</p>}
      {pairs.map(([name, value], i) => (
        <div className="row list-row" key={i}>
          <div className="field map-name" aria-invalid={props.invalid || undefined} aria-disabled={locked || undefined}>
            <input {...plainText} className="mono" aria-label={`${title}, name ${i + 1}`} aria-invalid={props.invalid || undefined} readOnly={locked} value={name} data-testid={`setting-name-${row.id}-${i}`} onChange={(event) => change(i, [event.target.value, value])} />
          </div>
          <div className="field grow" aria-disabled={locked || undefined}>
            <input {...plainText} className="mono" aria-label={`${title}, value of ${name || `row ${i + 1}`}`} readOnly={locked} value={textOf(value)} data-testid={`setting-input-${row.id}-${i}`} onChange={(event) => change(i, [name, valueOf(event.target.value, value)])} />
          </div>
          {!locked && <IconButton size="s" icon="x" label={`Remove ${name || `row ${i + 1}`}`} onClick={() => { put(pairs.filter((_, n) => n !== i)); focus(pairs.length > 1 ? '.map-name input' : '.list-add', i - 1); }} />}
        </div>
      ))}
      {!locked && <div className="row"><Button size="s" kind="quiet" icon="plus" className="list-add" onClick={() => { put([...pairs, ['', '']]); focus('.map-name input', pairs.length); }} aria-label={`Add a row to ${title}`} data-testid={`setting-add-${row.id}`}>Add a row</Button><NoneButton {...props} /></div>}
    </div>
  );
}
