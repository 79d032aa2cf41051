import type { KeyboardEvent } from 'react';
import { Icon } from '../../../ui';
import { textOf } from '../values';
import { readNumber, stepped } from './numbers';
import { NoneButton, NoneField } from './NoneButton';
import { type ControlProps, named, plainText } from './props';

/** A number with its bounds and unit. What is typed stays as typed; up and down step. */
export function NumberControl(props: ControlProps) {
  const { row, field, locked } = props;
  if (field.none && row.nullable) return <NoneField {...props} first={() => field.set(row.min ?? 0)} />;
  const text = field.edit?.op === 'set' ? field.edit.text ?? textOf(field.value) : textOf(field.value);
  const type = (typed: string) => {
    const read = readNumber(typed, row);
    if (read.value === null) field.set(typed, typed, read.problem);
    else field.set(read.value, typed === String(read.value) ? null : typed);
  };
  const step = (by: number) => { const next = stepped(text, by, row); if (next !== null) field.set(next); };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (by === undefined || locked || event.altKey || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    step(by);
  };
  const now = readNumber(text, row).value;
  return (
    <div className="field" aria-invalid={props.invalid || undefined} aria-disabled={locked || undefined}>
      <input {...plainText} {...named(props)} type="text" inputMode={row.kind === 'number' ? 'decimal' : 'numeric'} role="spinbutton" aria-valuenow={now ?? undefined} aria-valuetext={row.unit && now !== null ? `${now} ${row.unit}` : undefined}
        aria-valuemin={row.min ?? undefined} aria-valuemax={row.max ?? undefined} readOnly={locked} value={text} placeholder="Not set" onKeyDown={onKeyDown}
        onChange={(event) => type(event.target.value)}
        onBlur={() => { if (field.edit?.op === 'set' && field.edit.broken === null && field.edit.text !== null && field.value !== null) field.set(field.value); }} />
      {row.unit && <span className="unit">{row.unit}</span>}
      {!locked && (
        <span className="stepper" aria-hidden="true">
          <button type="button" tabIndex={-1} onClick={() => step(1)} data-testid={`setting-up-${row.id}`}><Icon name="up" /></button>
          <button type="button" tabIndex={-1} onClick={() => step(-1)} data-testid={`setting-down-${row.id}`}><Icon name="down" /></button>
        </span>
      )}
      <NoneButton {...props} />
    </div>
  );
}
