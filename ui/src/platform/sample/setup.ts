/** The wizard's commands over sample data. Nothing here touches a disk. */
import type { CatalogueModule, Plan, PythonCandidate, SetupDraft } from '../../bindings';
import type { PlatformCommands } from '../platform';
import { ago, status } from './data';
import { addAgentPlan, verdict } from './plans';

export const sampleModules: CatalogueModule[] = [
  { name: 'broca2', title: 'Broca', description: 'Speaks for the agent on every platform.', icon: 'chat', scope: 'agent', default_on: true, note: null },
  { name: 'thalamus', title: 'Thalamus', description: 'Prepares what comes in before the agent sees it.', icon: 'filter', scope: 'agent', default_on: true, note: null },
  { name: 'smcp', title: 'SMCP', description: 'The shared tool server.', icon: 'service', scope: 'global', default_on: true, note: 'Letta likes 8283 too; whichever is found there keeps it.' },
];

const pythons: PythonCandidate[] = [
  { path: '/opt/homebrew/bin/python3.12', path_short: '/opt/homebrew/bin/python3.12', version: '3.12.7', origin: 'Homebrew', verdict: 'fits', reason: 'All 6 checks passed in 210 ms' },
  { path: '/Users/mara/miniconda3/bin/python', path_short: '~/miniconda3/bin/python', version: '3.12.2', origin: 'conda', verdict: 'catch', reason: 'conda changes it behind our back' },
  { path: '/usr/bin/python3', path_short: '/usr/bin/python3', version: '3.9.6', origin: 'system', verdict: 'refused', reason: 'Broca needs 3.11 or newer' },
];

export const sampleDraft: SetupDraft = {
  step: 'welcome', mode: 'new', root: '~/sanctum', python: null, venv: true, letta_url: 'http://127.0.0.1:8283', admin_user: '', admin_email: null,
  modules: ['broca2', 'thalamus', 'smcp'], agents: [{ name: 'Athena', uid: null, description: '', modules: ['broca2', 'thalamus'] }],
};

type SetupCommands = Pick<PlatformCommands,
  | 'setupDefaults' | 'setupScan' | 'setupCheckRoot' | 'setupPythons' | 'setupCheckPython' | 'setupCheckLetta' | 'setupCheckSecrets' | 'setupCheckAccount'
  | 'setupCheckAgent' | 'setupPorts' | 'setupSave' | 'setupDiscard' | 'setupPlan'>;

export function setupCommands(keepPlan: (plan: Plan) => Plan): SetupCommands {
  return {
    setupDefaults: async () => ({ draft: structuredClone(sampleDraft), modules: sampleModules, password_min: 10 }),
    setupScan: async (path) => ({ candidates: [], looked_at: path === null ? 3 : 1, took_ms: 41, cut: null }),
    setupCheckRoot: async (path) => {
      const ok = path.startsWith('/') || path.startsWith('~/');
      const finding = { code: 'root_relative', level: 'error' as const, message: 'The path is relative.', hint: 'Enter a path that starts with / or ~/.', path };
      return { path: ok ? path.replace(/^~/, '/Users/mara') : null, path_short: path, ok, findings: ok ? [] : [finding], suggestion: ok ? null : '~/sanctum', free: '41 GB' };
    },
    setupPythons: async () => pythons,
    setupCheckPython: async (path) => pythons.find((python) => python.path === path) ?? { path, path_short: path, version: null, origin: 'chosen', verdict: 'refused', reason: 'It could not be run' },
    setupCheckLetta: async (url) => ({ url, status: status('Healthy', 'answered in 31 ms', 1), flavour: 'Letta server', version: '0.11.7', latency_ms: 31, hint: '' }),
    setupCheckSecrets: async () => ({ kind: 'memory', name: 'memory', status: status('Healthy', 'test item written, read back and deleted in 1 ms', 1) }),
    setupCheckAccount: async (username, password) => {
      const findings = [];
      if (!/^[a-z][a-z0-9._-]*$/.test(username)) findings.push({ code: 'user_name', level: 'error' as const, message: 'A user name starts with a letter.', hint: 'Use a to z, 0 to 9, dot, dash.', path: null });
      if (password.length < 10) findings.push({ code: 'password_weak', level: 'error' as const, message: 'This password is too short.', hint: 'Use 10 characters or more.', path: null });
      return { strength: Math.min(4, Math.floor(password.length / 5)), findings };
    },
    setupCheckAgent: async (name, others) => verdict(name, others.map((other) => verdict(other, []).uid ?? '')),
    setupPorts: async (draft) => draft.agents.flatMap((agent, i) => agent.modules.map((module) => (
      { port: (module === 'broca2' ? 9000 : 9200) + i, agent: agent.uid ?? agent.name.toLowerCase(), module, moved_from: null, held_by: null }))),
    setupSave: async () => null,
    setupDiscard: async () => null,
    setupPlan: async (draft) => {
      const first = draft.agents[0] ?? { name: 'Athena', uid: null, description: '', modules: draft.modules };
      const base = addAgentPlan(first);
      const folder = { ...base.steps[0]!, group: 'Folders', diff: [], diff_left_out: 0 };
      const folders = ['.', 'agents', 'control', 'smcp', 'tools'].map((target) => ({ ...folder, target }));
      return keepPlan({ ...base, title: `Create a Sanctum in ${draft.root}`, summary: 'Folders, settings, the registry and your first Prime. Nothing has been written yet.', steps: [...folders, ...base.steps], action: 'Create this Sanctum' });
    },
  };
}

export const resumeSample = { draft: { ...sampleDraft, step: 'account', admin_user: 'mara' }, saved_at: ago(3600), state: 'answering', message: 'Setup was left at the account. Nothing was written.' };
