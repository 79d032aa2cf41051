/** Labelled sample settings: one row of every kind, a person's preferences, the environment of the install. */
import type { ChainLink, FieldKind, Json, Level, LevelInfo, SettingRow } from '../../bindings';
import { ago } from './data';

const order: Level[] = ['default', 'system', 'agent', 'tool', 'instance', 'user'];

/** A value as the window shows it in text. */
export function textOf(json: Json): string {
  return json === null ? 'none' : typeof json === 'string' ? json : JSON.stringify(json);
}

/** Works out again which level wins and what is in effect. */
export function resettle(row: SettingRow): SettingRow {
  const wins = [...row.chain].reverse().find((link) => link.value !== null) ?? null;
  return {
    ...row, chain: row.chain.map((link) => ({ ...link, wins: link === wins })), level: wins?.level ?? null, source: wins?.source ?? null,
    value: row.secret ? (wins ? 'In Keychain' : null) : wins?.value ?? null, json: row.secret ? null : wins?.json ?? null,
  };
}

interface Scope { address: string; levels: Pick<LevelInfo, 'level' | 'title'>[]; file: string | null }

function link(scope: Scope, level: Level, json: Json | undefined, line: number, secret: boolean): ChainLink {
  const title = scope.levels.find((info) => info.level === level)?.title ?? level;
  if (json === undefined) return { level, title, value: null, json: null, source: null, who: null, when: null, wins: false };
  const file = level === 'default' ? 'config_schema.json' : level === 'instance' && scope.file ? scope.file : `registry · ${level === 'system' ? 'system_config' : level === 'agent' ? 'agent_configs' : 'configurations'}`;
  return {
    level, title, value: secret ? 'set' : textOf(json), json: secret ? null : json, source: { file, line: level === 'default' || level === 'instance' ? line : null },
    who: level === 'default' ? null : 'mara', when: level === 'default' ? null : ago(86_400 * 40), wins: false,
  };
}

/** One setting over the levels of its tool. */
export function rowOf(scope: Scope, n: number, group: string, kind: FieldKind, key: string, title: string, description: string, values: Partial<Record<Level, Json>>, more: Partial<SettingRow> = {}): SettingRow {
  const secret = more.secret ?? false;
  return resettle({
    id: key, key, title, description, kind, json: null, value: null, unit: null, secret, level: null, source: null, group,
    chain: scope.levels.map(({ level }) => link(scope, level, values[level], 10 + n, secret)),
    min: null, max: null, min_length: null, max_length: null, pattern: null, choices: [], items: 'text', path_kind: null, required: false, nullable: false,
    restart: true, advanced: false, user: false, known: true, hint: null, dead: null, read_only: null, problem: null, note: null, file: secret ? null : scope.file,
    by_environment: secret, drift: null, testable: false, needs_restart: false, link: `sanctum://v1/settings/${scope.address}/${key}`, ...more,
  });
}

const options = (...pairs: [Json, string][]) => pairs.map(([value, title]) => ({ value, title }));

type Seed = [group: string, kind: FieldKind, key: string, title: string, description: string, values: Partial<Record<Level, Json>>, more?: Partial<SettingRow>];

const broca: Seed[] = [
  ['Connection', 'text', 'AGENT_ENDPOINT', 'Letta address', 'Where this agent lives.', { default: 'http://127.0.0.1:8283', system: 'http://127.0.0.1:8283' }, { required: true }],
  ['Connection', 'text', 'AGENT_API_KEY', 'Letta API key', 'Given to Broca at its start. Never in a file.', { agent: 'set' }, { secret: true, testable: true }],
  ['Connection', 'text', 'TELEGRAM_TOKEN', 'Telegram token', 'Lets Broca answer in Telegram.', {}, { secret: true }],
  ['Connection', 'port', 'WEBHOOK_PORT', 'Webhook port', 'Where the platforms deliver to.', { default: 9000, instance: 9004 }, { min: 1, max: 65_535 }],
  ['Messages', 'choice', 'MESSAGE_MODE', 'Mode', 'Live answers, listen only records, echo repeats.', { default: 'echo', tool: 'live' }, { choices: options(['live', 'Live'], ['listen', 'Listen'], ['echo', 'Echo']) }],
  ['Messages', 'integer', 'LONG_TASK_MAX_WAIT', 'Turn time limit', 'How long Letta may think about one message.', { default: 600, agent: 780, instance: 900 }, { unit: 'seconds', min: 30, max: 3600 }],
  ['Messages', 'number', 'POLL_INTERVAL', 'Poll interval', 'Pause between two looks at the web chat bridge.', { default: 5, instance: 10 }, { unit: 'seconds', min: 0.5, max: 300 }],
  ['Messages', 'duration', 'RETRY_DELAY', 'Retry delay', 'Pause after the bridge did not answer.', { default: 20 }, { unit: 'seconds', min: 1, max: 300, items: 'integer', hint: 'Broca would ask again without a pause and keep one core busy.' }],
  ['Messages', 'list', 'IGNORED_SENDERS', 'Ignored senders', 'Their messages are dropped.', { default: [], tool: ['newsletter', 'bot'] }],
  ['Messages', 'map', 'REPLY_HEADERS', 'Reply headers', 'Sent with each answer.', { instance: { 'X-From': 'athena' } }],
  ['Records', 'choice', 'LOG_LEVEL', 'Log level', '', { default: 'INFO', instance: 'WARNING' }, { choices: options(['DEBUG', 'Debug'], ['INFO', 'Info'], ['WARNING', 'Warning'], ['ERROR', 'Error']) }],
  ['Records', 'boolean', 'DEBUG_MODE', 'Debug mode', 'Always written, because Broca takes a missing value for “on”.', { tool: false }],
  ['Records', 'path', 'DATABASE_FILE', 'Database file', '', { default: '../db/broca2.sqlite' }, { path_kind: 'file' }],
  ['Records', 'path', 'TRACE_FOLDER', 'Trace folder', 'Where each turn is written down.', {}, { path_kind: 'folder', nullable: true, advanced: true }],
  ['Records', 'json', 'ROUTES', 'Routes', 'Which platform answers whom.', { default: { web: ['*'] } }, { advanced: true }],
  ['Records', 'text', 'BUILD_ID', 'Build', 'Written by the installer.', { instance: '4711' }, { read_only: 'The installer writes it at each upgrade.', advanced: true }],
];

const preferences: Seed[] = [
  ['Window', 'choice', 'appearance', 'Appearance', '', { default: 'auto' }, { choices: options(['auto', 'As the system'], ['light', 'Light'], ['dark', 'Dark']) }],
  ['Session', 'integer', 'lock_after_min', 'Lock after', 'Without a key or a click; 0 never locks.', { default: 0 }, { unit: 'minutes', min: 0, max: 1440 }],
  ['Session', 'integer', 'stay_signed_in_days', 'Stay signed in', '0 ends the sign-in with the app.', { default: 30 }, { unit: 'days', min: 0, max: 365 }],
  ['Session', 'boolean', 'start_at_login', 'Start at login', 'Opens the window when you sign in to this Mac.', { default: false }],
  ['Quitting', 'choice', 'when_quitting', 'When quitting', 'What becomes of modules that this app keeps running.', { default: 'ask' }, { choices: options(['ask', 'Ask'], ['keep', 'Leave them running'], ['stop', 'Stop them']) }],
];

const system: Seed[] = [
  ['Paths', 'path', 'SANCTUM_HOME', 'Sanctum folder', 'Where everything stands.', { system: '/Users/mara/sanctum' }, { path_kind: 'folder', read_only: 'It is where this Sanctum was made.' }],
  ['Environment', 'text', 'TZ', 'Time zone', '', { system: 'Europe/Berlin' }, { known: false }],
];

const ports: Seed[] = [
  ['Base ports', 'port', 'base.broca2', 'Broca', 'The first agent’s; each further one is one higher.', { default: 9000 }, { min: 1, max: 65_535 }],
  ['Base ports', 'port', 'base.thalamus', 'Thalamus', '', { default: 9200 }, { min: 1, max: 65_535 }],
];

const rowsOf = (scope: Scope, seeds: Seed[]) => seeds.map(([group, kind, key, title, description, values, more], n) => rowOf(scope, n, group, kind, key, title, description, values, more));

/** An agent's module. */
export function moduleScope(agent: string, uid: string, module: string, title: string): Scope {
  return {
    address: `${uid}/${module}`, file: `agents/agent-${uid}/${module}/config/.env`,
    levels: [{ level: 'default', title: 'Default' }, { level: 'system', title: 'System' }, { level: 'agent', title: `Agent · ${agent}` }, { level: 'tool', title: `Tool · ${module}` }, { level: 'instance', title: `Instance · ${agent}’s ${title}` }],
  };
}

const shared: Scope['levels'] = [{ level: 'default', title: 'Default' }, { level: 'system', title: 'System' }];

/** Scope and rows of a card, by what it is. */
export function sampleOf(id: string, moduleOf: Scope | null): { scope: Scope; rows: SettingRow[] } {
  if (id === 'b:preferences') {
    const scope: Scope = { address: 'preferences', file: null, levels: [...shared, { level: 'user', title: 'User · mara' }] };
    return { scope, rows: rowsOf(scope, preferences).map((row) => ({ ...row, user: true, restart: false })) };
  }
  if (id === 'b:system-settings') { const scope: Scope = { address: 'system-settings', file: '.env', levels: shared }; return { scope, rows: rowsOf(scope, system) }; }
  if (id === 'b:ports') { const scope: Scope = { address: 'ports', file: null, levels: shared }; return { scope, rows: rowsOf(scope, ports) }; }
  const scope = moduleOf ?? { address: id.replace(/^.*\//, ''), file: `tools/${id.replace(/^.*\//, '')}/config/.env`, levels: [...shared, { level: 'tool' as const, title: `Tool · ${id.replace(/^.*\//, '')}` }] };
  return { scope, rows: rowsOf(scope, broca) };
}

export const levelRank = (level: Level) => order.indexOf(level);
