/** Plugins of the sample: seen, read in quarantine, installed, switched, tried. Nothing here runs anything. */
import type { Bisect, McpAnswer, McpTool, Plan, PluginInspection, PluginPage, PluginRow, PluginSort } from '../../bindings';
import type { Platform } from '../platform';
import { type World, pause, refuse } from '../memory';
import { status } from './data';
import { candidatesOf, graphOf, mcpSample, pluginDetail, pluginRow, samplePlugins, toolsOf } from './plugin-rows';
import { plan, step } from './plans';

export interface PluginScenario {
  /** How many, or the rows themselves; without it the eight of the design. */
  rows?: number | PluginRow[];
  tools?: McpTool[];
  cycle?: boolean;
  missing?: boolean;
  /** A Letta is there that knows the tool server, and keeps its tools until it is told to read them. */
  letta?: boolean;
  /** The name that breaks its tool; without it the last one that is on. */
  culprit?: string;
}

export interface PluginStore {
  rows: PluginRow[];
  scenario: PluginScenario;
  /** Tools that are switched off one by one. */
  off: ReadonlySet<string>;
  /** A plugin was changed since Letta read the tools. */
  changed: boolean;
  inspections: Map<string, PluginInspection>;
  bisects: Map<string, Bisect>;
  /** What looking into a source, and calling a tool, waits for; a test may hold them. */
  looked: () => Promise<void>;
  answered: () => Promise<void>;
}

export function pluginStore(scenario: PluginScenario): PluginStore {
  return { rows: Array.isArray(scenario.rows) ? scenario.rows : samplePlugins(scenario.rows ?? null), scenario, off: new Set(), changed: false, inspections: new Map(), bisects: new Map(), looked: () => Promise.resolve(), answered: () => Promise.resolve() };
}

const flags: Record<string, (row: PluginRow) => boolean> = {
  error: (row) => row.status.word === 'Error', update: (row) => row.update !== null, disabled: (row) => !row.enabled, enabled: (row) => row.enabled, quarantined: (row) => row.quarantined,
};

function filterOf(query: string): { fits: (row: PluginRow) => boolean; unknown: string | null } {
  let unknown: string | null = null;
  const tests = query.toLowerCase().split(/\s+/).filter(Boolean).map((word): ((row: PluginRow) => boolean) => {
    if (!word.startsWith('@')) return (row) => `${row.name} ${row.title} ${row.description} ${row.tool_title} ${row.status.word} ${row.status.reason}`.toLowerCase().includes(word);
    const [kind, value] = word.slice(1).split(':', 2) as [string, string | undefined];
    if (kind === 'tool' && value !== undefined) return (row) => row.tool === value || row.tool.endsWith(`/${value}`);
    if (kind === 'agent' && value !== undefined) return (row) => row.agent === value;
    const flag = value === undefined ? flags[kind] : undefined;
    if (!flag) unknown = word;
    return flag ?? (() => true);
  });
  return { fits: (row) => tests.every((test) => test(row)), unknown };
}

const rank = (row: PluginRow) => (row.quarantined ? 0 : row.status.word === 'Error' ? 1 : row.needs_you ? 2 : row.enabled ? 3 : 4);
const needsFirst = (a: PluginRow, b: PluginRow) => Number(b.needs_you) - Number(a.needs_you);
const sorts: Record<PluginSort, (a: PluginRow, b: PluginRow) => number> = {
  tool: (a, b) => Number(b.tool === 'smcp') - Number(a.tool === 'smcp') || a.tool_title.localeCompare(b.tool_title) || needsFirst(a, b), name: (a, b) => a.name.localeCompare(b.name), status: (a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name),
};

export function pluginCommands(world: World, store: PluginStore): Partial<Platform> {
  const find = (id: string) => store.rows.find((row) => row.id === id) ?? refuse('plugin_unknown', 'There is no such plugin.', 'It was removed or renamed. Look at the list again.', [id]);
  const put = (id: string, change: Partial<PluginRow>) => { store.rows = store.rows.map((row) => (row.id === id ? { ...row, ...change } : row)); world.changed(['plugins']); };
  /** Keeps the plan; what it does is undone by putting all rows back. */
  const keep = (made: Plan, done: () => void) => {
    world.plans.set(made.id, { plan: made, done: () => { const before = store.rows; store.changed = true; done(); return () => { store.rows = before; world.changed(['plugins']); }; } });
    return made;
  };
  const inspection = (id: string) => store.inspections.get(id) ?? refuse('inspection_unknown', 'This source is not in quarantine any more.', 'Choose it again.', [id]);
  const folder = (row: PluginRow) => (row.agent ? `agents/agent-${row.agent}/broca2/plugins/${row.name}` : `smcp/plugins/${row.name}`);
  let made = 0;

  return {
    pluginsList: async (query, sort, offset, limit): Promise<PluginPage> => {
      const { fits, unknown } = filterOf(query);
      const shown = store.rows.filter(fits).sort(sorts[sort]);
      const count = (flag: string) => store.rows.filter(flags[flag]!).length;
      return { items: shown.slice(offset, offset + limit), total: shown.length, all: store.rows.length, active: store.rows.filter((row) => row.status.word === 'Active').length, errors: count('error'), quarantined: count('quarantined'), updates: count('update'), unknown_filter: unknown };
    },
    pluginCompare: async (of) => { find(of.id); return [{ path: 'cli.py', size: 6_144, state: 'changed' }, { path: 'logo.png', size: 900, state: 'changed' }, { path: 'LICENSE', size: 1_024, state: 'same' }]; },
    pluginLines: async (of, path) => {
      find(of.id);
      if (of.kind === 'installed') refuse('plugin_nothing_kept', 'What was installed is not kept anywhere else, so only which files differ is known, not their lines.', 'Install it again from where it came to compare it.');
      if (path === 'logo.png') return { path, state: 'changed', note: 'Not text, so there are no lines to compare (900 bytes → 1 KiB).', lines: [], left_out: 0 };
      return { path, state: 'changed', note: null, lines: [{ kind: 'ctx', number: 3, text: 'import sys' }, { kind: 'del', number: 4, text: 'PLACE = "here"' }, { kind: 'add', number: 4, text: 'PLACE = "⟨U+202E⟩<b>there</b>"' }], left_out: 7 };
    },
    pluginGet: async (id) => pluginDetail(find(id), undefined, store.off),
    pluginsOffered: async (query) => [
      { name: 'git', title: 'git', description: 'Reads and commits in repositories.', version: '1.1.0', kind: 'smcp', source: { kind: 'git', url: 'https://github.com/sanctumos/smcp-git.git', rev: 'v1.1.0' } as const, offered_by: 'the index of the team', updates: 'smcp:git' },
      { name: 'calendar', title: 'calendar', description: 'Reads and writes one calendar.', version: '2.0.1', kind: 'bundle', source: { kind: 'archive', path: '/Users/mara/plugins/calendar.mcpb' } as const, offered_by: '~/plugins', updates: null },
      { name: 'weather', title: 'weather', description: 'Tells the weather of a place.', version: '1.2.0', kind: 'smcp', source: { kind: 'folder', path: '/Users/mara/plugins/weather' } as const, offered_by: '~/plugins', updates: null },
    ].filter((offer) => `${offer.name} ${offer.description}`.includes(query.toLowerCase())),
    pluginInspect: async (source) => {
      await store.looked();
      const from = source.kind === 'git' ? source.url : source.path;
      if (from.includes('broken')) refuse('archive_escapes', 'The archive holds `../../.ssh/config`, which leads out of it.', 'Nothing was unpacked. Do not use this archive.', [from]);
      const found: PluginInspection = { id: `inspection-${(made += 1)}`, from, candidates: from.includes('empty') ? [] : candidatesOf(from, store.rows), findings: [] };
      store.inspections.set(found.id, found);
      return found;
    },
    pluginTrust: async (id, dir) => {
      await store.answered();
      const found = inspection(id);
      const candidate = found.candidates.find((one) => one.dir === dir) ?? refuse('candidate_unknown', 'There is no such folder in it.', 'Choose it again.', [dir]);
      if (found.from.includes('hangs')) refuse('describe_timed_out', '`cli.py --describe` did not end within 10 s and was stopped.', 'Install it without its tools known, or ask its author.', []);
      const trusted = { ...candidate, trusted: true, tools: toolsOf('demo_math').slice(0, 2).map((tool) => ({ ...tool, name: tool.name.replace('demo_math', candidate.name) })) };
      store.inspections.set(id, { ...found, candidates: found.candidates.map((one) => (one.dir === dir ? trusted : one)) });
      return trusted;
    },
    pluginDiscard: async (id) => { store.inspections.delete(id); return null; },
    pluginInstallPlan: async (install) => {
      const found = inspection(install.inspection);
      const candidate = found.candidates.find((one) => one.dir === install.dir)!;
      const id = `${install.tool}:${install.name}`;
      const title = store.rows.find((row) => row.tool === install.tool)?.tool_title ?? install.tool;
      const update = candidate.replaces !== null;
      const made = plan(`${update ? 'Update' : 'Install'} ${install.name}`, `From ${found.from}. The version that is there is kept. Nothing has been written yet.`, [
        step('Files', 'create_dir', `Put ${candidate.files.length} files`, `smcp/plugins/${install.name}`, '7 KB'),
        ...candidate.needs.filter((need) => need.verdict.word !== 'Healthy').map((need) => step('Python', 'run', `Install ${need.package} ${need.wanted}`, 'smcp/venv', 'a copy is made first')),
        step('Run', 'run', 'Start, and watch for 30 s', title, 'taken back by itself if it fails'),
      ], update ? 'Update' : 'Install', { restarts: [`${title} restarts`] });
      return keep(made, () => {
        const missing = candidate.settings.filter((setting) => setting.required).map((setting) => setting.key);
        const row = pluginRow(install.tool, title, { name: install.name, description: candidate.description, icon: 'plugin', version: candidate.version, enabled: install.enable, tools: candidate.tools.length || null, missing, needs_you: missing.length > 0, status: missing.length ? status('Inactive', `${missing[0]} is not set`, 0) : status('Active', 'listed', 0) });
        store.rows = update ? store.rows.map((old) => (old.id === candidate.replaces ? { ...old, version: candidate.version, update: null } : old)) : [...store.rows, { ...row, id }];
        world.changed(['plugins']);
      });
    },
    pluginRemovePlan: async (id, keepSettings) => {
      const row = find(id);
      return keep(plan(`Remove ${row.title}`, `Moves 9 files (71 KB) to the trash of this Sanctum${keepSettings ? '; its settings stay' : ' with its settings'}. Nothing has been written yet.`, [step(row.title, 'trash', 'Move to the trash', folder(row), '9 files, 71 KB')], `Remove ${row.title}`, { restarts: [`${row.tool_title} restarts`] }), () => { store.rows = store.rows.filter((other) => other.id !== id); world.changed(['plugins']); });
    },
    pluginRollbackPlan: async (id, hash) => {
      const row = find(id);
      const version = pluginDetail(row, undefined).versions.find((one) => one.hash === hash);
      return keep(plan(`Put ${row.title} ${version?.version ?? hash} back`, 'The files that are there now are kept beside it. Nothing has been written yet.', [step(row.title, 'write_file', 'Put 9 files back', folder(row), '64 KB')], `Put ${version?.version ?? 'it'} back`), () => put(id, { version: version?.version ?? row.version, quarantined: false, needs_you: false, enabled: true, status: status('Active', 'put back', 0) }));
    },
    pluginEnablePlan: async (id, on) => {
      const row = find(id);
      const also = on && row.name === 'demo_math' ? [store.rows.find((other) => other.id === 'smcp:doc_manager')!] : [];
      const breaks = !on && row.name === 'gh' ? ' git needs it and would stop working.' : '';
      return keep(plan(`${on ? 'Enable' : 'Disable'} ${row.title}`, `${also.length ? `Also enables ${also[0]!.title}, which it needs.` : `${row.tool_title} restarts without it being ${on ? 'off' : 'on'}.`}${breaks} Nothing has been written yet.`, [row, ...also].map((one) => step(one.title, on ? 'write_file' : 'remove', on ? 'Make a link' : 'Take the link away', folder(one), '')), on ? 'Enable' : 'Disable', { restarts: [`${row.tool_title} restarts`] }),
        () => put(id, { enabled: on, status: on ? status('Active', 'listed', 0) : status('Inactive', 'switched off by mara', 0) }));
    },
    pluginToolPlan: async (id, tool, on) => {
      const row = find(id);
      const made = plan(`Switch ${tool} ${on ? 'on' : 'off'}`, 'SMCP reads which tools it offers when it starts, for everybody who uses it. Nothing has been written yet.', [step(row.tool_title, 'write_file', 'Change which tools are on', 'smcp/config/profiles.json', 'one place')], `Switch it ${on ? 'on' : 'off'}`, { restarts: ['SMCP is started again with it and watched; it is taken back where SMCP does not come up'] });
      const set = (off: ReadonlySet<string>) => { store.off = off; world.changed(['plugins']); };
      world.plans.set(made.id, { plan: made, done: () => { const before = store.off; set(new Set(on ? [...before].filter((name) => name !== tool) : [...before, tool])); return () => set(before); } });
      return made;
    },
    pluginReleasePlan: async (id) => {
      const row = find(id);
      return keep(plan(`Trust the files of ${row.title}`, 'What they are now counts as what was installed. Nothing has been written yet.', [step('Registry', 'registry', 'Record 2 hashes', 'registry · plugins', '2 rows')], 'Trust them'), () => put(id, { quarantined: false, needs_you: false, enabled: true, status: status('Active', 'trusted by mara', 0) }));
    },
    pluginsGraph: async (tool) => graphOf(store.rows, tool, store.scenario),
    ...bisectCommands(store),
    mcpTools: async () => ({ items: store.scenario.tools ?? mcpSample(), server: 'sanctum-letta-mcp 3.1.0', took_ms: 14 }),
    mcpCall: async (name, args): Promise<McpAnswer> => {
      if (world.latency) await pause(world.latency);
      await store.answered();
      if (name === 'demo_math__divide') return { is_error: true, text: 'ZeroDivisionError: division by zero\n\u001b[31mTraceback\u001b[0m', structured: null, took_ms: 31 };
      const { a, b } = args as { a?: number; b?: number };
      if (a !== undefined && b !== undefined) return { is_error: false, text: String(a + b), structured: { result: a + b }, took_ms: 31 };
      return { is_error: false, text: `<b>${JSON.stringify(args)}</b>`, structured: { echo: args }, took_ms: 212 };
    },
    mcpLettaTools: async () => {
      if (!store.scenario.letta) return { stale: null, words: 'This tool server is not registered at this Letta.' };
      return store.changed ? { stale: true, words: 'Letta does not know `weather__today`.' } : { stale: false, words: 'Letta has what sanctum-letta-mcp 3.1.0 offers: 10 tools.' };
    },
    mcpRefreshLetta: async () => { store.changed = false; world.changed(['plugins']); return 'Letta read SMCP anew. sanctum-letta-mcp 3.1.0 lists 10 tools.'; },
  };
}

function bisectCommands(store: PluginStore): Pick<Platform, 'bisectStart' | 'bisectStep' | 'bisectStop'> {
  const ids = (tool: string) => store.rows.filter((row) => row.tool === tool && row.enabled).map((row) => row.id);
  const find = (tool: string) => store.bisects.get(tool) ?? refuse('bisect_unknown', 'Nothing is being looked for.', 'Begin again.', [tool]);
  const put = (bisect: Bisect) => { store.bisects.set(bisect.tool, bisect); return bisect; };
  return {
    bisectStart: async (tool) => {
      const suspects = ids(tool);
      if (suspects.length < 2) refuse('bisect_too_few', 'Fewer than two plugins are on.', 'There is nothing to compare. Disable the one that is on, and see.', [tool]);
      return put({ tool, step: 1, most: Math.ceil(Math.log2(suspects.length)) + 1, on: suspects.slice(0, Math.ceil(suspects.length / 2)), suspects, seen: null, culprit: null, done: false, words: 'Half of them are on. Does it work?' });
    },
    bisectStep: async (tool, bad) => {
      const now = find(tool);
      const culprit = store.scenario.culprit ?? ids(tool).at(-1)!;
      const isBad = bad ?? now.on.includes(culprit);
      const suspects = now.suspects.filter((id) => now.on.includes(id) === isBad);
      const seen = bad === null ? (isBad ? 'SMCP did not answer within 10 s' : 'SMCP answered in 12 ms, 4 tools') : null;
      if (suspects.length === 1) return put({ ...now, suspects, on: ids(tool), seen, culprit: suspects[0]!, done: true, words: 'Everything is as it was before.' });
      return put({ ...now, step: now.step + 1, suspects, on: suspects.slice(0, Math.ceil(suspects.length / 2)), seen, words: `${suspects.length} are left. Does it work?` });
    },
    bisectStop: async (tool) => put({ ...find(tool), done: true, words: 'Stopped. Everything is as it was before.' }),
  };
}

/** `?plugins=1000`, `?plugins=0`, `?cycle`, `?holes` in the page's address. */
export function pluginsFromAddress(asked: URLSearchParams): PluginScenario {
  return { rows: asked.has('plugins') ? Number(asked.get('plugins')) : undefined, cycle: asked.has('cycle'), missing: asked.has('holes') };
}
