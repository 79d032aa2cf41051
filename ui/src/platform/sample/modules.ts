/** Instances of the sample's modules: what runs, how, and how it does. Nothing here starts a process. */
import type { CatalogueModule, ModuleOutcome, ModuleRow, ModuleSort, Overview, Plan, QuitChoice, QuitState, StatusWord } from '../../bindings';
import type { Platform } from '../platform';
import { type World, pause, refuse } from '../memory';
import { ago, status } from './data';
import { MB, cpuOf, detailOf, moduleRow, sampleRows } from './module-rows';
import { plan, step } from './plans';
import { sampleModules } from './setup';

export interface ModuleScenario {
  /** How many instances, or the rows themselves; without it those of the agents and three shared ones. */
  rows?: number | ModuleRow[];
  /** Instances that do not get ready, by id, with what they say. */
  failing?: Record<string, string>;
  remembered?: QuitChoice;
}

export interface ModuleStore {
  rows: ModuleRow[];
  failing: Record<string, string>;
  /** What a start waits for; a test may hold it. */
  ready: () => Promise<void>;
  remembered: QuitChoice | null;
  /** What quitting was answered with. */
  quit: { choice: QuitChoice; remember: boolean }[];
}

export function moduleStore(world: World, scenario: ModuleScenario): ModuleStore {
  const rows = Array.isArray(scenario.rows) ? scenario.rows : sampleRows(world.agents, scenario.rows ?? null);
  return { rows, failing: scenario.failing ?? {}, ready: () => pause(world.latency * 10), remembered: scenario.remembered ?? null, quit: [] };
}

const up = (row: ModuleRow) => row.state === 'running' || row.state === 'starting' || row.state === 'waiting' || row.state === 'stopping';
const canStart = (row: ModuleRow) => !up(row) && row.cannot_start === null;
const fullTitle = (row: ModuleRow) => (row.agent_title ? `${row.title} of ${row.agent_title}` : row.title);

const rank = (row: ModuleRow) => (row.needs_you ? 0 : up(row) ? 1 : row.cannot_start === null ? 2 : 3);
const name = (row: ModuleRow) => `${row.module} ${row.agent_title ?? ''}`;
const sorts: Record<ModuleSort, (a: ModuleRow, b: ModuleRow) => number> = {
  status: (a, b) => rank(a) - rank(b) || name(a).localeCompare(name(b)),
  name: (a, b) => name(a).localeCompare(name(b)),
  agent: (a, b) => (a.agent_title ?? '').localeCompare(b.agent_title ?? '') || name(a).localeCompare(name(b)),
  cpu: (a, b) => (b.cpu ?? -1) - (a.cpu ?? -1),
  memory: (a, b) => (b.memory ?? -1) - (a.memory ?? -1),
  since: (a, b) => (a.since ?? '~').localeCompare(b.since ?? '~'),
};

function overviewOf(rows: ModuleRow[]): Overview {
  const problems = rows.filter((row) => row.needs_you).map((row) => ({ id: row.id, title: fullTitle(row), status: row.status }));
  const running = rows.filter(up).length;
  const word: StatusWord = problems.length ? 'Degraded' : running ? 'Healthy' : 'Off';
  const needs = problems.length ? `, ${problems.length} ${problems.length === 1 ? 'needs' : 'need'} you` : '';
  return { word, text: `${running} of ${rows.length} running${needs}`, problems, running, can_start: rows.filter(canStart).length, measured_at: ago(12) };
}

/** The catalogue's one module that the wizard of the sample does not offer. */
const bridge: CatalogueModule = { name: 'web-bridge', title: 'Web bridge', description: 'A chat page and its mailbox.', icon: 'globe', scope: 'agent', default_on: false, note: 'One bridge per Prime.' };

export function moduleCommands(world: World, store: ModuleStore): Partial<Platform> {
  const find = (id: string) => store.rows.find((row) => row.id === id) ?? refuse('module_unknown', 'There is no such instance.', 'Its agent or module was removed. Look at the list again.', [id]);
  const put = (id: string, change: Partial<ModuleRow>) => {
    store.rows = store.rows.map((row) => (row.id === id ? { ...row, ...change } : row));
    world.changed(['modules']);
    world.measured(overviewOf(store.rows));
    return find(id);
  };
  const stopped = (reason: string): Partial<ModuleRow> => ({ state: 'stopped', status: status('Off', reason, 0), pid: null, listens: false, cpu: null, memory: null, since: null, next_try: null, needs_you: false, restart_needed: false, restart_reason: null });
  const outcome = (row: ModuleRow, done: boolean, text: string, hint: string | null = null): ModuleOutcome => ({ id: row.id, title: fullTitle(row), done, text, hint });

  const start = async (row: ModuleRow): Promise<ModuleOutcome> => {
    if (up(row)) return outcome(row, true, 'runs already');
    if (row.cannot_start !== null) return outcome(row, false, row.cannot_start, 'Install its code first.');
    const awaited = row.module === 'broca2' ? 'waiting for “Application started successfully”' : `waiting for an answer on port ${row.port ?? 0}`;
    put(row.id, { state: 'starting', status: status('Unknown', awaited, 0) });
    await store.ready();
    if (find(row.id).state !== 'starting') return outcome(row, false, 'was stopped before it was ready');
    const failure = store.failing[row.id];
    if (failure !== undefined) {
      put(row.id, { ...stopped(failure), status: status('Error', failure, 0, ['exit code 1 after 0.4 s']), needs_you: true });
      return outcome(row, false, failure, 'Look at its log; the last lines say why.');
    }
    const pid = 48_400 + store.rows.indexOf(find(row.id));
    put(row.id, { state: 'running', status: status('Healthy', 'answered in 8 ms', 0), pid, listens: row.module !== 'broca2' && row.port !== null, cpu: cpuOf(pid), memory: 58 * MB, since: ago(0), restart_needed: false, restart_reason: null, needs_you: false });
    return outcome(row, true, `runs as process ${pid}, ready after 1.2 s`);
  };
  const stop = async (row: ModuleRow): Promise<ModuleOutcome> => {
    if (!up(row)) return outcome(row, true, 'was not running');
    if (row.state !== 'starting') { put(row.id, { state: 'stopping' }); if (world.latency) await pause(world.latency); }
    put(row.id, stopped('stopped by mara'));
    return outcome(row, true, 'was stopped');
  };
  const each = async (rows: ModuleRow[], act: (row: ModuleRow) => Promise<ModuleOutcome>) => Promise.all(rows.map((row) => act(row)));
  const offeredTo = (uid: string) => {
    const agent = world.agents.find((one) => one.uid === uid);
    return [...sampleModules, bridge].filter((known) => known.scope === 'agent' && agent !== undefined && !agent.modules.some((own) => own.name === known.name));
  };
  const keep = (made: Plan, done: () => void | (() => void)) => { world.plans.set(made.id, { plan: made, done }); return made; };

  return {
    modulesList: async (filter, search, sort, offset, limit) => {
      const words = search.toLowerCase();
      const rows = store.rows.filter((row) => `${row.module} ${row.title} ${row.agent_title ?? 'shared'} ${row.status.word} ${row.status.reason} ${row.port ?? ''} ${row.pid ?? ''}`.toLowerCase().includes(words));
      const shown = rows.filter((row) => filter === 'all' || (filter === 'running' ? up(row) : row.needs_you)).sort(sorts[sort]);
      return {
        items: shown.slice(offset, offset + limit), total: shown.length, all: store.rows.length, running: store.rows.filter(up).length, needs_you: store.rows.filter((row) => row.needs_you).length,
        can_start: store.rows.filter(canStart).length, memory: store.rows.reduce((sum, row) => sum + (row.memory ?? 0), 0), measured_at: ago(2), every: 5,
      };
    },
    moduleGet: async (id) => detailOf(find(id)),
    moduleCheck: async (id) => put(id, { status: { ...find(id).status, measured_at: ago(0) } }),
    modulesStart: async (ids) => each(ids.length ? ids.map(find) : store.rows.filter(canStart), start),
    modulesStop: async (ids) => each(ids.length ? ids.map(find) : store.rows.filter(up), stop),
    modulesRestart: async (ids) => each(ids.map(find), async (row) => { await stop(row); return start(find(row.id)); }),
    moduleWayPlan: async (id, way, atLogin) => {
      const row = find(id);
      if (way === 'by_hand') refuse('way_unknown', 'Nothing can be set to run by hand.', 'Choose the app or the system.');
      if (way === 'app' && atLogin) refuse('way_unknown', 'What is to start when you log in is run by the system.', 'Choose the system as well, or leave it to this app without the login.');
      if (way !== row.way && up(row)) refuse('module_running', `${fullTitle(row)} runs now.`, 'Stop it first; then change who runs it.');
      const file = `~/Library/LaunchAgents/org.sanctum.${id.replace('/', '.')}.plist`;
      const login = atLogin ? ' It starts when you log in.' : '';
      return keep(plan(`Run ${fullTitle(row)} by ${way === 'system' ? 'the system' : 'this app'}`, `${way === 'system' ? 'launchd keeps it running, also when this app is not there.' : 'A keeper of this app keeps it running.'}${login} Nothing has been written yet.`, [
        way === 'system' ? step('launchd', 'write_file', 'Write 14 lines', file, 'mode 0600', ['<key>Label</key>']) : step('launchd', 'remove', 'Remove', file, '14 lines'),
      ], way === 'system' ? 'Run by the system' : 'Run by this app'), () => { const before = find(id); put(id, { way, at_login: atLogin }); return () => { put(id, before); }; });
    },
    moduleInstallPlan: async (id, source) => {
      const row = find(id);
      const from = source.kind === 'git' ? source.url : source.path;
      if (from === '') refuse('source_empty', 'There is nothing to install from.', 'Name a folder, an archive or an address.');
      return keep(plan(`Install ${fullTitle(row)}`, `From ${from}. Nothing has been written yet.`, [
        step(fullTitle(row), 'create_dir', source.kind === 'link' ? 'Make a link' : 'Put 214 files', `agents/agent-${row.agent ?? 'shared'}/${row.module}/app`, source.kind === 'link' ? from : '214 files, 3 MB'),
      ], 'Install'), () => { const before = find(id); put(id, { cannot_start: null, mend: null, status: status('Ready', 'never started', 0) }); return () => { put(id, before); }; });
    },
    modulesOffered: async (agent) => {
      if (agent === null) return [{ name: 'letta', title: 'Letta', description: 'The server the Primes themselves live in.', note: null }];
      return offeredTo(agent).map(({ name, title, description, note }) => ({ name, title, description, note }));
    },
    moduleAddPlan: async (name) => {
      const [uid, module] = name.split('/');
      const known = offeredTo(uid ?? '').find((one) => one.name === module);
      if (module === undefined) return keep(plan('Add Letta', 'Its folder, settings and port; nothing is installed or started. Nothing has been written yet.', [step('Letta', 'create_dir', 'Create the folder', name, 'mode 0700')], 'Add Letta'), () => () => {});
      const agent = world.agents.find((one) => one.uid === uid);
      if (!agent || !known) return refuse('module_there', `${agent?.name ?? uid} has ${module} already.`, 'An agent has each module once. Its page shows those it has.');
      const port = (module === 'web-bridge' ? 9300 : 9200) + world.agents.indexOf(agent);
      return keep(plan(`Add ${known.title} to ${agent.name}`, 'Its folder, settings and port; nothing is installed or started. Nothing has been written yet.', [
        step(`Agent ${agent.name}`, 'create_dir', 'Create the folder', `${agent.path}/${module}`, 'mode 0700'), step('Registry', 'registry', `Keep port ${port} for ${module}`, `ports ${port}`, 'new'),
      ], `Add ${known.title}`), () => {
        const [rows, agents] = [store.rows, world.agents];
        store.rows = [...rows, moduleRow({ id: name, module, title: known.title, icon: known.icon, agent, port, state: 'stopped', status: status('Off', 'no code yet', 0), more: { cannot_start: 'no code installed yet', mend: { kind: 'code' } } })];
        world.agents = agents.map((one) => (one === agent ? { ...one, modules: [...one.modules, { name: module, title: known.title, port, status: status('Off', 'no code yet'), tool_id: null }] } : one));
        return () => { store.rows = rows; world.agents = agents; };
      });
    },
    moduleRemovePlan: async (id) => {
      const row = find(id);
      return keep(plan(`Remove ${fullTitle(row)}`, 'Its folder goes to this Sanctum’s trash. Other modules stay as they are. Nothing has been written yet.', [
        step('Files', 'trash', 'Move it to the trash', `agents/agent-${row.agent ?? ''}/${row.module}`, '214 files, 3 MB'),
      ], `Remove ${row.title}`), () => {
        const [rows, agents] = [store.rows, world.agents];
        store.rows = rows.filter((one) => one.id !== id);
        world.agents = agents.map((one) => (one.uid === row.agent ? { ...one, modules: one.modules.filter((module) => module.name !== row.module) } : one));
        return () => { store.rows = rows; world.agents = agents; };
      });
    },
    overview: async () => overviewOf(store.rows),
    quitState: async (): Promise<QuitState> => ({ running: store.rows.filter((row) => up(row) && row.way === 'app').map(fullTitle), remembered: store.remembered }),
    quitChoose: async (choice, remember) => {
      store.quit.push({ choice, remember });
      if (remember) store.remembered = choice;
      return null;
    },
  };
}

/** `?modules=10000`, `?modules=0`, `?failing` in the page's address. */
export function modulesFromAddress(asked: URLSearchParams): ModuleScenario {
  return {
    rows: asked.has('modules') ? Number(asked.get('modules')) : undefined,
    failing: asked.has('failing') ? { scheduler: 'ended with exit code 1 after 0.4 s: ModuleNotFoundError: No module named ‘croniter’' } : undefined,
  };
}
