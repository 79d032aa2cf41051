/** A Letta server of the sample: agents with memory and tools, some of which nobody here knows. */
import type { AgentMind, AgentRow, AgentTool, LettaAgent, LettaModel, LettaState, LinkState, MemoryBlock, Plan } from '../../bindings';
import type { Platform } from '../platform';
import { type World, refuse } from '../memory';
import { status } from './data';
import { plan, step } from './plans';

export interface LettaScenario {
  /** Why the server does not answer. */
  away?: string;
  /** No address is set. */
  unset?: boolean;
  /** Of these agents Letta lost its side. */
  gone?: string[];
  /** What these agents are called in Letta. */
  renamed?: Record<string, string>;
  /** More agents that are only in Letta. */
  strangers?: number;
  /** More models than the sample's. */
  models?: number;
  /** Blocks of the first agent in place of the sample's. */
  blocks?: Partial<MemoryBlock>[];
}

/** An agent as the server keeps it. */
export interface Mind { id: string; name: string; description: string | null; model: string; embedding: string | null; system: string; blocks: MemoryBlock[]; tools: string[] }

export interface LettaStore { url: string; password: boolean; away: string | null; minds: Map<string, Mind> }

const features = { blocks: true, tools: true, context: true, transfer: true, images: true, cancel: true, embedding: true, broca: true };

const model = (provider: string, name: string, context: number, cloud = false): LettaModel => ({ handle: `${provider}/${name}`, name, provider, context_window: context, cloud });
const models = [model('openai', 'gpt-4.1', 128_000), model('anthropic', 'claude-sonnet-4', 200_000), model('ollama', 'llama3.3', 32_000), model('letta', 'letta-free', 30_000, true)];
const embeddings = [model('openai', 'text-embedding-3-small', 8_192), model('letta', 'letta-free-embedding', 8_192, true)];

const toolNames: [string, string][] = [
  ['send_message', 'Says something to the person.'], ['core_memory_append', 'Adds to a memory block.'], ['core_memory_replace', 'Replaces text in a memory block.'], ['archival_memory_search', 'Searches long-term memory.'],
  ['web_search', 'Searches the web.'], ['run_code', 'Runs a piece of code in a sandbox.'], ['gmail_send', 'Sends a mail.'],
];

export function block(label: string, value: string, more: Partial<MemoryBlock> = {}): MemoryBlock {
  return { id: `block-${label}`, label, value, limit: 5_000, used: [...value].length, description: null, read_only: false, ...more };
}

export function mindOf(id: string, name: string): Mind {
  return {
    id, name, description: null, model: 'openai/gpt-4.1', embedding: 'openai/text-embedding-3-small', system: `You are ${name}. Answer in plain words, and remember what matters.`,
    blocks: [block('persona', `I am ${name}. I keep the house in order and answer on every channel.`, { description: 'Who the agent is.' }), block('house_rules', 'Quiet after ten. The cat stays in.', { read_only: true, description: 'What holds for everybody.' })],
    tools: toolNames.slice(0, 4).map(([name]) => name),
  };
}

const words: Record<LinkState, (mind: Mind | null, row: AgentRow | null) => string> = {
  linked: () => 'Linked, and called the same on both sides.',
  renamed_in_letta: (mind, row) => `It is called ${mind?.name} in Letta and ${row?.name} here. Take one of the two names for both.`,
  only_in_letta: () => 'It is in Letta and nobody here speaks for it. Link it to an agent, or add one for it.',
  gone_in_letta: () => 'It was linked to an agent that Letta does not have any more. Make it anew there, link another one, or unlink it.',
  only_here: () => 'It is not linked to an agent in Letta, so its modules have nobody to ask. Create it there, or link one.',
};

function linkOf(mind: Mind | null, row: AgentRow | null): LinkState {
  if (mind && row) return mind.name === row.name ? 'linked' : 'renamed_in_letta';
  if (mind) return 'only_in_letta';
  return row?.letta_uid ? 'gone_in_letta' : 'only_here';
}

export function beside(mind: Mind | null, row: AgentRow | null): LettaAgent {
  const link = linkOf(mind, row);
  return {
    id: mind?.id ?? row?.letta_uid ?? null, name: mind?.name ?? row?.name ?? '', description: mind?.description ?? null, model: mind?.model ?? null, embedding: mind?.embedding ?? null, tags: [],
    uid: row?.uid ?? null, name_here: row?.name ?? null, link, words: words[link](mind, row),
  };
}

export function lettaStore(world: World, scenario: LettaScenario): LettaStore {
  const minds = new Map<string, Mind>();
  for (const [i, agent] of world.agents.entries()) {
    if (!agent.letta_uid || scenario.gone?.includes(agent.uid)) continue;
    const mind = mindOf(agent.letta_uid, scenario.renamed?.[agent.uid] ?? agent.name);
    minds.set(mind.id, i === 0 && scenario.blocks ? { ...mind, blocks: scenario.blocks.map((more, nth) => block(more.label ?? `block_${nth}`, more.value ?? '', more)) } : mind);
  }
  for (let i = 0; i <= (scenario.strangers ?? 0); i += 1) {
    const id = `agent-5${String(i).padStart(3, '0')}-77aa`;
    minds.set(id, mindOf(id, i === 0 ? 'Sibyl' : `Sibyl ${i + 1}`));
  }
  return { url: scenario.unset ? '' : 'http://127.0.0.1:8283', password: !scenario.unset, away: scenario.away ?? null, minds };
}

/** Refuses where the server would not be reached. */
export function reach(store: LettaStore) {
  if (!store.url) refuse('letta_unset', 'No address of a Letta server is set.', 'Set one under Settings, Letta.');
  if (store.away !== null) refuse('letta_away', store.away, 'Start Letta, or look at its address under Settings, Letta.');
}

/** What is taken back by undo: the agents of both sides. */
export function change(world: World, store: LettaStore, made: Plan, act: () => void): Plan {
  world.plans.set(made.id, { plan: made, done: () => {
    const before = { agents: world.agents, minds: store.minds, url: store.url, password: store.password, away: store.away };
    store.minds = new Map(store.minds);
    act();
    return () => { world.agents = before.agents; Object.assign(store, { minds: before.minds, url: before.url, password: before.password, away: before.away }); };
  } });
  return made;
}

export function lettaCommands(world: World, store: LettaStore, scenario: LettaScenario): Partial<Platform> {
  const known = (id: string | null) => (id === null ? null : store.minds.get(id) ?? null);
  const state = (): LettaState => ({
    url: store.url, password: store.password, flavour: store.away === null && store.url ? 'Letta server' : null, version: store.away === null && store.url ? '0.11.7' : null, features,
    status: !store.url ? status('Off', 'no address is set', 0) : store.away === null ? status('Healthy', 'answered in 12 ms', 0, [`asked ${store.url}`]) : status('Degraded', store.away, 0, [`asked ${store.url}`]),
  });
  const tools = (mind: Mind): AgentTool[] => toolNames.map(([name, description], i) => ({ id: `tool-${name}`, name, description, kind: i < 4 ? 'letta_core' : 'custom', attached: mind.tools.includes(name) })).sort((a, b) => Number(b.attached) - Number(a.attached));
  const agentMind = (uid: string): AgentMind => {
    const row = world.agents.find((agent) => agent.uid === uid) ?? refuse('agent_unknown', 'There is no such agent.', 'It was removed or renamed.', [uid]);
    reach(store);
    const mind = known(row.letta_uid);
    if (!mind) return { link: beside(null, row), system: '', blocks: [], tools: [], context: null, features };
    const memory = mind.blocks.reduce((sum, one) => sum + Math.ceil(one.used / 4), 0);
    return {
      link: beside(mind, row), system: mind.system, blocks: mind.blocks, tools: tools(mind), features,
      context: { max: 32_000, used: 2_950 + memory, system: 1_100, memory, tools: 650, summary: 0, messages: 1_200, message_count: 24 },
    };
  };
  return {
    lettaState: async () => state(),
    lettaModels: async () => {
      reach(store);
      return { llm: [...models, ...Array.from({ length: scenario.models ?? 0 }, (_, i) => model('openrouter', `model-${i}`, 64_000))], embedding: embeddings };
    },
    lettaAgents: async () => {
      reach(store);
      const rank: LinkState[] = ['gone_in_letta', 'renamed_in_letta', 'only_here', 'only_in_letta', 'linked'];
      const here = world.agents.map((row) => beside(known(row.letta_uid), row));
      const strangers = [...store.minds.values()].filter((mind) => !world.agents.some((row) => row.letta_uid === mind.id)).map((mind) => beside(mind, null));
      return [...here, ...strangers].sort((a, b) => rank.indexOf(a.link) - rank.indexOf(b.link));
    },
    lettaAddressPlan: async (url, password) => {
      if (!/^https?:\/\/[^\s/]+/.test(url)) refuse('letta_address', 'This is no address of a server.', 'Enter one that begins with http:// or https://.', [url]);
      const steps = [step('Letta', 'registry', 'Set the address', 'registry · system_config', url), ...(password === null ? [] : [step('Letta', 'registry', password ? 'Keep the password' : 'Forget the password', 'keychain', '1 item')])];
      return change(world, store, plan('Change the Letta server', `Letta is asked at ${url}.`, steps, 'Change the server'), () => { store.url = url; store.away = null; if (password !== null) store.password = password !== ''; });
    },
    agentMind: async (uid) => agentMind(uid),
    bridgeState: async () => ({ status: status('Healthy', 'listens on 9300', 2), address: 'http://127.0.0.1:9300/api/v1/', agents: world.agents.filter((agent) => agent.modules.some((module) => module.name === 'broca2')).map((agent) => agent.uid) }),
  };
}
