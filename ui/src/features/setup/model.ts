// The wizard's answers and the way through it: pure, so that it is tested without a screen.
// The password is part of this state and of nothing that leaves it but `setupPlan`.
import type {
  AgentDraft, AppState, Candidate, Plan, SecretStoreInfo, SetupDefaults, SetupDraft, SetupSummary,
} from '../../bindings';

export const STEP_IDS = [
  'welcome', 'look', 'folder', 'python', 'letta', 'keychain', 'account', 'modules', 'agent', 'plan', 'apply', 'done',
] as const;
export type StepId = (typeof STEP_IDS)[number];
export type Mode = 'new' | 'existing' | 'sample';

const ADOPT_PATH: readonly StepId[] = ['welcome', 'look', 'account', 'plan', 'apply', 'done'];

export interface WizardState {
  step: StepId;
  /** Steps whose answer was given or confirmed. */
  answered: readonly StepId[];
  /** Steps that were on the screen. */
  visited: readonly StepId[];
  mode: Mode;
  draft: SetupDraft;
  /** The Sanctum chosen to be taken over; its folder never replaces the one in `draft.root`. */
  candidate: Candidate | null;
  /** The folder that a resumed setup was to take over; looked at again before it is chosen. */
  adoptPath: string | null;
  /** A saved setup that was not yet taken up or dropped. */
  resumePending: boolean;
  password: string;
  password2: string;
  /** Set where a later step sent the person back for the password; that step follows. */
  returnTo: StepId | null;
  plan: Plan | null;
  /** The answers that `plan` was made from. */
  planFor: string;
  summary: SetupSummary | null;
  /** A setup that was taken back by its own undo. */
  undone: boolean;
  /** How many Sanctums the look around found; null before it. */
  found: number | null;
  /** What trying the secret store gave; null before it was tried. */
  secrets: SecretStoreInfo | null;
}

export type WizardAction =
  | { type: 'mode'; mode: Mode }
  | { type: 'answer'; change: Partial<SetupDraft> }
  | { type: 'candidate'; candidate: Candidate | null }
  | { type: 'password'; password?: string; password2?: string }
  | { type: 'go'; step: StepId }
  | { type: 'next' }
  | { type: 'back' }
  | { type: 'resume'; draft: SetupDraft }
  | { type: 'restart'; draft: SetupDraft }
  | { type: 'needPassword'; returnTo: StepId }
  | { type: 'planned'; plan: Plan }
  | { type: 'dropPlan' }
  | { type: 'noted'; found?: number; secrets?: SecretStoreInfo }
  | { type: 'created'; summary: SetupSummary }
  | { type: 'undone' };

export const emptyAgent = (): AgentDraft => ({ name: '', uid: null, description: '', modules: [] });

function withAgent(draft: SetupDraft): SetupDraft {
  return draft.agents.length > 0 ? draft : { ...draft, agents: [emptyAgent()] };
}

export function initialState(defaults: SetupDefaults, app: AppState): WizardState {
  return {
    step: 'welcome', answered: [], visited: ['welcome'], mode: 'new', draft: withAgent(defaults.draft), candidate: null, adoptPath: null,
    resumePending: app.resume !== null, password: '', password2: '', returnTo: null,
    plan: null, planFor: '', summary: null, undone: false, found: null, secrets: null,
  };
}

/** The steps of this way, in order. */
export function pathOf(state: Pick<WizardState, 'mode'>): readonly StepId[] {
  return state.mode === 'existing' ? ADOPT_PATH : STEP_IDS;
}

export function isStepId(text: string): text is StepId {
  return (STEP_IDS as readonly string[]).includes(text);
}

function neighbour(state: WizardState, by: 1 | -1): StepId {
  const path = pathOf(state);
  const at = path.indexOf(state.step);
  return path[Math.min(Math.max(at + by, 0), path.length - 1)] ?? 'welcome';
}

const plus = (list: readonly StepId[], step: StepId): readonly StepId[] => (list.includes(step) ? list : [...list, step]);

function at(state: WizardState, step: StepId): WizardState {
  return { ...state, step, visited: plus(state.visited, step), returnTo: null };
}

/** What is kept between starts: every answer, never the password. */
export function savedDraft(state: WizardState): SetupDraft {
  const adopt = state.mode === 'existing';
  return {
    ...state.draft,
    step: state.step === 'apply' || state.step === 'done' ? 'plan' : state.step,
    mode: adopt ? 'adopt' : 'new',
    root: adopt && state.candidate ? state.candidate.path : state.draft.root,
    agents: namedAgents(state.draft),
  };
}

/** Agents that have a name, each with the modules chosen for Primes. */
export function namedAgents(draft: SetupDraft): AgentDraft[] {
  return draft.agents
    .filter((agent) => agent.name.trim() !== '')
    .map((agent) => ({ ...agent, name: agent.name.trim(), description: agent.description.trim() }));
}

/** What `setupPlan` is given. Taking over a Sanctum asks for nothing but the account. */
export function plannedDraft(state: WizardState, defaults: SetupDefaults): SetupDraft {
  const draft = { ...savedDraft(state), step: 'plan' };
  if (draft.mode === 'adopt') {
    return { ...draft, python: null, venv: false, letta_url: null, modules: [], agents: [] };
  }
  const forAgents = agentModules(draft, defaults);
  return { ...draft, venv: draft.venv && draft.python !== null, agents: draft.agents.map((a) => ({ ...a, modules: forAgents })) };
}

export function agentModules(draft: SetupDraft, defaults: SetupDefaults): string[] {
  return defaults.modules.filter((m) => m.scope === 'agent' && draft.modules.includes(m.name)).map((m) => m.name);
}

/** Whether the plan in hand still says what the answers say. */
export function planIsCurrent(state: WizardState, defaults: SetupDefaults): boolean {
  return state.plan !== null && state.password === '' && state.planFor === JSON.stringify(plannedDraft(state, defaults));
}

/** Steps the rail may jump to: earlier ones, and later ones that were seen when all before them still have an answer. */
export function canJump(state: WizardState, step: StepId): boolean {
  if (state.resumePending || state.step === 'apply' || state.step === 'done') return false;
  if (step === 'apply' || step === 'done' || !state.visited.includes(step)) return false;
  const path = pathOf(state);
  const to = path.indexOf(step);
  if (to < path.indexOf(state.step)) return true;
  return path.slice(0, to).every((id) => id === 'account' || state.answered.includes(id));
}

function resumed(state: WizardState, saved: SetupDraft): WizardState {
  const mode: Mode = saved.mode === 'adopt' ? 'existing' : 'new';
  const draft = withAgent(mode === 'existing' ? { ...saved, root: state.draft.root } : saved);
  const path = pathOf({ mode });
  // Taking over starts with a fresh look at the folder, which may have changed meanwhile.
  const wanted: StepId = mode === 'existing' ? 'look' : isStepId(saved.step) ? saved.step : 'welcome';
  const step: StepId = path.includes(wanted) ? wanted : 'welcome';
  const answered = path.slice(0, path.indexOf(step)).filter((id) => id !== 'account');
  const visited = path.slice(0, path.indexOf(step) + 1);
  const adoptPath = mode === 'existing' && saved.root !== '' ? saved.root : null;
  return { ...state, mode, draft, step, answered, visited, adoptPath, resumePending: false, returnTo: null, plan: null, planFor: '' };
}

const unanswered = (state: WizardState): WizardState => ({ ...state, answered: state.answered.filter((id) => id !== state.step) });

export function makeReducer(defaults: SetupDefaults) {
  return function reduce(state: WizardState, action: WizardAction): WizardState {
    switch (action.type) {
      case 'mode':
        return { ...unanswered(state), mode: action.mode, candidate: action.mode === 'existing' ? state.candidate : null };
      case 'answer':
        return { ...unanswered(state), draft: { ...state.draft, ...action.change } };
      case 'candidate':
        return { ...unanswered(state), candidate: action.candidate };
      case 'password':
        return { ...state, password: action.password ?? state.password, password2: action.password2 ?? state.password2 };
      case 'go':
        return at(state, action.step);
      case 'next':
        return at({ ...state, answered: plus(state.answered, state.step), undone: false }, state.returnTo ?? neighbour(state, 1));
      case 'back':
        return at(state, neighbour(state, -1));
      case 'resume':
        return resumed(state, action.draft);
      case 'restart':
        return {
          ...state, draft: withAgent(action.draft), mode: 'new', candidate: null, answered: [], visited: ['welcome'],
          step: 'welcome', resumePending: false,
        };
      case 'needPassword':
        return { ...at(state, 'account'), returnTo: action.returnTo };
      case 'noted':
        return { ...state, found: action.found ?? state.found, secrets: action.secrets ?? state.secrets };
      case 'planned':
        return {
          ...state, plan: action.plan, password: '', password2: '',
          planFor: JSON.stringify(plannedDraft(state, defaults)), answered: plus(state.answered, 'account'),
        };
      case 'dropPlan':
        return { ...state, plan: null, planFor: '' };
      case 'created':
        return { ...at(state, 'done'), summary: action.summary, answered: plus(plus(state.answered, 'plan'), 'apply') };
      case 'undone':
        return { ...state, step: 'welcome', plan: null, planFor: '', summary: null, answered: [], visited: ['welcome'], undone: true };
    }
  };
}

/** The step that can put an error right, from its stable code. */
export function stepForCode(code: string, mode: Mode): StepId | null {
  const table: readonly (readonly [RegExp, StepId])[] = [
    [/^(root|folder|path|has_registry|not_a_sanctum)/, mode === 'existing' ? 'look' : 'folder'],
    [/^(python|venv|command)/, 'python'],
    [/^letta/, 'letta'],
    [/^(secret|keychain)/, 'keychain'],
    [/^(account|password|user|admin|email)/, 'account'],
    [/^(port|module)/, 'modules'],
    [/^(agent|name)/, 'agent'],
  ];
  const step = table.find(([pattern]) => pattern.test(code))?.[1] ?? null;
  return step !== null && pathOf({ mode }).includes(step) ? step : null;
}
