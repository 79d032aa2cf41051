import type { SettingRow } from '../../../bindings';
import type { Field } from '../form-context';

/** What every control of a setting is given. */
export interface ControlProps {
  row: SettingRow;
  field: Field;
  /** Id of the setting's title. */
  labelId: string;
  describedBy: string | undefined;
  invalid: boolean;
  /** It can be looked at only. */
  locked: boolean;
}

/** Wiring for assistive technology, the same on every input. */
export function named({ row, labelId, describedBy, invalid }: ControlProps) {
  return { 'aria-labelledby': labelId, 'aria-describedby': describedBy, 'aria-invalid': invalid || undefined, 'aria-required': row.required || undefined, 'data-testid': `setting-input-${row.id}` } as const;
}

export const plainText = { spellCheck: false, autoCapitalize: 'off', autoCorrect: 'off', autoComplete: 'off' } as const;
