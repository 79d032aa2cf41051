import { expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import type { Candidate, SecretStoreInfo, SetupDraft, SetupResume } from '../../bindings';
import { PlatformError } from '../../platform/platform';
import { at, draft, enter, enterTo, expectAccessible, fillAccount, openWizard, PASSWORD, see, testId, toAccount, toPlan } from './test-kit';

const kept: SetupDraft = {
  ...draft, step: 'agent', root: '/srv/animus', python: '/usr/bin/python3.12', admin_user: 'mara', letta_url: 'http://127.0.0.1:8283',
  agents: [{ name: 'Monday', uid: null, description: '', modules: [] }],
};
const resume = (change: Partial<SetupResume> = {}, answers: Partial<SetupDraft> = {}): SetupResume => ({
  draft: { ...kept, ...answers }, saved_at: new Date().toISOString(), state: 'answering', message: 'The window was closed.', ...change,
});
const candidate: Candidate = {
  path: '/home/mara/animus', path_short: '~/animus', layout: 'B', layout_name: 'The installer’s layout', confidence: 92,
  evidence: ['venv/', 'control/db/sanctum_ui.db'], agents: ['athena', 'monday'], modules: 5, has_registry: false,
  findings: [{ code: 'env_tracked', level: 'warn', message: 'A .env is tracked by git.', hint: 'Take it out of git.', path: 'agents/agent-athena/broca2/config/.env' }],
};
const scan = (candidates: Candidate[]) => async () => ({ candidates, looked_at: 41, took_ms: 12, cut: null });

test('a folder that will not do says why and blocks, and the suggestion is taken by one press', async () => {
  await openWizard();
  await enterTo('look');
  await enterTo('folder');
  await testId('wizard-root').fill('sanctum');
  await enter();
  await see(testId('wizard-step-folder'), 'the reason is told').toHaveTextContent('The path is relative. Enter a path that starts with / or ~/.');
  await see(testId('wizard-step-folder'), 'no code is shown').not.toHaveTextContent('root_relative');
  await see(testId('wizard-next')).toHaveAttribute('aria-disabled', 'true');
  await see(testId('wizard-root'), 'the field is marked').toHaveAttribute('aria-invalid', 'true');
  await enter();
  await see(testId('wizard-step-folder'), 'Enter does not go on').toBeInTheDocument();
  await expectAccessible('a refused folder');
  await testId('wizard-root-suggestion').click();
  await see(testId('wizard-root')).toHaveValue('~/sanctum');
  await testId('wizard-next').click();
  await at('python');
});

test('an empty folder is refused without asking', async () => {
  await openWizard();
  await enterTo('look');
  await enterTo('folder');
  await testId('wizard-root').fill('');
  await enter();
  await see(testId('wizard-step-folder')).toHaveTextContent('A folder is needed.');
});

test('a weak password and two that differ block', async () => {
  await openWizard();
  await toAccount();
  await fillAccount('short', 'short');
  await enter();
  await see(testId('wizard-step-account')).toHaveTextContent('This password is too short.');
  await fillAccount(PASSWORD, 'another one entirely');
  await enter();
  await see(testId('wizard-step-account')).toHaveTextContent('The two passwords differ.');
  await see(testId('wizard-step-account'), 'still asked').toBeInTheDocument();
  await expectAccessible('a refused account');
  await fillAccount();
  await testId('wizard-admin-password2').click();
  await enterTo('modules');
});

test('an agent whose name will not do blocks, the same name twice too', async () => {
  await openWizard();
  await toAccount();
  await fillAccount();
  await enterTo('modules');
  await enterTo('agent');
  await enter();
  await see(testId('wizard-step-agent')).toHaveTextContent('A name is needed.');
  await testId('wizard-agent-name').fill('../x');
  await enter();
  await see(testId('wizard-step-agent'), 'the reason is told').toHaveTextContent('slash');
  await testId('wizard-agent-name').fill('Athena');
  await testId('wizard-agent-add').click();
  await testId('wizard-agent-name-2').fill('athena');
  await enter();
  await see(testId('wizard-agent-name-2'), 'the second is refused').toHaveAttribute('aria-invalid', 'true');
  await testId('wizard-agent-name-2').fill('Monday');
  await enterTo('plan');
});

test('a stopped setup opens at the saved step with its answers, and asks the password again', async () => {
  const { calls } = await openWizard({}, { resume: resume() });
  await see(testId('resume-banner')).toHaveTextContent('Setup stopped at “First agent”');
  await expectAccessible('resume');
  await enter();
  await at('agent');
  await see(testId('wizard-agent-name'), 'the name is still there').toHaveValue('Monday');
  await enter();
  await at('account');
  await see(testId('wizard-step-account')).toHaveTextContent('Type the password again.');
  await see(testId('wizard-admin-user')).toHaveValue('mara');
  await see(testId('wizard-admin-password')).toHaveValue('');
  await testId('wizard-admin-password').fill(PASSWORD);
  await testId('wizard-admin-password2').fill(PASSWORD);
  await enterTo('plan');
  await see(testId('plan-apply')).toBeInTheDocument();
  const [given, password] = calls('setupPlan')[0] as [SetupDraft, string];
  expect(given, 'the kept answers are planned').toMatchObject({ root: '/srv/animus', python: '/usr/bin/python3.12', admin_user: 'mara' });
  expect(password, 'with the password typed now').toBe(PASSWORD);
});

test('a setup that was taken back says so, and starting over forgets the answers', async () => {
  const { calls } = await openWizard({}, { resume: resume({ state: 'rolled_back', message: '14 steps were taken back.' }) });
  await see(testId('resume-banner')).toHaveTextContent('was taken back');
  await see(testId('resume-banner')).toHaveTextContent('14 steps were taken back.');
  await testId('setup-discard').click();
  await see(testId('mode-new'), 'the first question').toBeInTheDocument();
  expect(calls('setupDiscard').length, 'the kept answers are gone').toBe(1);
  await testId('wizard-next').click();
  await at('look');
  await enterTo('folder');
  await see(testId('wizard-root'), 'defaults again').toHaveValue('~/sanctum');
});

test('taking over a Sanctum asks for the account only and plans in mode adopt', async () => {
  const { calls } = await openWizard({ setupScan: scan([candidate]) });
  await testId('mode-existing').click();
  await enterTo('look');
  await see(testId('candidate').getByRole('radio'), 'the only one is chosen').toBeChecked();
  await see(testId('candidate')).toHaveTextContent('control/db/sanctum_ui.db');
  await see(testId('candidate')).toHaveTextContent('A .env is tracked by git.');
  await expectAccessible('candidates');
  await testId('wizard-next').click();
  await at('account');
  await fillAccount();
  await enterTo('plan');
  await see(testId('plan-apply')).toBeInTheDocument();
  expect(calls('setupPlan')[0], 'only the account goes with the folder').toEqual([
    { ...draft, step: 'plan', mode: 'adopt', root: candidate.path, venv: false, admin_user: 'mara', modules: [], agents: [] }, PASSWORD,
  ]);
});

test('a stopped take-over looks at its folder again and chooses it', async () => {
  const other = { ...candidate, path: '/srv/else', path_short: '/srv/else' };
  const { calls } = await openWizard(
    { setupScan: async (path) => (path === candidate.path ? scan([candidate])() : scan([other])()) },
    { resume: resume({}, { mode: 'adopt', root: candidate.path, step: 'account' }) },
  );
  await testId('setup-resume').click();
  await at('look');
  await see(page.getByRole('radio', { name: '~/animus' }), 'the kept folder is chosen').toBeChecked();
  await testId('wizard-next').click();
  await at('account');
  expect(calls('setupScan').map(([path]) => path), 'it was looked at again').toContain(candidate.path);
});

test('a Sanctum with a registry is opened as it is', async () => {
  const { calls, onDone } = await openWizard({ setupScan: scan([{ ...candidate, has_registry: true }]) });
  await testId('mode-existing').click();
  await enterTo('look');
  await see(testId('wizard-next')).toHaveTextContent('Open it');
  await testId('wizard-next').click();
  await vi.waitFor(() => expect(onDone).toHaveBeenCalledOnce());
  expect(calls('installOpen'), 'the chosen folder is opened').toEqual([[candidate.path]]);
  expect(calls('setupPlan'), 'nothing is planned').toEqual([]);
});

test('a secret store in trouble is said plainly and does not stop the setup', async () => {
  const denied: SecretStoreInfo = { kind: 'os', name: 'Keychain', status: { word: 'Degraded', reason: 'the system denied it', evidence: [], measured_at: new Date().toISOString() } };
  await openWizard({ setupCheckSecrets: async () => denied });
  await enterTo('look');
  await enterTo('folder');
  await enterTo('python');
  await testId('wizard-next').click();
  await at('letta');
  await enterTo('keychain');
  await enter();
  await see(testId('wizard-step-keychain')).toHaveTextContent('You sign in again at each start');
  await expectAccessible('keychain in trouble');
  await testId('wizard-next').click();
  await at('account');
});

test('a refused plan names the step that can put it right', async () => {
  await openWizard({
    setupPlan: async () => { throw new PlatformError({ code: 'agent_name_taken', message: 'Two agents would share a folder.', hint: 'Rename one.', details: [] }); },
  });
  await toAccount();
  await fillAccount();
  await enterTo('modules');
  await enterTo('agent');
  await testId('wizard-agent-name').fill('Athena');
  await enterTo('plan');
  await see(testId('error-box')).toHaveTextContent('Two agents would share a folder.');
  await see(testId('plan-apply')).not.toBeInTheDocument();
  await testId('error-box').getByRole('button', { name: 'Change “First agent”' }).click();
  await at('agent');
  await see(testId('wizard-agent-name')).toHaveValue('Athena');
});

test('answers that cannot be kept are said, and the setup goes on', async () => {
  await openWizard({ setupSave: async () => { throw new PlatformError({ code: 'disk_full', message: 'The disk is full.', hint: '', details: [] }); } });
  await toPlan();
  await see(testId('wizard-rail-plan')).toBeInTheDocument();
  expect(document.body.textContent, 'the rail says it').toContain('The answers could not be kept: The disk is full.');
});
