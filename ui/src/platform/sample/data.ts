/** Labelled sample data for the browser and the component tests; it never ships in the app bundle. */
import type { AgentModule, AgentRow, AppState, ChangeRow, Status, StatusWord, ToolCard } from '../../bindings';

export function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

export function status(word: StatusWord, reason: string, seconds: number | null = 12, evidence: string[] = []): Status {
  return { word, reason, evidence, measured_at: seconds === null ? null : ago(seconds) };
}

export const sampleState: AppState = {
  phase: 'ready', brand: 'Sanctum', version: '0.1.0', platform: 'macos',
  install: { id: 'sample-install', root: '/Users/mara/sanctum', root_short: '~/sanctum', sample: false, layout: 'A', agents: 3, tools: 12 },
  user: { id: 1, username: 'mara', role: 'admin', session_expires_at: null, remembered: true },
  resume: null, recovered: [], trouble: null,
  secret_store: { kind: 'memory', name: 'memory', status: status('Healthy', 'test item read back in 1 ms', 120) },
};

function moduleOf(name: string, title: string, port: number, word: StatusWord, reason: string, uid: string): AgentModule {
  return { name, title, port, status: status(word, reason, 9, [`looked at 127.0.0.1:${port}`]), tool_id: `agent:${uid}/${name}` };
}

const firstNames = ['Athena', 'Monday', 'Timbre', 'Hermes', 'Iris', 'Orpheus', 'Clio', 'Juno', 'Vesta', 'Selene'];

export function sampleAgents(count: number): AgentRow[] {
  return Array.from({ length: count }, (_, i) => {
    const name = i < firstNames.length ? firstNames[i]! : `${firstNames[i % firstNames.length]!} ${Math.floor(i / firstNames.length) + 1}`;
    const uid = name.toLowerCase().replace(' ', '-');
    const words: [StatusWord, string][] = [['Healthy', 'answered in 31 ms'], ['Degraded', 'Letta refused the password'], ['Off', 'nothing listens on 9202']];
    const [word, reason] = words[i % 3]!;
    return {
      uid, name, description: i === 0 ? 'Keeps the house and answers on every channel.' : '', color: (i % 4) + 1,
      status: status(word, reason, 6 + i * 20, [`http://127.0.0.1:${9200 + i}/health looked at for 2 s`]),
      modules: [
        moduleOf('broca2', 'Broca', 9000 + i, word, reason, uid),
        moduleOf('thalamus', 'Thalamus', 9200 + i, i % 3 === 2 ? 'Off' : 'Healthy', i % 3 === 2 ? 'nothing listens' : 'answered in 4 ms', uid),
      ],
      path: `agents/agent-${uid}`, letta_uid: i % 3 === 2 ? null : `agent-${(4711 + i).toString(16)}-b2c1`, origin: 'registry', created_at: ago(86_400 * (i + 1)),
      avatar: null, archived: false, way: i % 3 === 2 ? 'echo' : 'letta', unread: 0,
    };
  });
}

type Seed = [name: string, title: string, description: string, icon: string, word: StatusWord, reason: string];

const needs: Seed[] = [
  ['letta', 'Letta server', 'Holds the agents, their memory and their models.', 'database', 'Degraded', 'Refused Monday’s password'],
  ['web-chat', 'Web chat bridge', 'Takes visitors’ messages to Broca and brings answers back.', 'chat', 'Unknown', 'Probe timed out after 2 s'],
];

const order: Seed[] = [
  ['system', 'System settings', 'Paths, base ports and the environment every module inherits.', 'tools', 'Healthy', '42 values read, all valid'],
  ['ports', 'Ports', 'Which module owns which port, and what really listens there.', 'ports', 'Healthy', '5 of 5 bound as planned'],
  ['python', 'Python environment', 'One shared interpreter for all agents and their modules.', 'terminal', 'Healthy', '3.12.7, 61 packages agree'],
  ['keychain', 'Keychain', 'Where passwords and API keys live. Files only hold references.', 'key', 'Healthy', 'Test item read back in 18 ms'],
  ['users', 'Users', 'Accounts, roles and who may see which agent.', 'users', 'Healthy', '3 accounts, 1 signed in'],
  ['router', 'Router', 'One front door that signs requests to each agent’s modules.', 'service', 'Off', 'Nothing listens on 8080'],
  ['scheduler', 'Scheduler', 'Runs backups, health checks and your own jobs at set times.', 'clock', 'Ready', 'Never started'],
];

function card(tab: string, seed: Seed, i: number, needsYou: boolean): ToolCard {
  const [name, title, description, icon, word, reason] = seed;
  return {
    id: `${tab}/${name}`, tab, name, title, description, icon, emoji: null, kind: 'tool', origin: 'manifest', version: '3.0.0',
    path: `tools/${name}`, status: status(word, reason, 8 + i * 7, [`read tools/${name}/manifest.json`, reason]), needs_you: needsYou, broken: null,
  };
}

const brokenCard: ToolCard = {
  ...card('global', ['weather-notes', 'weather-notes', '', 'file', 'Error', 'Left untouched'], 0, true),
  broken: { file: 'tools/weather-notes/manifest.json', line: 7, column: 3, message: 'a comma is missing before "version"', hint: 'Add the comma; the card follows by itself.' },
};

export function sampleTools(agents: AgentRow[], many: number | null): ToolCard[] {
  const global = [...needs.map((seed, i) => card('global', seed, i, true)), brokenCard, ...order.map((seed, i) => card('global', seed, i, false))];
  const extra = many === null ? [] : Array.from({ length: Math.max(0, many - global.length) }, (_, i) =>
    card('global', [`tool-${i}`, `Tool ${String(i).padStart(5, '0')}`, `Number ${i} of a long list of sample tools.`, 'module', 'Healthy', 'manifest read, all valid'], i, false));
  const perAgent = agents.flatMap((agent) => agent.modules.map((module, i) => ({
    ...card(`agent:${agent.uid}`, [module.name, module.title, module.name === 'broca2' ? 'Speaks for the agent on every platform.' : 'Prepares what comes in before the agent sees it.', module.name === 'broca2' ? 'chat' : 'filter', module.status.word, module.status.reason], i, module.status.word === 'Degraded'),
    kind: 'module', path: `${agent.path}/${module.name}`, status: module.status,
  })));
  const smcp = ['gmail', 'calendar', 'git', 'files', 'weather'].map((name, i) => card('smcp', [name, name, `Gives every agent the ${name} commands.`, 'plugin', 'Active', 'described itself in 40 ms'], i, false));
  const sorted = [...global, ...extra];
  return [...sorted, ...perAgent, ...smcp];
}

export function sampleChanges(count: number): ChangeRow[] {
  const titles: [string, string, string][] = [
    ['Add Timbre', '14 steps, 9 files', 'user'], ['Add Monday', '14 steps, 9 files', 'user'], ['Add Athena', '16 steps, 11 files', 'user'],
    ['Create this Sanctum', '42 steps, 12 files', 'spark'], ['Rebuild the agents’ environment', '61 packages', 'terminal'],
  ];
  return Array.from({ length: count }, (_, i) => {
    const [title, summary, icon] = titles[i % titles.length]!;
    const undone = i === 3;
    return {
      id: `0193a1c0-0000-7000-8000-${String(count - i).padStart(12, '0')}`, title: i < titles.length ? title : `${title} (${i})`, summary, icon, actor: i % 4 === 3 ? 'jonas' : 'mara',
      via: i % 5 === 4 ? 'cli' : 'app', at: ago(i < 4 ? 600 + i * 1500 : 86_400 * Math.max(1, i - 2)), state: undone ? 'undone' : i === 4 ? 'needs_you' : 'applied',
      state_text: undone ? 'Undone' : i === 4 ? 'Conflict after a crash' : 'Applied, read back', undoable: !undone && i !== 4,
      undo_reason: undone ? 'It is undone already.' : i === 4 ? 'Somebody changed a target since.' : null, undo_of: null, is_undo: false,
    };
  });
}
