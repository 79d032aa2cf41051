/** What the person at the window prefers, and settings as a text. */
import type { SettingsExport } from '../../bindings';
import type { Platform } from '../platform';
import { type World, refuse } from '../memory';
import { status } from './data';
import { plan, step } from './plans';
import { allHits } from './search';
import { settingsOf } from './settings';

export function preferenceCommands(world: World): Partial<Platform> {
  const value = (id: string) => settingsOf(world, 'b:preferences').find((row) => row.id === id)?.json;
  return {
    preferences: async () => {
      const atLogin = value('start_at_login') === true;
      return {
        appearance: String(value('appearance') ?? 'auto'), lock_after_min: Number(value('lock_after_min') ?? 0), stay_signed_in_days: Number(value('stay_signed_in_days') ?? 30), start_at_login: atLogin,
        starts_at_login: atLogin ? status('Healthy', 'the login item is there', 1) : status('Off', 'there is no login item', 1),
      };
    },
  };
}

function exported(world: World): SettingsExport {
  const hits = allHits(world).filter((hit) => hit.modified);
  const line = (hit: (typeof hits)[number]) => (hit.secret ? `${hit.key} = { secret = "${hit.address}/${hit.key}" }` : `${hit.key} = ${JSON.stringify(hit.value)}`);
  const text = ['# Settings of this Sanctum. Secrets are references; their values are not in this file.', 'version = 1', ...hits.map((hit) => `[${hit.address}]\n${line(hit)}`)].join('\n');
  return { name: 'sanctum-settings.toml', text, settings: hits.length, secrets: hits.filter((hit) => hit.secret).length };
}

export function exchangeCommands(world: World): Partial<Platform> {
  const importPlan = (text: string) => {
    if (!/^version\s*=\s*1/m.test(text)) refuse('import_invalid', 'Line 1 is no settings file of this app.', 'It begins with `version = 1`. Nothing was changed.', [text.split('\n')[0] ?? '']);
    const made = plan('Import 2 settings', 'From a settings file; 1 value is as it is already. Nothing has been written yet.', [
      step('Athena · broca2', 'registry', 'Record 2 values', 'registry · tool_instances', '1 row'),
      step('Athena · broca2', 'write_file', 'Write 2 lines', 'agents/agent-athena/broca2/config/.env', 'mode 0600', ["LOG_LEVEL='INFO'", "POLL_INTERVAL='10'"]),
    ], 'Import 2 settings');
    world.plans.set(made.id, { plan: made, done: () => () => {} });
    return made;
  };
  return {
    settingsExport: async () => exported(world),
    settingsExportTo: async () => exported(world),
    settingsImportPlan: async (text) => importPlan(text),
    settingsImportFilePlan: async () => importPlan('version = 1'),
    settingsHomesPlan: async () => refuse('nothing_to_move', 'Every value is in its home.', 'There is nothing to do.'),
  };
}
