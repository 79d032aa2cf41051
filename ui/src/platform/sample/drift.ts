/** Files that somebody edited outside since they were written. */
import type { DriftChoice, DriftFile, SettingDrift } from '../../bindings';
import type { Platform } from '../platform';
import { type World, refuse } from '../memory';
import { plan, step } from './plans';

function key(name: string, title: string, kind: SettingDrift['kind'], base: string | null, ours: string | null, theirs: string | null, line: number | null, secret = false): SettingDrift {
  return { key: name, title, kind, base, ours, theirs, line, secret };
}

const files: DriftFile[] = [
  {
    file: 'agents/agent-athena/broca2/config/.env', target: 'agent:athena/broca2', title: 'Broca of Athena', unreadable: null,
    keys: [
      key('LONG_TASK_MAX_WAIT', 'Turn time limit', 'collision', '600', '900', '1200', 12),
      key('POLL_INTERVAL', 'Poll interval', 'theirs', '10', '10', '15', 14),
      key('LOG_LEVEL', 'Log level', 'ours', 'INFO', 'WARNING', 'INFO', 17),
      key('AGENT_API_KEY', 'Letta API key', 'theirs', null, null, null, 4, true),
    ],
  },
  {
    file: 'smcp/config/.env', target: null, title: 'SMCP', unreadable: null,
    keys: [key('MCP_PORT', 'Port', 'theirs', '8000', '8000', '8010', 2)],
  },
  { file: 'agents/agent-monday/broca2/config/.env', target: 'agent:monday/broca2', title: 'Broca of Monday', keys: [], unreadable: 'Line 3 opens a quote that is never closed. Close it and save the file; it is compared again by itself.' },
];

export function sampleDrift(count: number): DriftFile[] {
  return files.slice(0, count).map((file) => structuredClone(file));
}

function resolvePlan(file: DriftFile, choices: DriftChoice[]) {
  const taken = choices.filter((choice) => choice.take === 'theirs').length;
  const kept = choices.length - taken;
  const lines = file.keys.filter((entry) => !entry.secret && choices.some((choice) => choice.key === entry.key && choice.take === 'ours'));
  return plan(`Settle ${file.title}`, `${taken} of the file, ${kept} of the registry. Nothing has been written yet.`, [
    ...(taken > 0 ? [step('', 'registry', taken === 1 ? 'Record 1 value' : `Record ${taken} values`, 'registry · tool_instances', `${taken} rows`)] : []),
    ...(kept > 0 ? [{ ...step('', 'write_file', kept === 1 ? 'Write 1 line' : `Write ${kept} lines`, file.file, 'mode 0600'), diff: lines.flatMap((entry) => [
      { kind: 'del' as const, number: entry.line ?? 1, text: `${entry.key}='${entry.theirs ?? ''}'` }, { kind: 'add' as const, number: entry.line ?? 1, text: `${entry.key}='${entry.ours ?? ''}'` },
    ]) }] : []),
  ], 'Settle it', { restarts: kept > 0 ? [file.title] : [], command: `sanctumctl drift resolve ${file.file}` });
}

export function driftCommands(world: World): Partial<Platform> {
  return {
    driftList: async () => world.drift,
    driftResolvePlan: async (name, choices) => {
      const file = world.drift.find((entry) => entry.file === name) ?? refuse('drift_gone', 'This file agrees with what was written.', 'Nothing is left to settle.', [name]);
      const open = file.keys.filter((entry) => !choices.some((choice) => choice.key === entry.key));
      if (open.length > 0) refuse('drift_undecided', 'Some keys were not decided.', 'Choose for each of them.', open.map((entry) => entry.key));
      const made = resolvePlan(file, choices);
      world.plans.set(made.id, { plan: made, done: () => { const before = world.drift; world.drift = before.filter((entry) => entry.file !== name); return () => { world.drift = before; }; } });
      return made;
    },
  };
}
