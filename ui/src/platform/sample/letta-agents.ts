/** Plans that keep the sample's agents here and in Letta in step. */
import type { AgentEdit, AgentRow, LettaSide, MemoryBlock } from '../../bindings';
import type { Platform } from '../platform';
import { type World, refuse } from '../memory';
import { ago, status } from './data';
import { type LettaStore, type Mind, block, change, mindOf, reach } from './letta';
import { addAgentPlan, plan, removeAgentPlan, step, verdict } from './plans';
import { sampleModules } from './setup';

const inLetta = (title: string, detail: string) => step('Letta', 'registry', title, 'Letta · agents', detail);

let minds = 0;

export function lettaAgentCommands(world: World, store: LettaStore): Partial<Platform> {
  const find = (uid: string) => world.agents.find((agent) => agent.uid === uid) ?? refuse('agent_unknown', 'There is no such agent.', 'It was removed or renamed.', [uid]);
  const mindFor = (row: AgentRow): Mind => store.minds.get(row.letta_uid ?? '') ?? refuse('agent_unlinked', `${row.name} is not linked to an agent in Letta.`, 'Link it first.');
  const edit = (uid: string, more: Partial<AgentRow>) => { world.agents = world.agents.map((agent) => (agent.uid === uid ? { ...agent, ...more } : agent)); };
  const editMind = (mind: Mind, more: Partial<Mind>) => { store.minds.set(mind.id, { ...mind, ...more }); };
  const apply = (title: string, summary: string, steps: ReturnType<typeof step>[], action: string, act: () => void, more = {}) => change(world, store, plan(title, summary, steps, action, more), act);
  const side = (name: string, wanted: LettaSide): string | null => {
    if (wanted.side === 'none') return null;
    if (wanted.side === 'link') return wanted.id;
    minds += 1;
    const mind = mindOf(`agent-6${String(minds).padStart(3, '0')}-90fe`, name);
    const blocks = [block('persona', wanted.persona), ...(wanted.human === null ? [] : [block('human', wanted.human)])];
    store.minds.set(mind.id, { ...mind, model: wanted.model, embedding: wanted.embedding, blocks });
    return mind.id;
  };
  const add = (name: string, modules: string[], more: Partial<AgentRow>) => {
    const uid = verdict(name, []).uid ?? 'agent';
    const made = modules.map((module, i) => ({ name: module, title: sampleModules.find((one) => one.name === module)?.title ?? module, port: 9010 + i, status: status('Ready', 'never started'), tool_id: null }));
    world.agents = [...world.agents, { uid, name, description: '', color: (world.agents.length % 4) + 1, status: status('Ready', 'never started'), modules: made, path: `agents/agent-${uid}`, letta_uid: null, origin: 'registry', created_at: ago(0), avatar: null, archived: false, way: 'letta', unread: 0, ...more }];
  };
  const editSteps = (row: AgentRow, wanted: AgentEdit) => {
    const named = Object.entries(wanted).filter(([, value]) => value !== null).map(([key, value]) => `${key}: ${String(value)}`);
    const there = ['name', 'model', 'system'].some((key) => wanted[key as keyof AgentEdit] !== null) && store.minds.has(row.letta_uid ?? '');
    return [step('Registry', 'registry', 'Change the agent', 'registry · agents', named.join(', ').slice(0, 200)), ...(there ? [inLetta('Change it in Letta too', row.name)] : [])];
  };
  return {
    agentCreatePlan: async (draft) => {
      if (draft.letta.side !== 'none') reach(store);
      const base = addAgentPlan(draft);
      const steps = draft.letta.side === 'none' ? base.steps : [...base.steps, inLetta(draft.letta.side === 'link' ? 'Link to the agent in Letta' : 'Create the agent in Letta', draft.name)];
      return change(world, store, { ...base, steps }, () => add(draft.name, draft.modules, { description: draft.description, avatar: draft.avatar, letta_uid: side(draft.name, draft.letta), ...(draft.color === null ? {} : { color: draft.color }) }));
    },
    agentLinkPlan: async (uid, lettaId) => {
      const row = find(uid);
      const steps = [step('Registry', 'registry', 'Record the link', 'registry · agents', lettaId)];
      return apply(`Link ${row.name}`, `${row.name} answers as ${store.minds.get(lettaId)?.name} of Letta.`, steps, 'Link', () => edit(uid, { letta_uid: lettaId }));
    },
    agentUnlinkPlan: async (uid) => {
      const row = find(uid);
      const steps = [step('Registry', 'registry', 'Forget the link', 'registry · agents', '1 row')];
      return apply(`Unlink ${row.name}`, 'The agent in Letta stays as it is.', steps, 'Unlink', () => edit(uid, { letta_uid: null }));
    },
    agentMakePlan: async (uid, wanted) => {
      reach(store);
      const row = find(uid);
      const steps = [inLetta('Create the agent in Letta', row.name), step('Registry', 'registry', 'Record the link', 'registry · agents', '1 row')];
      return apply(`Create ${row.name} in Letta`, 'It is made there and linked.', steps, 'Create in Letta', () => edit(uid, { letta_uid: side(row.name, wanted) }));
    },
    agentEditPlan: async (uid, wanted) => {
      const row = find(uid);
      return apply(`Change ${row.name}`, 'Nothing has been written yet.', editSteps(row, wanted), 'Change', () => {
        const { name, description, color, way } = wanted;
        edit(uid, { ...(name !== null && { name }), ...(description !== null && { description }), ...(color !== null && { color }), ...(way !== null && { way }), ...(wanted.avatar !== null && { avatar: wanted.avatar || null }) });
        const mind = store.minds.get(row.letta_uid ?? '');
        if (mind) editMind(mind, { name: name ?? mind.name, model: wanted.model ?? mind.model, system: wanted.system ?? mind.system });
      });
    },
    agentClonePlan: async (uid, name) => {
      const row = find(uid);
      const steps = [step(name, 'create_dir', 'Create the folder', `agents/agent-${verdict(name, []).uid}`, 'mode 0700'), inLetta('Create the copy in Letta', name)];
      return apply(`Clone ${row.name} as ${name}`, 'Modules are copied, and the Letta side with its memory.', steps, `Add ${name}`, () => {
        const from = store.minds.get(row.letta_uid ?? '');
        const id = from ? side(name, { side: 'create', model: from.model, embedding: from.embedding, persona: '', human: null }) : null;
        if (from && id) store.minds.set(id, { ...from, id, name });
        add(name, row.modules.map((module) => module.name), { letta_uid: id, description: row.description });
      });
    },
    agentArchivePlan: async (uid, archived) => {
      const row = find(uid);
      const verb = archived ? 'Archive' : 'Bring back';
      const steps = [step('Registry', 'registry', archived ? 'Put it aside' : 'Bring it back', 'registry · agents', '1 row')];
      return apply(`${verb} ${row.name}`, archived ? 'Its files and its agent in Letta stay.' : 'It is in the lists again.', steps, verb, () => edit(uid, { archived }));
    },
    agentDeletePlan: async (uid, too) => {
      const row = find(uid);
      const base = removeAgentPlan(row.name, uid);
      const whole = too ? { ...base, summary: 'Moves 214 files to the trash and deletes the agent in Letta.', steps: [...base.steps, inLetta('Delete the agent in Letta', row.name)], irreversible: ['Its memory and messages in Letta are gone.'] } : base;
      return change(world, store, whole, () => { world.agents = world.agents.filter((agent) => agent.uid !== uid); if (too && row.letta_uid) store.minds.delete(row.letta_uid); });
    },
    agentBlockPlan: async (uid, label, wanted) => {
      const mind = mindFor(find(uid));
      const old = mind.blocks.find((one) => one.label === label);
      const next: MemoryBlock = {
        ...(old ?? block(label, '')), ...(wanted.value !== null && { value: wanted.value, used: [...wanted.value].length }), ...(wanted.limit !== null && { limit: wanted.limit }),
        ...(wanted.description !== null && { description: wanted.description }), ...(wanted.read_only !== null && { read_only: wanted.read_only }),
      };
      if (next.used > next.limit) refuse('block_too_long', `The text has ${next.used} characters; the block holds ${next.limit}.`, 'Shorten it, or raise the limit.');
      const steps = [inLetta(old ? 'Write the memory block' : 'Attach a new memory block', label)];
      const blocks = old ? mind.blocks.map((one) => (one === old ? next : one)) : [...mind.blocks, next];
      return apply(old ? `Change ${label}` : `Add ${label}`, 'The agent reads it at its next message.', steps, old ? 'Change the block' : 'Add the block', () => editMind(mind, { blocks }));
    },
    agentBlockRemovePlan: async (uid, label) => {
      const mind = mindFor(find(uid));
      return apply(`Detach ${label}`, 'The agent does not see it any more.', [inLetta('Detach the memory block', label)], 'Detach', () => editMind(mind, { blocks: mind.blocks.filter((one) => one.label !== label) }));
    },
    agentToolPlan: async (uid, toolId, attach) => {
      const mind = mindFor(find(uid));
      const name = toolId.replace(/^tool-/, '');
      const verb = attach ? 'Attach' : 'Detach';
      return apply(`${verb} ${name}`, 'The agent knows it at its next message.', [inLetta(`${verb} the tool`, name)], verb, () => editMind(mind, { tools: attach ? [...mind.tools, name] : mind.tools.filter((one) => one !== name) }));
    },
    agentExportTo: async (uid) => { reach(store); mindFor(find(uid)); return 48; },
    agentImportPlan: async (path, name) => {
      reach(store);
      const steps = [inLetta('Import the agent into Letta', name), step(name, 'create_dir', 'Create the folder', `agents/agent-${verdict(name, []).uid}`, 'mode 0700')];
      const wanted: LettaSide = { side: 'create', model: 'openai/gpt-4.1', embedding: null, persona: 'From a file.', human: null };
      return apply(`Add ${name} from a file`, `Reads ${path}.`, steps, `Add ${name}`, () => add(name, ['broca2'], { letta_uid: side(name, wanted) }));
    },
  };
}
