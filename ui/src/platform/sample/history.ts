/** Values that were changed: those of this window, and some from before it was opened. */
import type { ChangeDetail, Level, SettingChange, SettingEdit } from '../../bindings';
import type { Platform } from '../platform';
import { type World, refuse } from '../memory';
import { changeCommands } from './commands';
import { ago } from './data';
import { plan, step } from './plans';
import { settingsCommands } from './settings';

const DAY = 86_400;
const target = 'agent:athena/broca2';

function past(n: number, seconds: number, key: string, name: string, level: Level, before: string | null, after: string | null, more: Partial<SettingChange> = {}): SettingChange {
  return {
    change_id: `0193a1c0-0000-7000-7000-${String(n).padStart(12, '0')}`, title: `Change 1 setting of Athena’s Broca`, at: ago(seconds), actor: n % 3 === 2 ? 'jonas' : 'mara',
    via: n % 4 === 3 ? 'cli' : 'app', level, scope: level === 'agent' ? 'Agent · Athena' : level === 'system' ? 'System' : 'Instance · Athena’s Broca', target, id: key, key, name,
    secret: false, before, after, undone: false, ...more,
  };
}

export function pastChanges(): SettingChange[] {
  return [
    past(6, 1_200, 'LONG_TASK_MAX_WAIT', 'Turn time limit', 'instance', '600', '900'),
    past(5, 2 * DAY, 'LOG_LEVEL', 'Log level', 'instance', 'DEBUG', 'WARNING', { undone: true }),
    past(4, 3 * DAY, 'AGENT_API_KEY', 'Letta API key', 'agent', null, null, { secret: true }),
    past(3, 12 * DAY, 'LONG_TASK_MAX_WAIT', 'Turn time limit', 'agent', null, '780'),
    past(2, 20 * DAY, 'POLL_INTERVAL', 'Poll interval', 'instance', '5', '10'),
    past(1, 45 * DAY, 'MESSAGE_MODE', 'Mode', 'tool', 'echo', 'live', { scope: 'Tool · broca2', target: null }),
  ];
}

/** What was taken back since shows it. */
function withUndone(world: World, change: SettingChange): SettingChange {
  return world.changes.some((row) => row.id === change.change_id && row.state === 'undone') ? { ...change, undone: true } : change;
}

/** The change set of a value that was changed before the window was opened. */
function detailOf(change: SettingChange): ChangeDetail {
  const line = (value: string | null, kind: 'add' | 'del') => (value === null ? [] : [{ kind, number: 12, text: `${change.key}='${value}'` }]);
  const written = { ...step('Broca of Athena', 'write_file', 'Write 1 line', 'agents/agent-athena/broca2/config/.env', '1 of 32 lines'), diff: [...line(change.before, 'del'), ...line(change.after, 'add')], state: 'done' as const };
  const recorded = { ...step('Broca of Athena', 'registry', 'Record the value', 'registry · tool_instances', change.key), state: 'done' as const };
  return {
    row: {
      id: change.change_id, title: change.title, summary: '2 steps, 1 file', actor: change.actor, via: change.via, at: change.at, state: change.undone ? 'undone' : 'applied',
      state_text: change.undone ? 'Undone' : 'Applied, read back', undoable: false, undo_reason: change.undone ? 'It is undone already.' : 'A later change set wrote the same line.', undo_of: null, is_undo: false, icon: 'tools',
    },
    steps: [recorded, ...(change.secret ? [] : [written])], took_ms: 84, conflicts: [],
  };
}

function typed(text: string): unknown {
  try { return JSON.parse(text); } catch { return text; }
}

export function historyCommands(world: World): Partial<Platform> {
  const before = pastChanges();
  const all = () => [...world.settingChanges, ...before].map((change) => withUndone(world, change));
  return {
    changeGet: async (id) => {
      const change = before.find((entry) => entry.change_id === id);
      const known = await changeCommands(world).changeGet?.(id).catch((thrown: unknown) => { if (!change) throw thrown; return null; });
      return known ?? detailOf(change!);
    },
    settingsHistory: async (of, id, since, offset, limit) => {
      const found = all().filter((change) => (of === null || change.target === of) && (id === null || change.id === id) && (since === null || Date.parse(change.at) >= Date.parse(since)));
      return { items: found.slice(offset, offset + limit), total: found.length };
    },
    settingsRollbackPlan: async (changeId, of, id, level) => {
      const change = all().find((entry) => entry.change_id === changeId && entry.id === id) ?? refuse('change_unknown', 'There is no such change of this setting.', 'Look in Activity.', [changeId, id]);
      const edit: SettingEdit = { id, level, op: change.before === null ? 'reset' : 'set', value: change.before === null ? null : typed(change.before), by_environment: false };
      const made = await settingsCommands(world).settingsPlan?.(of, [edit]);
      return made ?? refuse('change_unknown', 'There is no such tool.', 'It was removed.', [of]);
    },
    settingsRollbackFilePlan: async (changeId, file) => {
      const made = plan(`Put the settings of ${file} back`, 'To what they were before the change. Nothing has been written yet.', [
        { ...step('', 'write_file', 'Write 1 line', file, 'mode 0600'), diff: [{ kind: 'del', number: 3, text: "LOG_LEVEL='INFO'" }, { kind: 'add', number: 3, text: "LOG_LEVEL='DEBUG'" }] },
      ], 'Put back', { command: `sanctumctl changes rollback ${changeId} --file ${file}` });
      world.plans.set(made.id, { plan: made, done: () => () => {} });
      return made;
    },
  };
}
