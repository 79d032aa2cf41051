import type { Level, SettingRow, SettingsTarget } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { SearchField, Segments } from '../../ui';
import { useForm } from './form-context';
import { LevelSelect } from './LevelSelect';
import { type Part, inPart, invalidOf } from './use-rows';
import { useTotals } from './use-totals';
import { levelFor } from './values';

const parts: { id: Part; label: string }[] = [{ id: 'all', label: 'All' }, { id: 'modified', label: 'Modified' }, { id: 'invalid', label: 'Invalid' }, { id: 'changed', label: 'Changed' }];

interface BarProps { all: SettingRow[]; shown: number; typed: string; onType: (typed: string) => void; part: Part; onPart: (part: Part) => void }

/** Which settings are shown, and at which level a change is made. */
export function FilterBar({ all, shown, typed, onType, part, onPart, target, level, onLevel }: BarProps & { target: SettingsTarget; level: Level | null; onLevel: (level: Level) => void }) {
  const shell = useShell();
  const { draft } = useForm();
  useTotals(draft);
  const invalid = invalidOf(all, draft);
  const total = all.length;
  const anyUser = all.some((row) => row.user);
  const perUser = anyUser && all.every((row) => row.user);
  const segments = parts.map(({ id, label }) => ({ id, label, count: all.filter((row) => inPart(row, id, draft, invalid)).length }));
  const choices = target.levels.filter((info) => info.level !== 'default').length;
  return (
    <div className="row detail-filter">
      <SearchField className="grow" label={`Filter ${total} ${total === 1 ? 'setting' : 'settings'}`} value={typed} onChange={onType} keys={shell.keys('find.here')} count={typed ? `${shown} of ${total}` : undefined} data-testid="settings-filter" />
      <Segments label="Which settings" selected={part} onSelect={(next) => onPart(next as Part)} segments={segments} />
      {choices > 1 && <LevelSelect label="Change at" target={target} row={{ user: anyUser }} level={levelFor({ ...all[0]!, user: perUser }, target, level)} onChange={onLevel} data-testid="form-level" />}
    </div>
  );
}
