import { useCallback, useEffect, useState } from 'react';
import type { Level, ToolDetail } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { Banner, Button, Foreign } from '../../ui';
import { AddVariable } from './AddVariable';
import { FieldList } from './FieldList';
import { FilterBar } from './FilterBar';
import { FormBanners } from './FormBanners';
import { useForm } from './form-context';
import type { Part, useRows } from './use-rows';

export interface Shown { typed: string; part: Part; open: ReadonlySet<string> }

/** Brings a row into view once it is drawn, and gives it the focus. */
function useReveal(id: string | null, done: () => void) {
  useEffect(() => {
    if (id === null) return;
    const row = document.querySelector<HTMLElement>(`[data-setting="${CSS.escape(id)}"]`);
    if (!row) return;
    row.scrollIntoView({ block: 'center' });
    row.focus({ preventScroll: true });
    done();
  });
}

interface FormProps {
  detail: ToolDetail;
  rows: ReturnType<typeof useRows>;
  shown: Shown;
  onShown: (next: Partial<Shown>) => void;
  selected: string | null;
  onSelect: (id: string) => void;
  /** A row to go to. */
  going: string | null;
  onThere: () => void;
  onGo: (id: string) => void;
  level: Level | null;
  onLevel: (level: Level) => void;
  /** A link asked for a setting that is not here. */
  missing: string | null;
  /** A part of the tool's settings is shown: nothing is added here. */
  partial?: boolean;
}

/** Filter, level, banners and the fields of one tool. */
export function SettingsForm({ detail, rows, shown, onShown, selected, onSelect, going, onThere, onGo, level, onLevel, missing, partial }: FormProps) {
  const shell = useShell();
  const { id } = useForm();
  const [gone, setGone] = useState<string | null>(null);
  useReveal(going, onThere);
  const toggle = useCallback((group: string) => {
    const open = new Set(shown.open);
    if (!open.delete(group)) open.add(group);
    onShown({ open });
  }, [shown.open, onShown]);
  const filtered = shown.typed.trim() !== '' || shown.part !== 'all';
  const { foreign_keys } = detail;
  return (
    <>
      <FormBanners id={id} target={detail.target} />
      {missing !== null && missing !== gone && (
        <Banner kind="info" title={<>There is no setting <code><Foreign>{missing}</Foreign></code> here.</>} data-testid="setting-missing" actions={<Button size="s" onClick={() => setGone(missing)}>Dismiss</Button>}>The link is older than the tool, or meant for another one.</Banner>
      )}
      <FilterBar all={rows.all} shown={rows.rows.length} typed={shown.typed} onType={(typed) => onShown({ typed })} part={shown.part} onPart={(part) => onShown({ part })} target={detail.target} level={level} onLevel={onLevel} />
      {rows.rows.length === 0
        ? <p className="muted small" role="status">No setting fits. {shown.typed ? 'Esc in the filter clears it.' : <Button kind="link" onClick={() => onShown({ part: 'all' })}>Show all</Button>}</p>
        : <FieldList rows={rows.rows} selected={selected} onSelect={onSelect} open={shown.open} onToggle={toggle} showAll={filtered} menus={!shell.inspector} />}
      {detail.target.open_ended && !partial && <AddVariable rows={rows.all} onAdded={onGo} />}
      {foreign_keys > 0 && !partial && <p className="caption faint">{foreign_keys} other {foreign_keys === 1 ? 'line' : 'lines'} of its file are named by no schema and stay as they are.</p>}
    </>
  );
}
