/** The inside of a sample Broca: a queue, people, and what was said. */
import type { BrocaAction, BrocaCounts, BrocaLine, BrocaPerson, BrocaQueueRow, Page } from '../../bindings';
import type { Platform } from '../platform';
import { type World, refuse } from '../memory';
import { ago } from './data';
import { plan, step } from './plans';

export interface BrocaScenario {
  /** Rows of the queue. */
  rows?: number;
  people?: number;
  /** There is no database yet. */
  none?: boolean;
  /** The first person's name, and what the first message says. */
  hostile?: string;
}

const words = ['completed', 'pending', 'failed', 'completed', 'processing', 'flushed'];

function sampleRow(i: number, total: number, hostile?: string): BrocaQueueRow {
  const state = words[i % words.length]!;
  return {
    id: total - i, status: state, attempts: state === 'failed' ? 3 : state === 'pending' ? 0 : 1, at: ago(60 + i * 400), platform: i % 2 ? 'telegram' : 'web_chat', person: i % 3 ? 'Jonas' : hostile ?? 'Mara',
    message: i === 0 && hostile ? hostile : `Is the window in the kitchen closed? (${total - i})`, answer: state === 'completed' ? 'Yes, since nine.' : null,
  };
}

const page = <T,>(items: T[], offset: number, limit: number): Page<T> => ({ items: items.slice(offset, offset + limit), total: items.length });

const acts: Record<BrocaAction, { title: (n: number) => string; action: string; fits: (row: BrocaQueueRow) => boolean }> = {
  requeue: { title: (n) => `Requeue ${n} failed`, action: 'Requeue', fits: (row) => row.status === 'failed' },
  flush: { title: (n) => `Flush ${n} waiting`, action: 'Flush', fits: (row) => row.status === 'pending' },
  delete: { title: (n) => `Take ${n} out of the queue`, action: 'Take out', fits: (row) => row.status !== 'processing' },
};

export function brocaCommands(world: World, scenario: BrocaScenario): Partial<Platform> {
  const total = scenario.rows ?? 24;
  let rows = scenario.none ? [] : Array.from({ length: total }, (_, i) => sampleRow(i, total, scenario.hostile));
  const people: BrocaPerson[] = scenario.none ? [] : Array.from({ length: scenario.people ?? 3 }, (_, i) => ({
    id: i + 1, platform: i % 2 ? 'telegram' : 'web_chat', name: i === 0 ? scenario.hostile ?? 'Mara' : i === 1 ? 'Jonas' : `Visitor ${i}`, username: i % 2 ? `visitor_${i}` : null, messages: 40 - (i % 40), last_active: ago(60 + i * 7_000),
  }));
  const lines: BrocaLine[] = Array.from({ length: 40 }, (_, i) => ({ id: 40 - i, role: i % 2 ? 'user' : 'assistant', at: ago(60 + i * 300), text: i % 2 ? `Is the window closed? (${40 - i})` : scenario.hostile ?? `Yes, since nine. (${40 - i})` }));
  const needs = (uid: string) => {
    const agent = world.agents.find((row) => row.uid === uid) ?? refuse('agent_unknown', 'There is no such agent.', 'It was removed or renamed.', [uid]);
    if (!agent.modules.some((module) => module.name === 'broca2')) refuse('broca_missing', `${agent.name} has no Broca.`, 'Add the module first.');
    return agent;
  };
  const counts = (): BrocaCounts => {
    const of = (state: string) => rows.filter((row) => row.status === state).length;
    return { pending: of('pending'), processing: of('processing'), completed: of('completed'), failed: of('failed'), flushed: of('flushed'), messages: rows.length * 2, people: people.length };
  };
  return {
    brocaView: async (uid) => {
      const agent = needs(uid);
      return { file: scenario.none ? null : `${agent.path}/broca2/db/sanctum.db`, counts: counts(), missing: scenario.none ? ['Broca has not made its database yet. It does so at its first start.'] : [], read_at: ago(0) };
    },
    brocaQueue: async (uid, state, offset, limit) => { needs(uid); return page(rows.filter((row) => state === '' || row.status === state), offset, limit); },
    brocaPeople: async (uid, offset, limit) => { needs(uid); return page(people, offset, limit); },
    brocaLines: async (uid, _person, offset, limit) => { needs(uid); return page(lines, offset, limit); },
    brocaActionPlan: async (uid, action, ids) => {
      const agent = needs(uid);
      const chosen = rows.filter((row) => acts[action].fits(row) && (ids.length ? ids.includes(row.id) : action !== 'delete'));
      if (chosen.length === 0) refuse('broca_nothing', 'There is nothing it fits.', 'Look at the queue again.');
      const made = plan(acts[action].title(chosen.length), `Changes the queue of ${agent.name}’s Broca. Nothing has been written yet.`, [step('Broca', 'registry', acts[action].title(chosen.length), `${agent.path}/broca2/db/sanctum.db`, `${chosen.length} rows`)], acts[action].action);
      world.plans.set(made.id, { plan: made, done: () => {
        const before = rows;
        const at = new Set(chosen.map((row) => row.id));
        const next = action === 'requeue' ? { status: 'pending', attempts: 0 } : { status: 'flushed' };
        rows = action === 'delete' ? rows.filter((row) => !at.has(row.id)) : rows.map((row) => (at.has(row.id) ? { ...row, ...next } : row));
        return () => { rows = before; };
      } });
      return made;
    },
  };
}
