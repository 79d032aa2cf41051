import { readJson, writeJson } from '../json-text';
import { NoneButton } from './NoneButton';
import { type ControlProps, named, plainText } from './props';

/** Any shape, for this one setting. What does not read as JSON stays as typed, with its line and column. */
export function JsonControl(props: ControlProps) {
  const { field, locked } = props;
  const text = field.edit?.op === 'set' ? field.edit.text ?? writeJson(field.value) : field.unset ? '' : writeJson(field.value);
  const type = (typed: string) => {
    const read = readJson(typed);
    if (read.error !== null) field.set(typed, typed, read.error);
    else field.set(read.json, typed === writeJson(read.json) ? null : typed);
  };
  const rows = Math.min(12, Math.max(3, text.split('\n').length));
  return (
    <div className="field field-area" aria-invalid={props.invalid || undefined} aria-disabled={locked || undefined}>
      <textarea {...plainText} {...named(props)} className="mono" rows={rows} readOnly={locked} value={text} placeholder={field.unset ? 'Not set' : undefined} onChange={(event) => type(event.target.value)} />
      <NoneButton {...props} />
    </div>
  );
}
