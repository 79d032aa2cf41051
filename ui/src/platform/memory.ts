/** The whole window over sample data in memory: for a plain browser and for component tests. Never in the app bundle. */
import type { AgentRow, AppState, ChangeRow, ChangedEvent, ChatEvent, DriftFile, LogEvent, MenuEvent, Overview, Phase, Plan, ProgressEvent, SettingChange, SettingRow, ToolCard } from '../bindings';
import { type Platform, PlatformError, toPlatformError } from './platform';
import { type ChatHooks, type ChatScenario, chatCommands, chatFromAddress } from './sample/chat';
import { type BrocaScenario, brocaCommands } from './sample/broca';
import { agentCommands, changeCommands, planCommands, sessionCommands, toolCommands } from './sample/commands';
import { settingsCommands } from './sample/settings';
import { secretCommands } from './sample/settings-secrets';
import { sampleAgents, sampleChanges, sampleState, sampleTools } from './sample/data';
import { driftCommands, sampleDrift } from './sample/drift';
import { exchangeCommands, preferenceCommands } from './sample/preferences';
import { type LettaScenario, type LettaStore, lettaCommands, lettaStore } from './sample/letta';
import { lettaAgentCommands } from './sample/letta-agents';
import { logCommands } from './sample/logs';
import { type ModuleScenario, type ModuleStore, moduleCommands, moduleStore, modulesFromAddress } from './sample/modules';
import { type PluginScenario, type PluginStore, pluginCommands, pluginStore, pluginsFromAddress } from './sample/plugins';
import { portCommands } from './sample/ports';
import { pythonCommands } from './sample/python';
import { historyCommands } from './sample/history';
import { searchCommands } from './sample/search';
import { setupCommands } from './sample/setup';

export interface Scenario {
  phase?: Phase;
  /** How many, or the rows themselves. */
  agents?: number | AgentRow[];
  /** How many global cards, or the cards themselves. */
  tools?: number | ToolCard[];
  changes?: number | ChangeRow[];
  /** Files changed outside: how many, or the files themselves. */
  drift?: number | DriftFile[];
  /** Settings of a long list besides those of the cards. */
  settings?: number;
  chat?: ChatScenario;
  letta?: LettaScenario;
  broca?: BrocaScenario;
  modules?: ModuleScenario;
  plugins?: PluginScenario;
  state?: Partial<AppState>;
  /** Milliseconds every command takes; also the pace of a plan's steps. */
  latency?: number;
  /** Answers of a test in place of the sample's. */
  overrides?: Partial<Platform>;
}

/** What a test may look at and do besides. */
export interface MemoryHooks {
  world: World;
  calls: { name: string; args: unknown[] }[];
  emitChanged: (event: ChangedEvent) => void;
  emitProgress: (event: ProgressEvent) => void;
  emitMenu: (event: MenuEvent) => void;
  emitLog: (event: LogEvent) => void;
  emitOverview: (overview: Overview) => void;
  chat: ChatHooks;
  letta: LettaStore;
  modules: ModuleStore;
  plugins: PluginStore;
  /** As if these were dropped on the window. */
  drop: (paths: string[]) => void;
  dragOver: (over: boolean) => void;
}

export type MemoryPlatform = Platform & { memory: MemoryHooks };

/** The state the commands work on. */
export interface World {
  state: AppState;
  agents: AgentRow[];
  tools: ToolCard[];
  changes: ChangeRow[];
  /** Built-in cards that no tab lists; they open by their id. */
  hidden: ToolCard[];
  /** Settings of a long list besides those of the cards. */
  manySettings: number;
  /** Rows of a card as they stand, by its id. */
  settings: Map<string, SettingRow[]>;
  /** Values that were changed, the latest first. */
  settingChanges: SettingChange[];
  /** Files that were changed outside. */
  drift: DriftFile[];
  /** `done` makes the change; what it returns takes it back. */
  plans: Map<string, { plan: Plan; undoes?: string; done: (changeId: string) => void | (() => void) }>;
  /** By change set: how it is taken back, and made once more. */
  inverses: Map<string, { back: () => void; again: () => void }>;
  cancelled: Set<string>;
  latency: number;
  copied: string[];
  shown: string[];
  /** A link that the system handed to the app and nobody took yet. */
  link: string | null;
  /** What was let go over the window last and nobody asked for yet. */
  dropped: string[];
  changed: (topics: string[]) => void;
  progress: (event: ProgressEvent) => void;
  log: (event: LogEvent) => void;
  measured: (overview: Overview) => void;
}

export function refuse(code: string, message: string, hint: string, details: string[] = []): never {
  throw new PlatformError({ code, message, hint, details });
}

function channel<T>() {
  const listeners = new Set<(event: T) => void>();
  return {
    on: (listener: (event: T) => void) => { listeners.add(listener); return () => { listeners.delete(listener); }; },
    emit: (event: T) => listeners.forEach((listener) => listener(event)),
  };
}

export const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

export function createMemoryPlatform(scenario: Scenario = {}): MemoryPlatform {
  const changed = channel<ChangedEvent>();
  const progress = channel<ProgressEvent>();
  const menu = channel<MenuEvent>();
  const chat = channel<ChatEvent>();
  const log = channel<LogEvent>();
  const measured = channel<Overview>();
  const dropped = channel<string[]>();
  const dragged = channel<boolean>();
  const agents = Array.isArray(scenario.agents) ? scenario.agents : sampleAgents(scenario.agents ?? 3);
  const tools = Array.isArray(scenario.tools) ? scenario.tools : scenario.tools === 0 ? [] : sampleTools(agents, scenario.tools ?? null);
  const phase = scenario.phase ?? 'ready';
  const signedIn = phase === 'ready' || phase === 'locked';
  const world: World = {
    state: { ...sampleState, phase, user: signedIn ? sampleState.user : null, install: phase === 'setup' ? null : sampleState.install, ...scenario.state },
    agents, tools,
    changes: Array.isArray(scenario.changes) ? scenario.changes : sampleChanges(scenario.changes ?? 12),
    hidden: [], settings: new Map(), settingChanges: [], drift: Array.isArray(scenario.drift) ? scenario.drift : sampleDrift(scenario.drift ?? 0), manySettings: scenario.settings ?? 0,
    plans: new Map(), inverses: new Map(), cancelled: new Set(), latency: scenario.latency ?? 0, copied: [], shown: [], link: null, dropped: [],
    changed: (topics) => changed.emit({ topics, source: 'app' }),
    progress: progress.emit, log: log.emit, measured: measured.emit,
  };
  const modules = moduleStore(world, scenario.modules ?? {});
  const plugins = pluginStore(scenario.plugins ?? {});
  const chats = chatCommands(world, scenario.chat ?? {}, chat.emit);
  const letta = lettaStore(world, scenario.letta ?? {});
  const calls: MemoryHooks['calls'] = [];
  const commands: Partial<Platform> = {
    ...sessionCommands(world), ...toolCommands(world), ...agentCommands(world), ...changeCommands(world), ...planCommands(world), ...settingsCommands(world), ...secretCommands(world),
    ...searchCommands(world), ...historyCommands(world), ...driftCommands(world), ...preferenceCommands(world), ...exchangeCommands(world), ...chats.commands,
    ...lettaCommands(world, letta, scenario.letta ?? {}), ...lettaAgentCommands(world, letta), ...brocaCommands(world, scenario.broca ?? {}),
    ...moduleCommands(world, modules), ...logCommands(world), ...portCommands(world), ...pythonCommands(world), ...pluginCommands(world, plugins),
    ...setupCommands((plan) => { world.plans.set(plan.id, { plan, done: () => {} }); return plan; }),
    pickFolder: async () => '/Users/mara/elsewhere',
    pickFile: async () => '/Users/mara/file',
    pickSave: async (name) => `/Users/mara/${name}`,
    copyText: async (text) => { world.copied.push(await text); },
    ...scenario.overrides,
  };
  const fixed = {
    onChanged: changed.on, onProgress: progress.on, onMenu: menu.on, onChat: chat.on, onLog: log.on, onOverview: measured.on,
    onDrop: (listener: (paths: string[]) => void, onOver?: (over: boolean) => void) => { const stops = [dropped.on(listener), ...(onOver ? [dragged.on(onOver)] : [])]; return () => stops.forEach((stop) => stop()); },
    memory: { world, calls, emitChanged: changed.emit, emitProgress: progress.emit, emitMenu: menu.emit, emitLog: log.emit, emitOverview: measured.emit, chat: chats.hooks, letta, modules, plugins, drop: (paths) => { world.dropped = paths; dragged.emit(false); dropped.emit(paths); }, dragOver: dragged.emit } satisfies MemoryHooks,
  };
  return new Proxy(fixed as unknown as MemoryPlatform, {
    get(target, name) {
      if (typeof name !== 'string' || name === 'then' || name in target) return Reflect.get(target, name) as unknown;
      const command = commands[name as keyof Platform] as ((...args: unknown[]) => Promise<unknown>) | undefined;
      return async (...args: unknown[]) => {
        calls.push({ name, args });
        if (!command) throw toPlatformError(`the in-memory platform has no command "${name}"`);
        if (world.latency) await pause(world.latency);
        try { return await command(...args); } catch (thrown) { throw toPlatformError(thrown); }
      };
    },
  });
}

/** Scenario of the page's address, for looking at the window in a browser: `?phase=ready&agents=100&tools=10000`. */
export function scenarioFromAddress(search: string): Scenario {
  const asked = new URLSearchParams(search);
  const number = (name: string) => (asked.has(name) ? Number(asked.get(name)) : undefined);
  const state: Partial<AppState> = {};
  if (asked.has('platform')) state.platform = asked.get('platform')!;
  if (asked.has('sample')) state.install = { ...sampleState.install!, sample: true };
  if (asked.get('phase') === 'trouble') state.trouble = { code: 'registry_newer', level: 'error', message: 'The registry was written by a newer version (schema 9, this app knows 2).', hint: 'Update the app, or open another install. Nothing was changed.', path: 'control/registry.db' };
  return { phase: (asked.get('phase') as Phase | null) ?? 'ready', agents: number('agents'), tools: number('tools'), changes: number('changes'), drift: number('drift'), settings: number('settings'), latency: number('latency'), state, chat: chatFromAddress(asked), letta: { away: asked.get('away') ?? undefined, unset: asked.has('unset'), strangers: number('strangers') }, broca: { rows: number('queue'), none: asked.has('nobroca') }, modules: modulesFromAddress(asked), plugins: pluginsFromAddress(asked) };
}
