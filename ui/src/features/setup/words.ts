// What the rail says: the name of each step and, once it is answered, the answer in a few words.
import type { PythonCandidate, SecretStoreInfo } from '../../bindings';
import { namedAgents, pathOf, type StepId, type WizardState } from './model';

export const RAIL_TITLES: Record<StepId, string> = {
  welcome: 'Welcome', look: 'Look around', folder: 'Folder', python: 'Python', letta: 'Letta', keychain: 'Keychain',
  account: 'Your account', modules: 'Modules and ports', agent: 'First agent', plan: 'Plan', apply: 'Creating', done: 'Done',
};

export function railTitle(step: StepId, secrets: SecretStoreInfo): string {
  if (step !== 'keychain') return RAIL_TITLES[step];
  return secrets.kind === 'os' ? secrets.name : 'Secret store';
}

function host(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

function pythonAnswer(python: string | null, known: readonly PythonCandidate[]): string {
  if (python === null) return 'Later';
  return known.find((candidate) => candidate.path === python)?.version ?? 'Chosen';
}

const found = (n: number | null): string => (n === null ? '' : n === 0 ? 'None found' : `${n} found`);

/** The answer shown beside an answered step. */
export function railAnswer(step: StepId, state: WizardState, pythons: readonly PythonCandidate[], brand: string): string {
  const { draft } = state;
  switch (step) {
    case 'welcome': return state.mode === 'existing' ? 'One that exists' : `New ${brand}`;
    case 'look': return state.mode === 'existing' ? (state.candidate?.path_short ?? '') : found(state.found);
    case 'folder': return draft.root;
    case 'python': return pythonAnswer(draft.python, pythons);
    case 'letta': return draft.letta_url === null ? 'Later' : host(draft.letta_url);
    case 'keychain': return state.secrets?.status.word ?? 'Not tried';
    case 'account': return draft.admin_user;
    case 'modules': return String(draft.modules.length);
    case 'agent': {
      const agents = namedAgents(draft);
      return agents.length === 1 ? (agents[0]?.name ?? '') : `${agents.length} agents`;
    }
    case 'plan': return 'Read';
    case 'apply': return 'Read back';
    case 'done': return '';
  }
}

/** "Step 4 of 12 · nothing written". */
export function railCaption(state: WizardState): string {
  const path = pathOf(state);
  const where = `Step ${path.indexOf(state.step) + 1} of ${path.length}`;
  if (state.step === 'done') return `${where} · applied, read back`;
  if (state.step === 'apply') return `${where} · can be taken back`;
  return `${where} · nothing written`;
}

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
