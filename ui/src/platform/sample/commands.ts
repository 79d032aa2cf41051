import type { ChangeRow, Plan, Receipt, ToolCard } from '../../bindings';
import type { Platform } from '../platform';
import { type World, pause, refuse } from '../memory';
import { ago, sampleState, status } from './data';
import { addAgentPlan, removeAgentPlan, undoPlan, verdict } from './plans';
import { sampleModules } from './setup';

const fold = (text: string) => text.toLowerCase();

export function sessionCommands(world: World): Partial<Platform> {
  const enter = () => {
    world.state = { ...world.state, phase: 'ready', user: { id: 1, username: 'mara', role: 'admin', session_expires_at: null, remembered: true } };
    return world.state;
  };
  const setup = () => (world.state = { ...world.state, phase: 'setup', install: null, user: null });
  return {
    appState: async () => world.state,
    appReady: async () => null,
    appShowPath: async (path) => { world.shown.push(path); return null; },
    appTakeLink: async () => { const link = world.link; world.link = null; return link; },
    installOpen: async (path) => (world.state = { ...world.state, phase: 'sign_in', trouble: null, user: null, install: { id: 'other', root: path, root_short: path, sample: false, layout: 'A', agents: 3, tools: 12 } }),
    installClose: async () => setup(),
    doctor: async () => [],
    registrySalvage: async () => {
      world.state = { ...world.state, phase: 'sign_in', trouble: null, install: sampleState.install };
      return { kept: '/Users/mara/sanctum/control/registry.db.damaged-20261120-133010', rows: 1_204, findings: ['Table audit: 3 rows could not be read.'] };
    },
    registryCopies: async () => [{ path: '/Users/mara/sanctum/control/registry.db.bak-20261119-081500', made: '20261119-081500' }],
    registryRestore: async () => (world.state = { ...world.state, phase: 'sign_in', trouble: null, install: sampleState.install }),
    secretsUnlock: async (passphrase) => {
      const right = passphrase === 'correct horse';
      const answer = right ? status('Healthy', 'The encrypted file opens with the passphrase.', 1) : status('Degraded', 'The passphrase does not open the encrypted secrets file. Nothing was changed; try it again.', 1);
      return (world.state = { ...world.state, secret_store: { kind: 'file', name: 'encrypted file', status: answer } }).secret_store;
    },
    sessionSignIn: async (username, password) => {
      if (username === 'locked') refuse('locked_until', 'Too many tries. The next one counts later.', 'Waiting helps; trying again before then does not.', [ago(-30)]);
      if (username !== 'mara' || password !== 'correct horse') refuse('wrong_sign_in', 'The name or the password is not right.', 'Check both; capital letters count in the password.');
      return enter();
    },
    sessionRestore: async () => world.state,
    sessionSignOut: async () => (world.state = { ...world.state, phase: 'sign_in', user: null }),
    sessionLock: async () => (world.state = { ...world.state, phase: 'locked' }),
    sessionUnlock: async (password) => (password === 'correct horse' ? enter() : refuse('wrong_sign_in', 'This is not the password of mara.', 'Check the capitals and try again.')),
    setupSample: async () => {
      const state = enter();
      return (world.state = { ...state, install: { id: 'sample', root: '/tmp/sample', root_short: '/tmp/sample', sample: true, layout: 'A', agents: world.agents.length, tools: world.tools.length } });
    },
    setupUndo: async () => setup(),
    setupApply: async (planId) => {
      const receipt = await apply(world, planId);
      enter();
      return { receipt, root: '/Users/mara/sanctum', root_short: '~/sanctum', created: [{ name: 'Folders', value: '24', mono: false }, { name: 'Files', value: '12', mono: false }], findings: [] };
    },
  };
}

export function toolCommands(world: World): Partial<Platform> {
  const tabCards = (tab: string) => world.tools.filter((card) => card.tab === tab);
  const find = (id: string): ToolCard => world.tools.find((card) => card.id === id) ?? refuse('tool_unknown', 'This card is gone.', 'It was removed or renamed; go back to the tools.', [id]);
  return {
    toolsTabs: async () => [
      { id: 'global', title: 'Global' }, ...world.agents.map((agent) => ({ id: `agent:${agent.uid}`, title: agent.name })), { id: 'smcp', title: 'SMCP' },
    ].map((tab) => { const cards = tabCards(tab.id); return { ...tab, count: cards.length, needs_you: cards.filter((card) => card.needs_you).length }; }),
    toolsList: async (tab, query, offset, limit) => {
      const cards = tabCards(tab).filter((card) => fold(`${card.title} ${card.name} ${card.description} ${card.status.reason}`).includes(fold(query)));
      const sorted = [...cards.filter((card) => card.needs_you), ...cards.filter((card) => !card.needs_you)];
      return { items: sorted.slice(offset, offset + limit), total: sorted.length, needs_you: cards.filter((card) => card.needs_you).length };
    },
    toolProbe: async (id) => {
      const card = find(id);
      const fresh = { ...card, status: { ...card.status, measured_at: ago(0) } };
      world.tools = world.tools.map((other) => (other.id === id ? fresh : other));
      return fresh;
    },
  };
}

export function agentCommands(world: World): Partial<Platform> {
  const find = (uid: string) => world.agents.find((agent) => agent.uid === uid) ?? refuse('agent_unknown', 'There is no such agent.', 'It was removed or renamed.', [uid]);
  const keep = (plan: Plan, done: () => void) => { world.plans.set(plan.id, { plan, done }); return plan; };
  return {
    agentsList: async (query, offset, limit) => {
      const agents = world.agents.filter((agent) => fold(`${agent.name} ${agent.uid} ${agent.status.reason}`).includes(fold(query)));
      return { items: agents.slice(offset, offset + limit), total: agents.length };
    },
    agentGet: async (uid) => {
      const agent = find(uid);
      return { agent, findings: [], facts: [{ name: 'Folder', value: agent.path, mono: true }, { name: 'Ports', value: agent.modules.map((module) => module.port).join(', '), mono: true }, { name: 'Index', value: String(world.agents.indexOf(agent)), mono: false }] };
    },
    agentModules: async () => sampleModules.filter((module) => module.scope === 'agent'),
    agentCheckName: async (name) => verdict(name, world.agents.map((agent) => agent.uid)),
    agentAddPlan: async (draft) => keep(addAgentPlan(draft), () => {
      const uid = verdict(draft.name, []).uid ?? 'agent';
      world.agents = [...world.agents, { uid, name: draft.name, description: draft.description, color: (world.agents.length % 4) + 1, status: status('Ready', 'never started'), modules: [], path: `agents/agent-${uid}`, letta_uid: null, origin: 'registry', created_at: ago(0), avatar: null, archived: false, way: 'letta', unread: 0 }];
    }),
    agentRemovePlan: async (uid) => { const agent = find(uid); return keep(removeAgentPlan(agent.name, uid), () => { world.agents = world.agents.filter((other) => other !== agent); }); },
  };
}

let changeNumber = 0;

/** Later ids sort after earlier ones, as the journal's do. */
function nextChangeId(): string {
  changeNumber += 1;
  return `0193a1c0-0000-7000-9000-${String(changeNumber).padStart(12, '0')}`;
}

async function apply(world: World, planId: string): Promise<Receipt> {
  const entry = world.plans.get(planId) ?? refuse('plan_unknown', 'This plan is not known any more.', 'Look again.');
  const { plan } = entry;
  for (const [i, step] of plan.steps.entries()) {
    const event = { job: planId, step: i, total: plan.steps.length, group: step.group, title: step.title, line: null };
    world.progress({ ...event, state: 'running', elapsed_ms: 0 });
    if (world.latency) await pause(world.latency);
    if (world.cancelled.has(planId)) {
      world.progress({ ...event, state: 'rolled_back', elapsed_ms: 12 });
      refuse('cancelled', 'The plan was stopped and everything it did was taken back.', 'Nothing is left of it.');
    }
    world.progress({ ...event, state: 'done', elapsed_ms: 12 });
  }
  world.plans.delete(planId);
  return record(world, plan.title, plan.steps.length, entry.done, entry.undoes);
}

/** Makes a change and writes it into the journal, with the way back. */
export function record(world: World, title: string, steps: number, done: (changeId: string) => void | (() => void), undone?: string): Receipt {
  const id = nextChangeId();
  const back = done(id);
  if (back) world.inverses.set(id, { back, again: () => { done(id); } });
  const undoes = world.changes.find((row) => row.id === undone);
  const row: ChangeRow = { id, title, summary: `${steps} ${steps === 1 ? 'step' : 'steps'}`, actor: 'mara', via: 'app', at: ago(0), state: 'applied', state_text: 'Applied, read back', undoable: true, undo_reason: null, undo_of: undoes?.id ?? null, is_undo: undoes ? !undoes.is_undo : false, icon: undoes ? 'undo' : 'tools' };
  world.changes = [row, ...world.changes.map((other) => (other.id === undoes?.id ? { ...other, state: 'undone' as const, state_text: 'Undone', undoable: false } : other))];
  world.changed(['agents', 'tools', 'changes', 'settings']);
  return { change_id: id, title, applied_at: ago(0), took_ms: 84, steps, notes: ['Nothing was started.'], undoable: true };
}

export function planCommands(world: World): Partial<Platform> {
  return {
    planApply: (planId) => apply(world, planId),
    planCancel: async (planId) => { world.cancelled.add(planId); return null; },
    planDiscard: async (planId) => { world.plans.delete(planId); return null; },
  };
}

/** How many times a change was turned round: 0 a change, 1 its undo, 2 the redo. */
function depth(world: World, row: ChangeRow): number {
  const undone = row.undo_of === null ? undefined : world.changes.find((other) => other.id === row.undo_of);
  return undone ? 1 + depth(world, undone) : 0;
}

export function changeCommands(world: World): Partial<Platform> {
  const find = (id: string) => world.changes.find((row) => row.id === id) ?? refuse('change_unknown', 'There is no such change set.', 'Look in Activity.', [id]);
  return {
    changesList: async (query, filter, offset, limit) => {
      const rows = world.changes.filter((row) => fold(`${row.title} ${row.summary} ${row.actor}`).includes(fold(query)) && (filter === 'all' || (filter === 'mine' ? row.actor === 'mara' : row.via === 'cli')));
      return { items: rows.slice(offset, offset + limit), total: rows.length };
    },
    changeGet: async (id) => {
      const row = find(id);
      const conflicts = row.state === 'needs_you' ? [{ target: 'agents/agent-monday/broca2/config/.env', what: 'changed outside after we wrote it' }] : [];
      return { row, steps: addAgentPlan({ name: 'Timbre', uid: null, description: '', modules: ['broca2'] }).steps.map((step) => ({ ...step, state: 'done' as const })), took_ms: 84, conflicts };
    },
    changeUndoPlan: async (id) => {
      const row = find(id);
      if (!row.undoable) refuse('undo_conflict', 'Undo would overwrite a newer edit.', 'Put the file back as it was, or keep it as it is. Nothing was taken back.', ['agents/agent-monday/broca2/config/.env: changed outside after we wrote it']);
      const plan = undoPlan(row);
      const pair = world.inverses.get(id) ?? { back: () => {}, again: () => {} };
      world.plans.set(plan.id, { plan, undoes: id, done: () => { pair.back(); return pair.again; } });
      return plan;
    },
    changesLastUndoable: async () => world.changes.find((row) => row.undoable && row.state === 'applied' && depth(world, row) % 2 === 0) ?? null,
    changesLastRedoable: async () => {
      const undo = world.changes.find((row) => row.state === 'applied' && depth(world, row) % 2 === 1);
      const own = world.changes.findIndex((row) => row.undo_of === null && row.state !== 'rolled_back');
      return undo && (own < 0 || world.changes.indexOf(undo) < own) ? undo : null;
    },
  };
}
