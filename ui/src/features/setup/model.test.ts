import { describe, expect, test } from 'vitest';
import type { AppState, Plan, SetupDefaults, SetupDraft } from '../../bindings';
import { canJump, initialState, makeReducer, pathOf, plannedDraft, planIsCurrent, savedDraft, stepForCode, type WizardState } from './model';

const draft: SetupDraft = {
  step: 'welcome', mode: 'new', root: '~/sanctum', python: null, venv: true, letta_url: null, admin_user: '', admin_email: null,
  modules: ['broca2', 'smcp'], agents: [],
};
const defaults: SetupDefaults = {
  draft, password_min: 10,
  modules: [
    { name: 'broca2', title: 'Broca', description: '', icon: '', scope: 'agent', default_on: true, note: null },
    { name: 'smcp', title: 'SMCP', description: '', icon: '', scope: 'global', default_on: true, note: null },
  ],
};
const app = { resume: null } as AppState;
const reduce = makeReducer(defaults);
const start = (): WizardState => initialState(defaults, app);
const plan = { id: 'p1' } as Plan;

describe('answers', () => {
  test('are kept without the password and without agents that have no name', () => {
    const state = { ...start(), password: 'secret words', password2: 'secret words' };
    expect(JSON.stringify(savedDraft(state)), 'the password is no answer').not.toContain('secret');
    expect(savedDraft(state).agents, 'the empty row of the form is none').toEqual([]);
  });

  test('give each agent the modules of agents only, and no environment without an interpreter', () => {
    const state = reduce(start(), { type: 'answer', change: { agents: [{ name: ' Athena ', uid: null, description: ' ', modules: [] }] } });
    const planned = plannedDraft(state, defaults);
    expect(planned.agents, 'trimmed, with agent modules').toEqual([{ name: 'Athena', uid: null, description: '', modules: ['broca2'] }]);
    expect(planned.venv, 'nothing to build it from').toBe(false);
  });
});

describe('the way', () => {
  test('is short where a Sanctum exists', () => {
    expect(pathOf({ mode: 'existing' })).toEqual(['welcome', 'look', 'account', 'plan', 'apply', 'done']);
    expect(pathOf({ mode: 'new' }).length, 'all steps otherwise').toBe(12);
  });

  test('goes back anywhere, forward only over answers', () => {
    let state = start();
    for (let i = 0; i < 3; i += 1) state = reduce(state, { type: 'next' });
    expect(state.step).toBe('python');
    state = reduce(state, { type: 'go', step: 'folder' });
    expect(canJump(state, 'welcome'), 'back').toBe(true);
    expect(canJump(state, 'python'), 'forward while the folder stands').toBe(true);
    state = reduce(state, { type: 'answer', change: { root: '/other' } });
    expect(canJump(state, 'python'), 'a changed answer must be confirmed first').toBe(false);
    expect(canJump(state, 'plan'), 'never to what was not seen').toBe(false);
  });

  test('stays where it is while something is created', () => {
    expect(canJump({ ...start(), step: 'apply', visited: ['welcome', 'apply'] }, 'welcome')).toBe(false);
  });

  test('of a resume ends at the saved step, with the account unanswered', () => {
    const state = reduce({ ...start(), resumePending: true }, { type: 'resume', draft: { ...draft, step: 'agent', admin_user: 'mara' } });
    expect(state.step).toBe('agent');
    expect(state.answered, 'the password is asked again').not.toContain('account');
    expect(canJump(state, 'account'), 'and can be given').toBe(true);
    expect(reduce(start(), { type: 'resume', draft: { ...draft, step: 'no such step' } }).step, 'an unknown step starts at the front').toBe('welcome');
  });
});

describe('the plan', () => {
  test('stands until an answer or the password changes', () => {
    const planned = reduce({ ...start(), step: 'plan', password: 'a', password2: 'a' }, { type: 'planned', plan });
    expect(planned.password + planned.password2, 'the password is let go').toBe('');
    expect(planIsCurrent(planned, defaults)).toBe(true);
    expect(planIsCurrent(reduce(planned, { type: 'answer', change: { root: '/x' } }), defaults), 'another folder').toBe(false);
    expect(planIsCurrent(reduce(planned, { type: 'password', password: 'b' }), defaults), 'another password').toBe(false);
  });
});

test('codes lead to the step that can help, where this way has it', () => {
  expect(stepForCode('root_not_writable', 'new')).toBe('folder');
  expect(stepForCode('root_not_writable', 'existing')).toBe('look');
  expect(stepForCode('python_too_old', 'new')).toBe('python');
  expect(stepForCode('python_too_old', 'existing'), 'not asked on this way').toBeNull();
  expect(stepForCode('disk_full', 'new')).toBeNull();
});
