/** Settings and secrets over sample data: checks, plans that change the rows when applied, a keychain that keeps no value. */
import type { DraftCheck, Level, Plan, SettingEdit, SettingProblem, SettingRow, SettingsTarget, ToolCard } from '../../bindings';
import { type World, refuse } from '../memory';
import type { Platform } from '../platform';
import { ago, status } from './data';
import { plan, step } from './plans';
import { levelRank, moduleScope, resettle, rowOf, sampleOf, textOf } from './settings-rows';

interface Tool { target: SettingsTarget; who: string }
interface Kept { tools: Map<string, Tool>; plain: { key: string; file: string; line: number; title: string; target: string }[]; setAt: Map<string, string> }

const worlds = new WeakMap<World, Kept>();

export function kept(world: World): Kept {
  let found = worlds.get(world);
  if (!found) {
    const file = 'agents/agent-athena/broca2/config/.env';
    const target = 'agent:athena/broca2';
    found = { tools: new Map(), setAt: new Map(), plain: [{ key: 'OPENAI_API_KEY', file, line: 21, title: 'OpenAI key', target }, { key: 'WEBHOOK_SECRET', file, line: 22, title: 'Webhook secret', target }] };
    worlds.set(world, found);
  }
  return found;
}

/** Cards that the grid's sample has under another name. */
const builtins: Record<string, string> = { 'b:preferences': 'Preferences', 'b:system-settings': 'System settings', 'b:ports': 'Ports' };

function cardOf(world: World, id: string): ToolCard {
  const title = builtins[id];
  if (title) {
    return { id, tab: 'global', name: id.slice(2), title, description: '', icon: 'tools', emoji: null, kind: 'builtin', origin: 'builtin', version: null, path: null, status: status('Healthy', 'read just now', 1), needs_you: false, broken: null };
  }
  return [...world.tools, ...world.hidden].find((card) => card.id === id) ?? refuse('tool_unknown', 'This card is gone.', 'It was removed or renamed; go back to the tools.', [id]);
}

export function toolOf(world: World, id: string): Tool {
  const all = kept(world).tools;
  const known = all.get(id);
  if (known) return known;
  const card = cardOf(world, id);
  const uid = /^agent:([^/]+)\//.exec(id)?.[1];
  const agent = uid ? world.agents.find((row) => row.uid === uid)?.name ?? uid : null;
  const { scope, rows } = sampleOf(id, uid && agent ? moduleScope(agent, uid, card.name, card.title) : null);
  if (!world.settings.has(id)) world.settings.set(id, rows);
  const tool: Tool = {
    who: agent ? `${card.title} of ${agent}` : card.title,
    target: {
      address: scope.address, plain_secrets: 0, open_ended: id === 'b:system-settings', runs: 'It runs since 3 h.', findings: [], status: card.status.word,
      files: scope.file ? [{ path: scope.file, exists: true, lines: 32, drift: 0 }] : [],
      levels: scope.levels.map((info) => ({ ...info, why_not: info.level === 'default' ? 'The schema sets it.' : null })),
    },
  };
  all.set(id, tool);
  return tool;
}

/** Rows of a card as they stand. */
export function settingsOf(world: World, id: string): SettingRow[] {
  toolOf(world, id);
  return world.settings.get(id) ?? [];
}

function said(row: SettingRow | undefined, edit: SettingEdit): SettingProblem | null {
  const problem = (code: string, message: string): SettingProblem => ({ id: edit.id, code, message, blocks: true });
  if (!row) return edit.id.startsWith('env:') ? null : problem('level', 'There is no such setting any more. Discard this change.');
  if (row.read_only) return problem('read_only', row.read_only);
  if (edit.op !== 'set') return null;
  const { value } = edit;
  if (typeof value === 'number') {
    const small = row.min !== null && value < row.min;
    if (small || (row.max !== null && value > row.max)) return problem('invalid', `${value} is too ${small ? 'small' : 'large'}. ${row.hint ? `${row.hint} ` : ''}Enter ${row.min} to ${row.max}.`);
    if (row.kind === 'port' && value === 9200) return problem('port_held', '9200 is held by Thalamus of Athena. Both could not run together. Enter another port.');
  }
  if (row.required && value === '') return problem('invalid', 'It is empty. Broca cannot start without it. Enter an address.');
  if (typeof value === 'string' && /[\\]|\$\{/.test(value) && row.file && !edit.by_environment) return problem('unquotable', 'No quoting carries a `\\` alike in bash and dotenv, so no file can hold this value.');
  return null;
}

/** A row as it stands after one edit. */
export function edited(row: SettingRow, edit: SettingEdit, who: string): SettingRow {
  const chain = row.chain.map((link) => {
    if (link.level !== edit.level) return link;
    if (edit.op === 'reset') return { ...link, value: null, json: null, source: null, who: null, when: null };
    const json = edit.op === 'none' ? null : edit.value;
    const source = edit.level === 'instance' && row.file ? { file: row.file, line: 33 } : { file: 'registry · configurations', line: null };
    return { ...link, json: row.secret ? null : json, value: row.secret ? 'set' : textOf(json), who, when: ago(0), source };
  });
  return resettle({ ...row, chain, by_environment: row.secret || edit.by_environment });
}

function check(world: World, target: string, edits: SettingEdit[]): DraftCheck {
  const tool = toolOf(world, target);
  const find = (id: string) => settingsOf(world, target).find((row) => row.id === id);
  const problems = edits.map((edit) => said(find(edit.id), edit)).filter((found) => found !== null);
  const good = edits.filter((edit) => !problems.some((found) => found.id === edit.id));
  const files = new Set(good.map((edit) => find(edit.id)?.file ?? null).filter((file) => file !== null));
  const restarts = good.some((edit) => find(edit.id)?.restart);
  return {
    problems, files: files.size, instances: good.length > 0 ? [tool.who] : [], restarts: restarts ? [`${tool.who} runs since before this change`] : [],
    touches: [...files].map((file) => `${good.length} ${good.length === 1 ? 'line' : 'lines'} of ${file}, the other ${32 - good.length} stay as they are`),
    after: good.map((edit) => {
      const row = find(edit.id);
      if (!row) return { id: edit.id, value: edit.value === null ? null : textOf(edit.value), level: edit.level };
      const next = edited(row, edit, 'you');
      return { id: edit.id, value: next.value, level: next.level };
    }),
  };
}

/** Writes edits into the rows and gives back what takes them out again. */
export function write(world: World, id: string, changeId: string, title: string, edits: SettingEdit[]): () => void {
  const tool = toolOf(world, id);
  const before = settingsOf(world, id);
  const put = (next: SettingRow[]) => { world.settings.set(id, next); };
  for (const edit of edits) {
    const rows = settingsOf(world, id);
    const was = rows.find((row) => row.id === edit.id);
    if (!was) {
      const name = edit.id.replace(/^env:/, '');
      const scope = { address: tool.target.address, file: '.env', levels: tool.target.levels };
      put([...rows, rowOf(scope, 40, 'Environment', 'text', name, name, '', { [edit.level]: edit.value }, { id: edit.id, known: false })]);
      continue;
    }
    const next = edited(was, edit, 'mara');
    put(rows.map((row) => (row === was ? next : row)));
    world.settingChanges = [{
      change_id: changeId, title, at: ago(0), actor: 'mara', via: 'app', level: edit.level, scope: was.chain.find((link) => link.level === edit.level)?.title ?? edit.level,
      target: id, id: was.id, key: was.key, name: was.title, secret: was.secret, before: was.value, after: next.value, undone: false,
    }, ...world.settingChanges];
  }
  return () => {
    put(before);
    world.settingChanges = world.settingChanges.map((change) => (change.change_id === changeId ? { ...change, undone: true } : change));
  };
}

/** The plan of some edits of one tool. */
export function editsPlan(world: World, id: string, edits: SettingEdit[], title: string, action: string): Plan {
  const tool = toolOf(world, id);
  const steps = edits.map((edit) => {
    const row = settingsOf(world, id).find((found) => found.id === edit.id);
    const key = row?.key ?? edit.id.replace(/^env:/, '');
    const line = row?.secret || edit.op === 'reset' ? [] : [`${key}='${edit.op === 'none' ? '' : textOf(edit.value)}'`];
    return edit.level === 'instance' && row?.file
      ? step(tool.who, 'write_file', 'Write 1 line', row.file, '1 of 32 lines', line)
      : step(tool.who, 'registry', edit.op === 'reset' ? 'Forget the value' : 'Record the value', `registry · ${edit.level}`, key);
  });
  const { restarts } = check(world, id, edits);
  const made = plan(title, 'Only these lines are written. Nothing has been written yet.', steps, action, { restarts, command: null });
  world.plans.set(made.id, { plan: made, done: (changeId) => write(world, id, changeId, title, edits) });
  return made;
}

export function settingsCommands(world: World): Partial<Platform> {
  const one = (id: string, settingId: string) => settingsOf(world, id).find((row) => row.id === settingId) ?? refuse('setting_unknown', 'There is no such setting.', 'Read the tool again.', [settingId]);
  return {
    toolGet: async (id) => {
      const card = cardOf(world, id);
      const tool = toolOf(world, id);
      const plain = kept(world).plain.filter((secret) => secret.target === id).length;
      return {
        card, foreign_keys: card.kind === 'module' ? 3 : 0, target: { ...tool.target, plain_secrets: plain },
        facts: builtins[id] ? [] : [
          { name: 'Folder', value: card.path ?? '', mono: true }, { name: 'Version', value: card.version ?? 'not stated', mono: false },
          { name: 'Found by', value: card.origin, mono: false }, { name: 'Kind', value: card.kind, mono: false },
        ],
        settings: card.broken ? [] : settingsOf(world, id),
        findings: card.broken ? [{ code: 'manifest_broken', level: 'error', message: `${card.broken.file}, line ${card.broken.line}: ${card.broken.message}.`, hint: card.broken.hint, path: card.broken.file }] : [],
      };
    },
    settingsCheck: async (id, edits) => check(world, id, edits),
    settingsPlan: async (id, edits) => {
      const tool = toolOf(world, id);
      const { problems } = check(world, id, edits);
      const good = edits.filter((edit) => !problems.some((found) => found.id === edit.id && found.blocks));
      if (good.length === 0) refuse('nothing_to_change', 'No value is left to change.', 'The reasons stand under the fields.');
      const title = `Change ${good.length} ${good.length === 1 ? 'setting' : 'settings'} of ${tool.who}`;
      return editsPlan(world, id, good, title, `Apply ${good.length} ${good.length === 1 ? 'change' : 'changes'}`);
    },
    settingsPromotePlan: async (id, settingId, from: Level, to: Level) => {
      const row = one(id, settingId);
      const link = row.chain.find((entry) => entry.level === from);
      if (!link || link.value === null || levelRank(to) >= levelRank(from)) refuse('promote_nothing', 'There is no value to move there.', 'Choose a level that says something.');
      const base = { id: settingId, by_environment: false };
      return editsPlan(world, id, [{ ...base, level: to, op: 'set', value: link.json }, { ...base, level: from, op: 'reset', value: null }], `Move ${row.title} to ${row.chain.find((entry) => entry.level === to)?.title ?? to}`, 'Move the value');
    },
  };
}
