/** Which rows are shown: by what is typed and by the part that was chosen. */
import { useMemo, useRef, useSyncExternalStore } from 'react';
import type { SettingRow, ToolDetail } from '../../bindings';
import { NEW_PREFIX, newRow } from './AddVariable';
import { type Draft, leftOut } from './draft';
import { isModified } from './values';

export type Part = 'all' | 'modified' | 'invalid' | 'changed';

function fits(row: SettingRow, words: string[]): boolean {
  const text = `${row.title} ${row.key} ${row.description} ${row.value ?? ''} ${row.group}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Variables that are in the draft only; the list stays the same object while their names do. */
function useAdded(draft: Draft): string {
  return useSyncExternalStore(draft.onAny, () => JSON.stringify([...draft.edits().keys()].filter((id) => id.startsWith(NEW_PREFIX))));
}

export function inPart(row: SettingRow, part: Part, draft: Draft, invalid: ReadonlySet<string>): boolean {
  switch (part) {
    case 'all': return true;
    case 'modified': return isModified(row);
    case 'invalid': return invalid.has(row.id);
    case 'changed': return draft.edits().has(row.id);
  }
}

/** Settings that are wrong: as they stand, or as the draft has them. */
export function invalidOf(rows: SettingRow[], draft: Draft): Set<string> {
  const edits = draft.edits();
  return new Set([...leftOut(draft), ...rows.filter((row) => row.problem !== null && !edits.has(row.id)).map((row) => row.id)]);
}

/**
 * The rows under a filter. A row that was found stays while the filter stays, so that it does not vanish under the hands that
 * correct it. With `only` the others are neither shown nor counted, and what has no value though it must comes first.
 */
export function useRows(detail: ToolDetail, draft: Draft, typed: string, part: Part, only?: readonly string[]) {
  const added = useAdded(draft);
  const all = useMemo(() => {
    const known = new Set(detail.settings.map((row) => row.id));
    if (only) return detail.settings.filter((row) => only.includes(row.id) || only.includes(row.key)).sort((a, b) => Number(a.value !== null) - Number(b.value !== null));
    const extra = (JSON.parse(added) as string[]).filter((id) => !known.has(id)).map((id) => newRow(id, detail.target));
    return [...detail.settings, ...extra];
  }, [detail, added, only]);
  const found = useRef({ part: 'all' as Part, ids: new Set<string>() });
  const rows = useMemo(() => {
    if (found.current.part !== part) found.current = { part, ids: new Set() };
    const { ids } = found.current;
    const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const invalid = invalidOf(all, draft);
    for (const row of all) if (inPart(row, part, draft, invalid)) ids.add(row.id);
    return all.filter((row) => ids.has(row.id) && fits(row, words));
  }, [all, typed, part, draft]);
  return { all, rows };
}
