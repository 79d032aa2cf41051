/** What can be done with one setting; only what does something now is offered. */
import type { Level, SettingRow } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { type IconName, useToasts } from '../../ui';
import { visible } from '../../ui/text';
import { usePlanFlow } from '../plan/flow';
import { useField, useForm } from './form-context';
import { commandOf, fileOf, rank, shown, titleOf, valueAt } from './values';

export interface RowAction { id: string; label: string; icon: IconName; run: () => void }

/** Where "reset" would act: the level that is edited, where it says something, else the one that wins. */
function resetLevel(row: SettingRow, level: Level, open: (level: Level) => boolean): Level | null {
  const says = (at: Level) => open(at) && row.chain.some((link) => link.level === at && link.value !== null);
  return says(level) ? level : row.level !== null && says(row.level) ? row.level : null;
}

export function useRowActions(row: SettingRow): RowAction[] {
  const { id, draft, target, flush } = useForm();
  const shell = useShell();
  const platform = usePlatform();
  const flow = usePlanFlow();
  const toasts = useToasts();
  const { edit, level, none, setNone } = useField(row);
  const open = (at: Level) => at !== 'default' && target.levels.some((info) => info.level === at && info.why_not === null);
  const put = (next: Parameters<typeof draft.put>[1]) => { draft.put(row.id, next); flush(); };
  const copy = (text: string, what: string) => { platform.copyText(text).then(() => toasts.show({ title: `${what} copied.`, text: row.secret ? undefined : text, slot: 'copied' }), (thrown: unknown) => toasts.fail(thrown)); };
  const actions: RowAction[] = [];
  const free = row.read_only === null;

  if (edit) actions.push({ id: 'discard', label: 'Discard this change', icon: 'x', run: () => put(null) });
  const from = free && !row.secret ? resetLevel(row, level, open) : null;
  if (from !== null && edit?.op !== 'reset') {
    const below = valueAt(row, from, true);
    const label = below.level === null ? `Leave it unset at ${titleOf(target, from)}` : `Use ${shown(below.value)} from ${titleOf(target, below.level)}`;
    actions.push({ id: 'reset', label: visible(label), icon: 'undo', run: () => put({ op: 'reset', level: from, value: null, text: null, broken: null, byEnvironment: false }) });
  }
  if (free && row.nullable && !row.secret && !none) actions.push({ id: 'none', label: 'Set to none', icon: 'stop', run: () => { setNone(); flush(); } });
  const wins = row.level;
  if (free && !edit && wins !== null && open(wins) && wins !== 'user') {
    for (const info of [...target.levels].reverse()) {
      if (!open(info.level) || info.level === 'user' || rank(info.level) >= rank(wins)) continue;
      actions.push({
        id: `promote-${info.level}`, label: visible(`Promote to ${info.title}…`), icon: 'up',
        run: () => flow.open({ title: `Promote ${row.title || row.key}`, make: () => platform.settingsPromotePlan(id, row.id, wins, info.level) }),
      });
    }
  }
  actions.push({ id: 'copy-key', label: 'Copy key', icon: 'copy', run: () => copy(row.key, 'Key') });
  actions.push({ id: 'copy-link', label: 'Copy link', icon: 'link', run: () => copy(row.link, 'Link') });
  if (!edit?.broken && (row.secret || row.value !== null || edit)) actions.push({ id: 'copy-command', label: 'Copy as sanctumctl', icon: 'terminal', run: () => copy(commandOf(row, target, edit), 'Command') });
  const file = fileOf(row.source) ?? row.file;
  if (file) actions.push({ id: 'show-file', label: 'Show file', icon: 'out', run: () => shell.showPath(file) });
  return actions;
}
