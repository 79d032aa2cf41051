import { type KeyboardEvent, type ReactNode, memo, useId, useRef } from 'react';
import type { SettingRow } from '../../bindings';
import { Foreign, Prose, visible } from '../../ui';
import { Control } from './controls/Control';
import type { Edit } from './draft';
import { type Field, useField, useForm } from './form-context';
import { Messages, wrongWith } from './Messages';
import { SecretControl } from './secrets/SecretControl';
import { isModified, levelWords, titleOf, valueAt } from './values';

function LevelChip({ row, field }: { row: SettingRow; field: Field }) {
  const { target } = useForm();
  const { edit } = field;
  const level = edit === null ? field.base.level : edit.op === 'reset' ? valueAt(row, edit.level, true).level : edit.level;
  if (level === null) return <span className="caption faint nowrap">Not set</span>;
  const here = (edit !== null && edit.op !== 'reset') || isModified(row);
  return <span className={here ? 'chip chip-here' : 'chip'} title={visible(titleOf(target, level))}>{levelWords[level]}</span>;
}

/** Escape brings back what the draft said when the field was entered; leaving it asks the server. */
function useLeaving(row: SettingRow) {
  const { draft, flush } = useForm();
  const before = useRef<Edit | null>(null);
  return {
    onFocus: (event: React.FocusEvent<HTMLElement>) => {
      if (!event.currentTarget.contains(event.relatedTarget)) before.current = draft.row(row.id).edit;
    },
    onBlur: flush,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.nativeEvent.isComposing) return;
      if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey) { before.current = draft.row(row.id).edit; flush(); }
      if (event.key !== 'Escape' || draft.row(row.id).edit === before.current) return;
      event.preventDefault();
      event.stopPropagation();
      draft.put(row.id, before.current);
      flush();
    },
  };
}

/** One setting: name and help, the control of its kind, the level that sets it. Draws itself only when its own draft changes. */
export const FieldRow = memo(function FieldRow({ row, selected, stop, menu }: { row: SettingRow; selected: boolean; stop: boolean; menu?: ReactNode }) {
  const field = useField(row);
  const id = useId();
  const leaving = useLeaving(row);
  const wrong = wrongWith(row, field);
  const locked = row.read_only !== null;
  const describedBy = [row.description && `${id}-help`, wrong && `${id}-error`, locked && `${id}-locked`].filter(Boolean).join(' ') || undefined;
  const modified = field.edit ? field.edit.op !== 'reset' : isModified(row);
  return (
    <div className="kv" role="group" aria-labelledby={`${id}-name`} aria-current={selected || undefined} tabIndex={stop ? 0 : -1} data-setting={row.id} data-testid={`setting-${row.id}`}
      data-modified={modified || undefined} data-changed={field.edit !== null || undefined} data-invalid={wrong !== null || undefined}>
      <div className="name">
        <b id={`${id}-name`}><Foreign>{row.title || row.key}</Foreign></b>
        {field.edit !== null && <span className="sr">changed, not applied</span>}
        {row.description && <p id={`${id}-help`}><Prose>{row.description}</Prose></p>}
      </div>
      <div className="ctl" {...leaving}>
        {row.secret
          ? <SecretControl row={row} labelId={`${id}-name`} level={field.level} />
          : <Control row={row} field={field} labelId={`${id}-name`} describedBy={describedBy} invalid={wrong !== null} locked={locked} />}
        <Messages row={row} field={field} id={id} />
      </div>
      <div className="prov">{menu}<LevelChip row={row} field={field} /></div>
    </div>
  );
});
