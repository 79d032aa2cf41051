import type { SettingRow } from '../../../bindings';
import { Icon, MenuButton } from '../../../ui';
import { useRowActions } from '../use-row-actions';

/** Everything that can be done with a setting, behind one button. */
export function RowMenu({ row }: { row: SettingRow }) {
  const actions = useRowActions(row);
  return (
    <MenuButton label={`Actions for ${row.title || row.key}`} className="btn btn-icon btn-quiet btn-s" data-testid="setting-menu"
      items={actions.map(({ id, label, icon }) => ({ id, label, text: label, icon }))} onAction={(id) => actions.find((action) => action.id === id)?.run()}>
      <Icon name="more" />
    </MenuButton>
  );
}
