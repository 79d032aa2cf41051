import { useId } from 'react';
import type { Level, SettingRow, SettingsTarget } from '../../bindings';
import { Icon } from '../../ui';
import { visible } from '../../ui/text';

/** The levels of a tool, those where nothing can be set with their reason. */
export function LevelSelect({ label, target, row, level, onChange, disabled, ...rest }: {
  label: string; target: SettingsTarget; row: Pick<SettingRow, 'user'>; level: Level; onChange: (level: Level) => void; disabled?: boolean; 'data-testid': string;
}) {
  const id = useId();
  const levels = [...target.levels].reverse().filter((info) => info.level !== 'default');
  const why = (info: SettingsTarget['levels'][number]) => info.why_not ?? (info.level === 'user' && !row.user ? 'one value counts for all accounts' : null);
  return (
    <div className="row level-select">
      <label className="small muted nowrap" htmlFor={id}>{label}</label>
      <div className="field select grow" aria-disabled={disabled || undefined}>
        <select id={id} value={level} disabled={disabled} onChange={(event) => onChange(event.target.value as Level)} data-testid={rest['data-testid']}>
          {levels.map((info) => <option key={info.level} value={info.level} disabled={why(info) !== null}>{visible(why(info) === null ? info.title : `${info.title}: ${why(info)}`)}</option>)}
        </select>
        <Icon name="updown" size="s" />
      </div>
    </div>
  );
}
