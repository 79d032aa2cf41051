/** Plugins of the sample: rows, details, what a source holds, what needs what. */
import type { McpTool, PluginCandidate, PluginDetail, PluginFile, PluginGraph, PluginRow, PluginTool, Status } from '../../bindings';
import { ago, status } from './data';

const DAY = 86_400;
const KB = 1_024;

type Seed = Partial<PluginRow> & { name: string; description: string; icon: string; status: Status };

export function pluginRow(tool: string, toolTitle: string, seed: Seed): PluginRow {
  const agent = tool.includes('/') ? tool.split('/')[0]! : null;
  return {
    id: `${tool}:${seed.name}`, tool, tool_title: toolTitle, agent, title: seed.name, version: '1.0.0', kind: agent ? 'broca' : 'smcp', enabled: true, quarantined: false, tools: agent ? null : 1, update: null,
    missing: [], restart_needed: false, needs_you: false, ...seed,
  };
}

const smcp: Seed[] = [
  { name: 'gmail', description: 'Reads, searches and sends mail through one Gmail account.', icon: 'mail', version: '3.0.0', status: status('Inactive', 'two files are not what was installed', 1_800, ['cli.py changed at 13:58', 'imap_client.py changed at 13:58']), enabled: false, quarantined: true, needs_you: true, tools: 5 },
  { name: 'doc_manager', description: 'Keeps documents Letta can search.', icon: 'file', version: '0.4.2', status: status('Error', 'asks for Letta on 8284', 40, ['its log: ConnectionRefusedError: 127.0.0.1:8284']), missing: ['AGENT_API_KEY'], needs_you: true, tools: 3 },
  { name: 'gh', description: 'Runs the GitHub command line.', icon: 'branch', status: status('Active', '1 tool, listed') },
  { name: 'git', description: 'Reads and commits in repositories.', icon: 'branch', update: '1.1.0', status: status('Active', '1 tool, listed') },
  { name: 'demo_math', description: 'Four sums, to try things out.', icon: 'code', enabled: false, tools: 4, status: status('Inactive', 'switched off by mara', 20 * 3_600) },
];

const broca: Seed[] = [
  { name: 'telegram_bot', description: 'Speaks on Telegram through a bot.', icon: 'plane', version: '3.0.0', status: status('Active', 'connected as @athena_bot', 30) },
  { name: 'web_chat', description: 'Speaks with visitors of your web page.', icon: 'globe', version: '3.0.0', restart_needed: true, status: status('Active', 'the bridge answers', 8) },
  { name: 'cli_test', description: 'A chat in the terminal.', icon: 'terminal', version: '3.0.0', enabled: false, status: status('Inactive', 'never switched on', null) },
];

/** Five of SMCP and three of Athena's Broca; a number makes a long list of them, none where there is nothing. */
export function samplePlugins(many: number | null): PluginRow[] {
  if (many === 0) return [];
  const rows = [...smcp.map((seed) => pluginRow('smcp', 'SMCP', seed)), ...broca.map((seed) => pluginRow('athena/broca2', 'Broca of Athena', seed))];
  const extra = Array.from({ length: Math.max(0, (many ?? 0) - rows.length) }, (_, i) => {
    const name = `plugin_${String(i).padStart(4, '0')}`;
    const [tool, title] = i % 3 === 0 ? ['smcp', 'SMCP'] as const : i % 3 === 1 ? ['monday/broca2', 'Broca of Monday'] as const : ['timbre/broca2', 'Broca of Timbre'] as const;
    return pluginRow(tool, title, { name, description: `Number ${i} of a long list.`, icon: 'plugin', enabled: i % 7 !== 0, status: i % 7 === 0 ? status('Inactive', 'switched off') : status('Active', 'loaded') });
  });
  return [...rows, ...extra];
}

export const toolsOf = (name: string): PluginTool[] => mcpSample().filter((tool) => tool.plugin === name).map(({ name: full, description, schema }) => ({ name: full, description, schema, enabled: null }));

const files = (row: PluginRow): PluginFile[] => [
  { path: 'cli.py', size: 14 * KB, state: row.quarantined ? 'changed' : 'same' }, { path: 'imap_client.py', size: 9 * KB, state: row.quarantined ? 'changed' : 'same' },
  { path: 'README.md', size: 3 * KB, state: 'same' }, { path: 'LICENSE', size: 34 * KB, state: 'same' },
  ...['__init__.py', 'requirements.txt', 'smtp_client.py', 'parse.py', 'search.py'].map((path) => ({ path, size: 2 * KB, state: 'same' })),
];

const reach = [
  { kind: 'network', words: 'imap.gmail.com:993, smtp.gmail.com:465', seen: ['imap_client.py:12', 'smtp_client.py:9'] },
  { kind: 'secrets', words: 'reads GMAIL_APP_PASSWORD from its environment', seen: ['cli.py:21'] },
  { kind: 'runs', words: 'as a child of SMCP, with your rights, 30 s at most', seen: [] },
];

export function pluginDetail(row: PluginRow, before: { hash: string; version: string } | undefined, off: ReadonlySet<string> = new Set()): PluginDetail {
  const tools = row.tools === null ? [] : row.name === 'gmail' ? toolsOf('gmail') : toolsOf('demo_math').slice(0, row.tools).map((tool) => ({ ...tool, name: tool.name.replace('demo_math', row.name) }));
  const mail = row.name === 'gmail';
  return {
    row, hash: `7c1e${row.name}a90f`, trusted: !row.quarantined, files: files(row), reach: mail ? reach : reach.slice(2), tools: row.kind === 'smcp' ? tools.map((tool) => ({ ...tool, enabled: !off.has(tool.name) })) : tools,
    facts: [
      { name: 'Source', value: `github.com/sanctumos/smcp-${row.name}`, mono: false }, { name: 'Commit', value: '4be19c7 · tag v3.0.0', mono: true }, { name: 'Installed', value: '14 Oct 2025, 09:31 by mara', mono: false },
      { name: 'Signature', value: 'None. The source does not sign.', mono: false }, { name: 'Licence', value: 'AGPL-3.0', mono: false },
    ],
    needs: [
      { package: 'google-auth', wanted: '>=2.30', installed: '2.35.0', verdict: status('Healthy', 'Fits', null) }, { package: 'requests', wanted: '>=2.31', installed: '2.32.3', verdict: status('Healthy', 'Fits, shared with gh', null) },
      { package: 'mcp', wanted: '<2', installed: '1.30.0', verdict: status('Healthy', 'Fits. 2.x would stop SMCP', null) },
      ...(mail ? [{ package: 'beautifulsoup4', wanted: '>=4.12', installed: null, verdict: status('Unknown', 'New in the changed cli.py, not installed', null) }] : []),
    ],
    versions: [
      { hash: `22d4${row.name}1b07`, version: row.version, from: `github.com/sanctumos/smcp-${row.name}`, installed_at: ago(45 * DAY), current: true, size: 71 * KB },
      { hash: before?.hash ?? `9f00${row.name}77aa`, version: before?.version ?? '0.9.0', from: '~/src/plugins', installed_at: ago(90 * DAY), current: false, size: 64 * KB },
    ],
    used_by: row.agent ? [`Broca of ${row.tool_title.replace('Broca of ', '')}`] : ['Athena', 'Monday', 'Timbre'], settings_card: row.agent ? `agent:${row.tool}` : row.missing.length > 0 || mail ? 'global/letta' : null,
    settings: row.agent ? ['TELEGRAM_TOKEN', 'POLL_INTERVAL', 'AGENT_API_KEY'] : row.missing.length > 0 ? ['AGENT_ENDPOINT', 'AGENT_API_KEY'] : mail ? ['AGENT_API_KEY', 'LOG_LEVEL'] : [], findings: [],
    readme: mail ? '# smcp-gmail\n\nNeeds an app password. See https://example.org/<script>.' : null, tool_note: row.agent ? null : row.kind === 'smcp' ? 'A switch holds for everybody who uses SMCP, and counts from its next start. An agent can attach a tool that is off again with `sanctum__tools`, for everybody, until SMCP starts anew.' : 'Single tools cannot be switched here. `SMCP_PROFILES` names a folder of profiles (`~/profiles`). Single tools are switched there by hand.', log: row.agent ? row.tool : 'smcp',
  };
}

const object = (properties: Record<string, unknown>, required: string[] = []) => ({ type: 'object', properties, required });

/** What the running server offers: arguments of every kind. */
export function mcpSample(): McpTool[] {
  const tool = (plugin: string, name: string, description: string, schema: unknown): McpTool => ({ name: `${plugin}__${name}`, plugin, description, schema });
  return [
    tool('gmail', 'search', 'Finds mails by words, sender or date.', object({
      query: { type: 'string', description: 'Words as in the search field of Gmail.' }, limit: { type: 'integer', minimum: 1, maximum: 100, default: 10 }, unread: { type: 'boolean', description: 'Only those not read yet.' },
      folder: { type: 'string', enum: ['inbox', 'sent', 'all'], default: 'inbox' }, labels: { type: 'array', items: { type: 'string' } }, filter: { type: 'object', description: 'Rules as JSON.' },
    }, ['query'])),
    tool('gmail', 'send', 'Sends one mail.', object({ to: { type: 'array', items: { type: 'string' } }, subject: { type: 'string' }, body: { type: 'string', description: 'The text.', maxLength: 20_000 } }, ['to', 'body'])),
    ...['read', 'label', 'archive'].map((name) => tool('gmail', name, `${name} of one mail.`, object({ id: { type: 'string' } }, ['id']))),
    ...['add', 'subtract', 'multiply', 'divide'].map((name) => tool('demo_math', name, `Answers with ${name} of two numbers.`, object({ a: { type: 'number' }, b: { type: 'number' } }, ['a', 'b']))),
    { name: 'health', plugin: null, description: 'How the server does.', schema: object({}) },
  ];
}

/** What stands in a source, by words in its path: `evil`, `many`, `gmail`, else a plugin called weather. */
export function candidatesOf(from: string, rows: PluginRow[]): PluginCandidate[] {
  const one = (name: string, more: Partial<PluginCandidate> = {}): PluginCandidate => ({
    dir: '.', name, kind: 'smcp', title: name, description: 'Tells the weather of a place, now and for a week.', version: '1.2.0', licence: 'MIT', hash: `b1c2${name}f00d`,
    files: [{ path: 'cli.py', size: 6 * KB, state: null }, { path: 'requirements.txt', size: 40, state: null }, { path: 'LICENSE', size: KB, state: null }], reach: [{ kind: 'network', words: 'api.open-meteo.com:443', seen: ['cli.py:14'] }],
    needs: [{ package: 'httpx', wanted: '>=0.28', installed: '0.27.2', verdict: status('Degraded', '0.27.2 is installed; the plan would change it for Broca too', null) }],
    settings: [{ key: 'WEATHER_API_KEY', title: 'API key', description: 'From your account at the weather service.', secret: true, required: true }, { key: 'UNITS', title: 'Units', description: '', secret: false, required: false }],
    fits: ['smcp'], replaces: null, tools: [], trusted: false, findings: [], ...more,
  });
  if (from.includes('many')) return ['weather', 'tides', 'moon'].map((name) => one(name, { dir: `plugins/${name}` }));
  if (from.includes('evil')) return [one('weather', { findings: [{ code: 'name_clash', level: 'error', message: 'Two files differ only in capitals: `cli.py` and `CLI.py`.', hint: 'A Mac keeps one of them. Ask its author for a version without this.', path: 'CLI.py' }] })];
  const known = rows.find((row) => from.includes(row.name));
  if (known) return [one(known.name, { title: known.title, description: known.description, version: known.update ?? '3.1.0', fits: [known.tool], replaces: known.id, settings: [], files: [{ path: 'cli.py', size: 6 * KB, state: 'changed' }, { path: 'forecast.py', size: KB, state: 'added' }, { path: 'old.py', size: KB, state: 'gone' }, { path: 'LICENSE', size: KB, state: 'same' }] })];
  if (from.includes('broca')) return [one('signal', { kind: 'broca', fits: ['athena/broca2', 'monday/broca2'] })];
  return [one('weather', { kind: /\.mcpb$/.test(from) ? 'bundle' : 'smcp' })];
}

/** Everything the rows need, with one cycle or one hole where they are asked for. */
export function graphOf(rows: PluginRow[], tool: string | null, more: { cycle?: boolean; missing?: boolean }): PluginGraph {
  const shown = rows.filter((row) => tool === null || row.tool === tool);
  const nodes: PluginGraph['nodes'] = [];
  const edges: PluginGraph['edges'] = [];
  const node = (id: string, kind: PluginGraph['nodes'][number]['kind'], title: string, trouble: string | null = null) => { if (!nodes.some((one) => one.id === id)) nodes.push({ id, kind, title, trouble }); };
  const known = new Set<string>();
  for (const row of shown) {
    if (!known.has(row.tool)) {
      known.add(row.tool);
      node(`tool:${row.tool}`, 'tool', row.tool_title);
      node(`port:${row.tool}`, 'port', row.tool === 'smcp' ? '9300' : '9100');
      edges.push({ from: `tool:${row.tool}`, to: `port:${row.tool}`, words: 'listens on' });
      for (const agent of row.agent ? [row.agent] : ['athena', 'monday']) { node(`agent:${agent}`, 'agent', agent[0]!.toUpperCase() + agent.slice(1)); edges.push({ from: `agent:${agent}`, to: `tool:${row.tool}`, words: 'uses' }); }
    }
    nodes.push({ id: row.id, kind: 'plugin', title: row.title, trouble: row.quarantined ? 'in quarantine' : row.status.word === 'Error' ? row.status.reason : null });
    edges.push({ from: row.id, to: `tool:${row.tool}`, words: 'adds tools to' });
  }
  const has = (id: string) => shown.some((row) => row.id === id);
  const needs = (id: string, to: string, words: string) => { if (has(id)) edges.push({ from: id, to, words }); };
  if (has('smcp:gmail')) { node('package:google-auth', 'package', 'google-auth 2.35.0'); node('package:beautifulsoup4', 'package', 'beautifulsoup4', 'not installed'); node('secret:GMAIL_APP_PASSWORD', 'secret', 'GMAIL_APP_PASSWORD'); }
  if (shown.length > 0) node('package:requests', 'package', 'requests 2.32.3');
  needs('smcp:gmail', 'package:google-auth', 'needs'); needs('smcp:gmail', 'package:beautifulsoup4', 'needs'); needs('smcp:gmail', 'secret:GMAIL_APP_PASSWORD', 'reads');
  needs('smcp:gmail', 'package:requests', 'needs'); needs('smcp:gh', 'package:requests', 'needs');
  const cycle = more.cycle && has('smcp:gh') && has('smcp:git');
  if (cycle) { needs('smcp:gh', 'smcp:git', 'needs'); needs('smcp:git', 'smcp:gh', 'needs'); }
  if (has('smcp:doc_manager') && has('smcp:demo_math')) needs('smcp:doc_manager', 'smcp:demo_math', 'needs');
  return { nodes, edges, cycles: cycle ? [['smcp:gh', 'smcp:git', 'smcp:gh']] : [], missing: more.missing ? ['gmail needs beautifulsoup4 >=4.12, which is not installed in smcp/venv.'] : [] };
}
