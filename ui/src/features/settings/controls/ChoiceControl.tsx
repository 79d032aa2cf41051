import { Icon } from '../../../ui';
import { visible } from '../../../ui/text';
import { sameJson, textOf } from '../values';
import { type ControlProps, named } from './props';

const NONE = 'none';
const UNSET = 'unset';
const OTHER = 'other';

interface Option { value: unknown; title: string }

/** One of a few. A value that is not allowed, nothing set and none are options of their own, so that the control tells the truth. */
export function ChoiceControl(props: ControlProps & { options?: Option[] }) {
  const { row, field, locked, options = row.choices } = props;
  const at = options.findIndex((option) => sameJson(option.value, field.value));
  const nullChoice = options.some((option) => option.value === null);
  const now = field.unset ? UNSET : at >= 0 ? String(at) : field.none ? NONE : OTHER;
  const choose = (next: string) => {
    if (next === NONE) field.setNone();
    else if (next !== now && options[Number(next)]) field.set(options[Number(next)]!.value);
  };
  return (
    <div className="field select" aria-invalid={props.invalid || undefined} aria-disabled={locked || undefined}>
      <select {...named(props)} value={now} disabled={locked} onChange={(event) => choose(event.target.value)}>
        {now === UNSET && <option value={UNSET} disabled>Not set</option>}
        {now === OTHER && <option value={OTHER} disabled>{`${visible(textOf(field.value))} (not allowed)`}</option>}
        {options.map((option, i) => <option key={i} value={String(i)}>{visible(option.title || textOf(option.value))}</option>)}
        {((row.nullable && !nullChoice) || now === NONE) && <option value={NONE}>None</option>}
      </select>
      <Icon name="updown" size="s" />
    </div>
  );
}

const onOff: Option[] = [{ value: true, title: 'On' }, { value: false, title: 'Off' }];

/** A switch where it is on or off; while it is neither, a choice, because a switch would claim one of both. */
export function BooleanControl(props: ControlProps) {
  const { field, locked } = props;
  if (typeof field.value !== 'boolean' || props.row.nullable) return <ChoiceControl {...props} options={onOff} />;
  const { 'aria-required': _, ...wiring } = named(props);
  return <button {...wiring} type="button" role="switch" className="switch" aria-checked={field.value} disabled={locked} onClick={() => field.set(!field.value)} />;
}
