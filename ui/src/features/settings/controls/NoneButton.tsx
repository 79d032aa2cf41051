import { Button } from '../../../ui';
import type { ControlProps } from './props';

/** "Explicitly none" is a value of its own beside an empty text and beside saying nothing. */
export function NoneButton({ row, field, locked }: ControlProps) {
  if (!row.nullable || locked || field.none) return null;
  return <Button kind="link" className="setting-none" onClick={field.setNone} aria-label={`Set ${row.title || row.key} to none`} data-testid={`setting-none-${row.id}`}>None</Button>;
}

/** Shown in place of a field while the value is none. */
export function NoneField({ row, field, labelId, describedBy, locked, first }: ControlProps & { first: () => void }) {
  return (
    <div className="field field-none" role="group" aria-labelledby={labelId} aria-describedby={describedBy}>
      <span className="val faint">None</span>
      {!locked && <Button kind="link" onClick={first} aria-label={`Enter a value for ${row.title || row.key}`} data-testid={`setting-value-${row.id}`}>{field.edit ? 'Enter a value instead' : 'Enter a value…'}</Button>}
    </div>
  );
}
