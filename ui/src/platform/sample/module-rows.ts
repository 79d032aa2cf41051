/** Rows and details of the sample's instances. */
import type { AgentRow, ModuleDetail, ModuleRow, RunState, Status } from '../../bindings';
import { ago, status } from './data';

export const MB = 1_048_576;
const MIN = 60;
const HOUR = 3_600;

export const cpuOf = (seed: number) => ((seed * 37) % 97) / 100;

interface Seed { id: string; module: string; title: string; icon: string; agent?: AgentRow; card?: string; port: number | null; state: RunState; status: Status; pid?: number; cpu?: number; memory?: number; up?: number; needs?: boolean; more?: Partial<ModuleRow> }

export function moduleRow(seed: Seed): ModuleRow {
  const running = seed.state === 'running';
  return {
    id: seed.id, card: seed.card ?? null, module: seed.module, title: seed.title, icon: seed.icon, agent: seed.agent?.uid ?? null, agent_title: seed.agent?.name ?? null, status: seed.status, state: seed.state,
    way: 'app', at_login: false, pid: running ? seed.pid ?? 48_000 : null, port: seed.port, listens: running && seed.module !== 'broca2' && seed.port !== null, cpu: running ? seed.cpu ?? 0.1 : null,
    memory: running ? (seed.memory ?? 58) * MB : null, since: running ? ago(seed.up ?? 27 * HOUR) : null, next_try: null, restarts: 0, cannot_start: null, mend: null, restart_needed: false, restart_reason: null, needs_you: seed.needs ?? false, ...seed.more,
  };
}

const off = () => status('Off', 'stopped by mara', 20 * HOUR);

function ofAgent(agent: AgentRow, i: number): ModuleRow[] {
  const common = { agent, card: `agent:${agent.uid}/broca2` };
  const broca = { ...common, id: `${agent.uid}/broca2`, module: 'broca2', title: 'Broca', icon: 'chat', port: 9100 + i };
  const thalamus = { ...common, card: `agent:${agent.uid}/thalamus`, id: `${agent.uid}/thalamus`, module: 'thalamus', title: 'Thalamus', icon: 'filter', port: 9200 + i };
  if (i % 3 === 0) return [
    moduleRow({ ...broca, state: 'running', status: status('Healthy', 'connected to Letta in 31 ms', 6), pid: 48_213 + i, cpu: 0.4, memory: 71 }),
    moduleRow({ ...thalamus, state: 'running', status: status('Healthy', 'answered in 9 ms', 4, ['GET http://127.0.0.1:9200/health answered 200 in 9 ms']), pid: 48_220 + i, cpu: 0.1 }),
  ];
  if (i % 3 === 1) return [moduleRow({ ...broca, state: 'running', status: status('Degraded', 'Letta refused the password', 65, ['401 Unauthorized: invalid password for http://127.0.0.1:8283', 'Its log says so, 16 times since 14:27']), pid: 48_376 + i, cpu: 0.2, memory: 68, up: 131 * MIN, needs: true, more: { restart_needed: true, restart_reason: '`agents/agent-monday/broca2/config/.env` says something else than when it was started.' } })];
  return [moduleRow({ ...broca, state: 'stopped', status: off() }), moduleRow({ ...thalamus, state: 'stopped', status: off() })];
}

/** Those of the agents and three shared ones; `many` makes a long list of it. */
export function sampleRows(agents: AgentRow[], many: number | null): ModuleRow[] {
  if (many === 0) return [];
  const shared = [
    moduleRow({ id: 'web_bridge', module: 'web_bridge', title: 'Web chat bridge', icon: 'service', card: 'global/web-chat', port: 8000, state: 'running', status: status('Unknown', 'probe timed out after 2 s', 25, ['GET http://127.0.0.1:8000/healthz gave no answer within 2 s']), pid: 48_391, cpu: 11.4, memory: 212, up: 242 * MIN, needs: true }),
    moduleRow({ id: 'smcp', module: 'smcp', title: 'SMCP', icon: 'service', port: 9300, state: 'running', status: status('Healthy', 'answered in 4 ms, 7 tools', 12), pid: 48_190, cpu: 0, memory: 57, more: { way: 'system', at_login: true } }),
    moduleRow({ id: 'scheduler', module: 'scheduler', title: 'Scheduler', icon: 'service', card: 'global/scheduler', port: null, state: 'stopped', status: status('Ready', 'never started', 0) }),
  ];
  const rows = [...agents.flatMap(ofAgent), ...shared];
  if (many === null) return rows;
  const extra = Array.from({ length: Math.max(0, many - rows.length) }, (_, i) => moduleRow({ id: `worker-${i}`, module: `worker_${String(i).padStart(5, '0')}`, title: `Worker ${i}`, icon: 'service', port: 20_000 + (i % 40_000), state: i % 4 ? 'running' : 'stopped', status: i % 4 ? status('Healthy', 'answered in 5 ms', 3) : off(), pid: 50_000 + i, cpu: cpuOf(i), memory: 20 + (i % 90) }));
  return [...rows, ...extra].slice(0, many);
}

export function detailOf(row: ModuleRow): ModuleDetail {
  const home = row.agent ? `agents/agent-${row.agent}/${row.module}` : row.module;
  const running = row.state === 'running';
  const broca = row.module === 'broca2';
  return {
    row, code: row.cannot_start === null ? `3.0.0, copied from ~/src/${row.module}` : 'no code yet', can_install: true, source: `https://github.com/sanctumos/${row.module}.git`,
    facts: [
      { name: 'Program', value: 'agents/venv/bin/python app/main.py', mono: true }, { name: 'Folder', value: home, mono: true }, { name: 'Log', value: `${home}/logs/${row.module}.log`, mono: true },
      ...(running ? [{ name: 'Process group', value: String(row.pid), mono: true }] : []),
    ],
    events: [
      ...(running ? [
        { at: ago(65), kind: 'health', word: row.status.word, text: row.status.reason, by: null },
        { at: row.since ?? ago(60), kind: 'ready', word: null, text: 'ready after 1.2 s', by: null }, { at: row.since ?? ago(61), kind: 'started', word: null, text: `process ${row.pid}`, by: 'mara' },
      ] : row.status.word === 'Ready' ? [] : [{ at: ago(20 * HOUR), kind: 'stopped', word: null, text: 'ended within 1.4 s', by: 'mara' }]),
    ],
    samples: running ? Array.from({ length: 60 }, (_, i) => ({ at: ago((60 - i) * 5), word: row.status.word, latency_ms: broca ? null : 6 + ((i * 7) % 11), cpu: (row.cpu ?? 0) * (0.6 + ((i * 13) % 10) / 12), memory: (row.memory ?? 0) * (0.97 + i / 2_000) })) : [],
    note: broca ? 'Broca opens no port: what is kept for it stays free.' : null,
    logs: [`${home}/logs/${row.module}.log`], no_system: null,
  };
}
