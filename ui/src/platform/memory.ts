/** The whole window over sample data in memory: for a plain browser and for component tests. Never in the app bundle. */
import type { AgentRow, AppState, ChangeRow, ChangedEvent, MenuEvent, Phase, Plan, ProgressEvent, ToolCard } from '../bindings';
import { type Platform, PlatformError, toPlatformError } from './platform';
import { agentCommands, changeCommands, planCommands, sessionCommands, toolCommands } from './sample/commands';
import { sampleAgents, sampleChanges, sampleState, sampleTools } from './sample/data';
import { setupCommands } from './sample/setup';

export interface Scenario {
  phase?: Phase;
  /** How many, or the rows themselves. */
  agents?: number | AgentRow[];
  /** How many global cards, or the cards themselves. */
  tools?: number | ToolCard[];
  changes?: number | ChangeRow[];
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
}

export type MemoryPlatform = Platform & { memory: MemoryHooks };

/** The state the commands work on. */
export interface World {
  state: AppState;
  agents: AgentRow[];
  tools: ToolCard[];
  changes: ChangeRow[];
  plans: Map<string, { plan: Plan; done: () => void }>;
  cancelled: Set<string>;
  latency: number;
  copied: string[];
  shown: string[];
  changed: (topics: string[]) => void;
  progress: (event: ProgressEvent) => void;
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
  const agents = Array.isArray(scenario.agents) ? scenario.agents : sampleAgents(scenario.agents ?? 3);
  const tools = Array.isArray(scenario.tools) ? scenario.tools : scenario.tools === 0 ? [] : sampleTools(agents, scenario.tools ?? null);
  const phase = scenario.phase ?? 'ready';
  const signedIn = phase === 'ready' || phase === 'locked';
  const world: World = {
    state: { ...sampleState, phase, user: signedIn ? sampleState.user : null, install: phase === 'setup' ? null : sampleState.install, ...scenario.state },
    agents, tools,
    changes: Array.isArray(scenario.changes) ? scenario.changes : sampleChanges(scenario.changes ?? 12),
    plans: new Map(), cancelled: new Set(), latency: scenario.latency ?? 0, copied: [], shown: [],
    changed: (topics) => changed.emit({ topics, source: 'app' }),
    progress: progress.emit,
  };
  const calls: MemoryHooks['calls'] = [];
  const commands: Partial<Platform> = {
    ...sessionCommands(world), ...toolCommands(world), ...agentCommands(world), ...changeCommands(world), ...planCommands(world),
    ...setupCommands((plan) => { world.plans.set(plan.id, { plan, done: () => {} }); return plan; }),
    pickFolder: async () => '/Users/mara/elsewhere',
    pickFile: async () => '/Users/mara/file',
    copyText: async (text) => { world.copied.push(text); },
    ...scenario.overrides,
  };
  const fixed = {
    onChanged: changed.on, onProgress: progress.on, onMenu: menu.on,
    memory: { world, calls, emitChanged: changed.emit, emitProgress: progress.emit, emitMenu: menu.emit },
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
  return { phase: (asked.get('phase') as Phase | null) ?? 'ready', agents: number('agents'), tools: number('tools'), changes: number('changes'), latency: number('latency'), state };
}
