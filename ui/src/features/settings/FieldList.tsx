import { type KeyboardEvent, type SyntheticEvent, useMemo, useRef } from 'react';
import type { SettingRow } from '../../bindings';
import { Button, Foreign } from '../../ui';
import { FieldRow } from './FieldRow';
import { RowMenu } from './inspector/RowMenu';

interface GroupOf { name: string; plain: SettingRow[]; advanced: SettingRow[] }

function inGroups(rows: SettingRow[]): GroupOf[] {
  const found = new Map<string, GroupOf>();
  for (const row of rows) {
    const group = found.get(row.group) ?? { name: row.group, plain: [], advanced: [] };
    group[row.advanced ? 'advanced' : 'plain'].push(row);
    found.set(row.group, group);
  }
  return [...found.values()];
}

interface ListProps {
  rows: SettingRow[];
  selected: string | null;
  onSelect: (id: string) => void;
  /** Groups whose advanced settings are shown. */
  open: ReadonlySet<string>;
  onToggle: (group: string) => void;
  /** A search or filter shows what it finds, wherever it is. */
  showAll: boolean;
  /** The row's actions have no other place while the inspector is hidden. */
  menus: boolean;
}

/** Settings by group. Tab goes from field to field; with the focus on a row, the arrows choose another one. */
export function FieldList({ rows, selected, onSelect, open, onToggle, showAll, menus }: ListProps) {
  const box = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => inGroups(rows), [rows]);
  const shownOf = (group: GroupOf) => (showAll || open.has(group.name) ? [...group.plain, ...group.advanced] : group.plain);
  const ordered = groups.flatMap(shownOf);
  const stop = ordered.find((row) => row.id === selected)?.id ?? ordered[0]?.id;
  const rowOf = (event: SyntheticEvent) => (event.target as HTMLElement).closest<HTMLElement>('[data-setting]');
  const choose = (event: SyntheticEvent) => { const id = rowOf(event)?.dataset.setting; if (id !== undefined && id !== selected) onSelect(id); };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== rowOf(event)) return;
    const at = ordered.findIndex((row) => row.id === (event.target as HTMLElement).dataset.setting);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: ordered.length - 1 }[event.key];
    if (event.key === 'Enter') {
      event.preventDefault();
      (event.target as HTMLElement).querySelector<HTMLElement>('.ctl input, .ctl select, .ctl textarea, .ctl button')?.focus();
      return;
    }
    const row = next === undefined ? undefined : ordered[next];
    if (!row) return;
    event.preventDefault();
    box.current?.querySelector<HTMLElement>(`[data-setting="${CSS.escape(row.id)}"]`)?.focus();
  };
  return (
    <div ref={box} className="settings" role="group" aria-label="Settings" onFocus={choose} onClick={choose} onKeyDown={onKeyDown} data-testid="settings">
      {groups.map((group) => {
        const hidden = showAll ? 0 : group.advanced.length;
        const isOpen = open.has(group.name);
        return (
          <div key={group.name} role="group" aria-label={group.name || 'Settings'}>
            <div className="group-head"><h2><Foreign>{group.name || 'Settings'}</Foreign></h2></div>
            <div className="group">
              {shownOf(group).map((row) => (
                <FieldRow key={row.id} row={row} selected={row.id === selected} stop={row.id === stop} menu={menus && row.id === selected ? <RowMenu row={row} /> : undefined} />
              ))}
              {hidden > 0 && (
                <div className="advanced-more">
                  <Button kind="quiet" size="s" icon={isOpen ? 'up' : 'down'} aria-expanded={isOpen} onClick={() => onToggle(group.name)} data-testid={`advanced-${group.name}`}>{isOpen ? 'Hide' : 'Show'} {hidden} advanced</Button>
                </div>
              )}
            </div>
          </div>
        );
      })}
    </div>
  );
}
