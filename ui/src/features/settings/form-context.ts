/** What the rows of one form share, and how one row reads and changes the draft. */
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type { Json, Level, SettingRow, SettingsTarget } from '../../bindings';
import type { Draft, Edit, RowDraft } from './draft';
import { type Said, levelFor, sameJson, valueAt } from './values';

export interface Form {
  /** The card's id. */
  id: string;
  draft: Draft;
  target: SettingsTarget;
  /** The level chosen for the whole form; `null` leaves it to each row. */
  level: Level | null;
  /** Asks the server about the draft now. */
  flush: () => void;
}

export const FormContext = createContext<Form | null>(null);

export function useForm(): Form {
  const form = useContext(FormContext);
  if (!form) throw new Error('useForm outside of a settings form');
  return form;
}

export function useRowDraft(draft: Draft, id: string): RowDraft {
  const subscribe = useCallback((listener: () => void) => draft.onRow(id, listener), [draft, id]);
  return useSyncExternalStore(subscribe, () => draft.row(id));
}

export interface Field {
  edit: Edit | null;
  mine: RowDraft;
  /** Where a change goes. */
  level: Level;
  /** What that level says without the draft. */
  base: Said;
  /** What is shown: the draft's value, else the base. */
  value: Json | null;
  /** Explicitly none. */
  none: boolean;
  /** Nothing says a value. */
  unset: boolean;
  set: (value: Json, text?: string | null, broken?: string | null) => void;
  setNone: () => void;
}

/** One setting through the draft. A value that is what it was is no change. */
export function useField(row: SettingRow): Field {
  const { draft, target, level: chosen } = useForm();
  const mine = useRowDraft(draft, row.id);
  const { edit } = mine;
  const level = edit?.level ?? levelFor(row, target, mine.level ?? chosen);
  const base = valueAt(row, level);
  const below = edit?.op === 'reset' ? valueAt(row, edit.level, true) : base;
  const said = edit?.op === 'set' ? { json: edit.value, level } : edit?.op === 'none' ? { json: null, level } : below;
  const set = useCallback<Field['set']>((value, text = null, broken = null) => {
    const back = broken === null && base.level !== null && sameJson(value, base.json) && (text === null || edit === null);
    draft.put(row.id, back ? null : { op: 'set', level, value, text, broken, byEnvironment: edit?.byEnvironment ?? row.by_environment });
  }, [draft, row, level, base.level, base.json, edit]);
  const setNone = useCallback(() => {
    const back = base.level !== null && base.json === null && !row.secret;
    draft.put(row.id, back ? null : { op: 'none', level, value: null, text: null, broken: null, byEnvironment: false });
  }, [draft, row, level, base.level, base.json]);
  return { edit, mine, level, base, value: said.json, none: said.level !== null && said.json === null && edit?.op !== 'set', unset: said.level === null, set, setNone };
}
