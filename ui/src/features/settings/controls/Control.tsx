import type { SettingRow } from '../../../bindings';
import type { Field } from '../form-context';
import { BooleanControl, ChoiceControl } from './ChoiceControl';
import { JsonControl } from './JsonControl';
import { ListControl } from './ListControl';
import { MapControl } from './MapControl';
import { NumberControl } from './NumberControl';
import type { ControlProps } from './props';
import { TextControl } from './TextControl';

/** Fits into one line of a list or a map. */
const oneLine = (json: unknown) => json !== null && typeof json !== 'object' && !(typeof json === 'string' && json.includes('\n'));

/** Whether the value has the shape the control of its kind can show; anything else gets the JSON editor. */
function fits(row: SettingRow, field: Field): boolean {
  const { value, edit } = field;
  if (value === null || edit?.broken) return true;
  switch (row.kind) {
    case 'list': return Array.isArray(value) && value.every(oneLine);
    case 'map': return typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(oneLine);
    case 'choice': case 'boolean': return true;
    case 'json': return false;
    default: return typeof value !== 'object' && typeof value !== 'boolean';
  }
}

/** The control for a setting's kind. A kind that is not known here is edited as JSON. */
export function Control(props: ControlProps) {
  const { row, field } = props;
  if (!fits(row, field)) return <JsonControl {...props} />;
  switch (row.kind) {
    case 'text': case 'path': return <TextControl {...props} />;
    case 'integer': case 'number': case 'port': return <NumberControl {...props} />;
    case 'duration': return row.items === 'integer' || row.items === 'number' ? <NumberControl {...props} /> : <TextControl {...props} />;
    case 'boolean': return <BooleanControl {...props} />;
    case 'choice': return row.choices.length > 0 ? <ChoiceControl {...props} /> : <JsonControl {...props} />;
    case 'list': return <ListControl {...props} />;
    case 'map': return <MapControl {...props} />;
    default: return <JsonControl {...props} />;
  }
}
