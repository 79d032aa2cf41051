/** A keychain that knows which secrets are there and keeps no value of any. */
import type { Receipt, SettingEdit, SettingRow } from '../../bindings';
import { type World, refuse } from '../memory';
import type { Platform } from '../platform';
import { record } from './commands';
import { ago, status } from './data';
import { plan, step } from './plans';
import { editsPlan, kept, settingsOf, toolOf, write } from './settings';

export function secretCommands(world: World): Partial<Platform> {
  const secret = (target: string, id: string): SettingRow => settingsOf(world, target).find((row) => row.id === id && row.secret) ?? refuse('setting_unknown', 'There is no such secret.', 'Read the tool again.', [id]);
  const when = kept(world).setAt;
  return {
    secretsStatus: async (target) => settingsOf(world, target).filter((row) => row.secret).map((row) => ({
      id: row.id, status: row.level ? status('Healthy', 'the item is there', 0) : status('Off', 'no level sets it', 0), words: row.level ? 'In Keychain' : 'Not set', level: row.level,
      reference: row.level ? `secret:${toolOf(world, target).target.address}/${row.key}` : null, used_by: row.level ? [toolOf(world, target).who] : [],
      changed_at: row.level ? when.get(`${target} ${row.id}`) ?? ago(86_400 * 40) : null, changed_by: row.level ? 'mara' : null, testable: row.testable, copyable: row.level !== null,
    })),
    secretSet: async (target, id, level, value): Promise<Receipt> => {
      const row = secret(target, id);
      if (value === '') refuse('secret_empty', 'An empty secret is none.', 'Enter a value, or clear the secret.');
      const edit: SettingEdit = { id, level, op: 'set', value: 'set', by_environment: true };
      const title = `${row.level ? 'Replace' : 'Set'} ${row.title}`;
      when.set(`${target} ${id}`, ago(0));
      return record(world, title, 2, (changeId) => write(world, target, changeId, title, [edit]));
    },
    secretClearPlan: async (target, id, level) => {
      const row = secret(target, id);
      return editsPlan(world, target, [{ id, level, op: 'reset', value: null, by_environment: false }], `Clear ${row.title}`, `Clear ${row.title}`);
    },
    secretTest: async (target, id) => {
      const row = secret(target, id);
      return row.level ? status('Healthy', 'Letta accepted it in 31 ms', 0, ['GET http://127.0.0.1:8283/v1/agents: 200']) : status('Off', 'there is nothing to try', 0);
    },
    secretCopy: async (target, id, password) => {
      secret(target, id);
      if (password !== 'correct horse') refuse('wrong_sign_in', 'This is not the password of mara.', 'Check the capitals and try again. Nothing was copied.');
      return { clears_in_s: 60 };
    },
    secretsPlain: async () => kept(world).plain.map(({ key, file, line, title, target }) => ({ id: `${file}:${key}`, file, line, key, title, target, why_not: null, tracked: false })),
    secretsMovePlan: async (ids) => {
      const all = kept(world);
      const moved = all.plain.filter((entry) => ids.includes(`${entry.file}:${entry.key}`));
      if (moved.length === 0) refuse('nothing_to_move', 'No secret is left to move.', 'Look again.');
      const words = `${moved.length} ${moved.length === 1 ? 'secret' : 'secrets'}`;
      const made = plan(`Move ${words} to the keychain`, 'The lines leave the file; the modules get the values in their environment. Nothing has been written yet.', moved.map((entry) => step(entry.title, 'write_file', 'Take out 1 line', entry.file, entry.key)), `Move ${words}`);
      world.plans.set(made.id, {
        plan: made,
        done: () => { const before = all.plain; all.plain = before.filter((entry) => !moved.includes(entry)); return () => { all.plain = before; }; },
      });
      return made;
    },
  };
}
