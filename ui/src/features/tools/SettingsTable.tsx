import { type KeyboardEvent, useMemo, useRef } from 'react';
import type { Level, SettingRow } from '../../bindings';
import { Foreign, Prose, Icon } from '../../ui';

export const levelWords: Record<Level, string> = { default: 'Default', system: 'System', agent: 'Agent', tool: 'Tool', instance: 'Instance' };

/** Set somewhere above the schema's default. */
export function isModified(row: SettingRow): boolean {
  return row.level !== null && row.level !== 'default';
}

export function sourceWords(source: SettingRow['source']): string {
  if (!source) return '';
  return source.line === null ? source.file : `${source.file}:${source.line}`;
}

function Value({ row }: { row: SettingRow }) {
  if (row.secret) {
    return <span className="setting-value"><Icon name="key" size="s" /><Foreign>{row.value ?? 'Not set'}</Foreign></span>;
  }
  if (row.value === null) return <span className="setting-value faint">Not set</span>;
  return (
    <span className="setting-value" title={row.value}>
      <Foreign className="mono cut selectable">{row.value === '' ? '(empty)' : row.value}</Foreign>
      {row.unit && <span className="unit faint small">{row.unit}</span>}
    </span>
  );
}

function Row({ row, selected, stop, onSelect }: { row: SettingRow; selected: boolean; stop: boolean; onSelect: () => void }) {
  return (
    <div className="kv" role="option" aria-selected={selected} tabIndex={stop ? 0 : -1} data-setting={row.key} data-modified={isModified(row) || undefined} onClick={onSelect}>
      <div className="name"><b><Foreign>{row.title || row.key}</Foreign></b>{row.description && <p><Prose>{row.description}</Prose></p>}</div>
      <div className="ctl">
        <Value row={row} />
        {row.source && <p className="caption faint cut mono" title={sourceWords(row.source)}><Foreign>{sourceWords(row.source)}</Foreign></p>}
      </div>
      <div className="prov">{row.level ? <span className={row.level === 'instance' ? 'chip chip-here' : 'chip'}>{levelWords[row.level]}</span> : <span className="caption faint">Not set</span>}</div>
    </div>
  );
}

/** Effective settings by group. Up and down choose a row, the inspector says where its value comes from. */
export function SettingsTable({ rows, selected, onSelect }: { rows: SettingRow[]; selected: string | null; onSelect: (key: string) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => {
    const found = new Map<string, SettingRow[]>();
    for (const row of rows) found.set(row.group, [...(found.get(row.group) ?? []), row]);
    return [...found];
  }, [rows]);
  const ordered = groups.flatMap(([, list]) => list);
  const at = Math.max(0, ordered.findIndex((row) => row.key === selected));
  const onKeyDown = (event: KeyboardEvent) => {
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: ordered.length - 1, Enter: at, ' ': at }[event.key];
    const row = next === undefined ? undefined : ordered[next];
    if (!row) return;
    event.preventDefault();
    onSelect(row.key);
    [...(box.current?.querySelectorAll<HTMLElement>('[data-setting]') ?? [])][next as number]?.focus();
  };
  return (
    <div role="listbox" aria-label="Settings" ref={box} onKeyDown={onKeyDown} className="settings" data-testid="settings">
      {groups.map(([group, list]) => (
        <div key={group} role="group" aria-label={group || 'Settings'}>
          <div className="group-head" aria-hidden="true"><h2><Foreign>{group || 'Settings'}</Foreign></h2></div>
          <div className="group" role="presentation">
            {list.map((row) => <Row key={row.key} row={row} selected={row.key === selected} stop={ordered[at]?.key === row.key} onSelect={() => onSelect(row.key)} />)}
          </div>
        </div>
      ))}
    </div>
  );
}
