import { useRef } from 'react';
import { Button, IconButton } from '../../../ui';
import { textOf } from '../values';
import { readNumber } from './numbers';
import { NoneButton, NoneField } from './NoneButton';
import { type ControlProps, named, plainText } from './props';

/** What an entry is typed as, in its kind; what is no such value stays text, and the server says so. */
function entryOf(typed: string, props: ControlProps): unknown {
  const { items } = props.row;
  if (items === 'integer' || items === 'number') return readNumber(typed, { ...props.row, min: null, max: null }).value ?? typed;
  if (items === 'boolean' && /^(true|false)$/.test(typed.trim())) return typed.trim() === 'true';
  return typed;
}

/** A list whose entries come one a row: add, remove, move. */
export function ListControl(props: ControlProps) {
  const { row, field, locked, labelId } = props;
  const box = useRef<HTMLDivElement>(null);
  if (field.none && row.nullable) return <NoneField {...props} first={() => field.set([])} />;
  const list = Array.isArray(field.value) ? (field.value as unknown[]) : [];
  const name = row.title || row.key;
  const focus = (what: string, i: number) => setTimeout(() => box.current?.querySelectorAll<HTMLElement>(what)[Math.max(0, i)]?.focus(), 0);
  const put = (next: unknown[]) => field.set(next);
  const swap = (i: number, j: number) => {
    const next = [...list];
    [next[i], next[j]] = [next[j], next[i]];
    put(next);
    focus('input', j);
  };
  const remove = (i: number) => { put(list.filter((_, n) => n !== i)); focus(list.length > 1 ? 'input' : '.list-add', i - 1); };
  const add = () => { put([...list, row.items === 'boolean' ? false : row.items === 'integer' || row.items === 'number' ? 0 : '']); focus('input', list.length); };
  return (
    <div className="list-edit" ref={box} role="group" aria-labelledby={labelId} aria-describedby={props.describedBy} data-testid={`setting-list-${row.id}`}>
      {list.length === 0 && <p className="caption faint">{field.unset ? 'Not set' : 'No entries'}</p>}
      {list.map((entry, i) => (
        <div className="row list-row" key={i}>
          <div className="field grow" aria-invalid={props.invalid || undefined} aria-disabled={locked || undefined}>
            <input {...plainText} {...named(props)} aria-labelledby={undefined} aria-describedby={undefined} aria-label={`${name}, entry ${i + 1} of ${list.length}`} data-testid={`setting-input-${row.id}-${i}`} className="mono" readOnly={locked} value={textOf(entry)}
              onChange={(event) => put(list.map((old, n) => (n === i ? entryOf(event.target.value, props) : old)))} />
          </div>
          {!locked && (
            <>
              <IconButton size="s" icon="up" label={`Move entry ${i + 1} up`} disabled={i === 0} onClick={() => swap(i, i - 1)} />
              <IconButton size="s" icon="down" label={`Move entry ${i + 1} down`} disabled={i === list.length - 1} onClick={() => swap(i, i + 1)} />
              <IconButton size="s" icon="x" label={`Remove entry ${i + 1}`} onClick={() => remove(i)} />
            </>
          )}
        </div>
      ))}
      {!locked && <div className="row"><Button size="s" kind="quiet" icon="plus" className="list-add" onClick={add} aria-label={`Add an entry to ${name}`} data-testid={`setting-add-${row.id}`}>Add an entry</Button><NoneButton {...props} /></div>}
    </div>
  );
}
