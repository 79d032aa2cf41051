import { expect, test, vi } from 'vitest';
import type { SetupDraft } from '../../bindings';
import { page } from 'vitest/browser';
import { createMemoryPlatform } from '../../platform/memory';
import { at, draft, enter, enterTo, expectAccessible, fillAccount, keys, openWizard, PASSWORD, replace, see, testId, toAccount } from './test-kit';

const expected: SetupDraft = {
  ...draft, step: 'plan', python: '/opt/homebrew/bin/python3.12', venv: true, letta_url: 'http://127.0.0.1:8283', root: '~/animus', admin_user: 'mara',
  agents: [{ name: 'Athena', uid: null, description: '', modules: ['broca2', 'thalamus'] }],
};

test('from nothing to an open Sanctum by keyboard alone', async () => {
  const { calls, onDone } = await openWizard();
  await expectAccessible('welcome');
  await enterTo('look');
  await see(testId('wizard-step-look')).toHaveTextContent('No Sanctum is here yet.');
  await expectAccessible('look around');
  await enterTo('folder');
  await replace('~/animus');
  await expectAccessible('folder');
  await enterTo('python');
  await see(testId('wizard-python-0').getByRole('radio'), 'the first that fits is chosen').toBeChecked();
  await expectAccessible('python');
  await enterTo('letta');
  await expectAccessible('letta');
  await enterTo('keychain');
  await see(testId('wizard-secrets-try'), 'the trial has the focus').toHaveFocus();
  await enter();
  await see(testId('wizard-secrets-status'), 'Enter on the button tries it').toHaveTextContent('read back and deleted');
  await expectAccessible('keychain');
  await keys('{Tab}{Tab}{Tab}');
  await see(testId('wizard-next'), 'Tab reaches Continue').toHaveFocus();
  await enterTo('account');
  await keys('mara{Tab}');
  await keys(`${PASSWORD}{Tab}{Tab}${PASSWORD}`);
  await expectAccessible('account');
  await enterTo('modules');
  await see(testId('wizard-ports'), 'ports are shown before the agent has a name').toHaveTextContent('the first agent');
  await expectAccessible('modules');
  await enterTo('agent');
  await keys('Athena');
  await see(testId('wizard-agent-verdict'), 'the folder is shown').toHaveTextContent('agents/agent-athena');
  await expectAccessible('agent');
  await enterTo('plan');
  await see(testId('plan-apply')).toHaveTextContent('Create this Sanctum');
  await see(testId('wizard-step-plan')).toHaveTextContent('Nothing has been written yet');
  await expectAccessible('plan');
  expect(calls('setupApply'), 'nothing was applied before it was confirmed').toEqual([]);
  await enter();
  await see(testId('setup-open'), 'it ends with what was created').toBeInTheDocument();
  await expectAccessible('done');
  expect(calls('setupPlan'), 'one plan, from exactly these answers').toEqual([[expected, PASSWORD]]);
  expect(onDone, 'the window does not change by itself').not.toHaveBeenCalled();
  await enter();
  expect(onDone, 'Enter opens Sanctum').toHaveBeenCalledOnce();
  const saved = JSON.stringify(calls('setupSave'));
  expect(saved, 'answers are kept').toContain('"step":"agent"');
  expect(saved, 'the password is never kept').not.toContain(PASSWORD);
});

test('no cache holds the password, and the fields are empty once the plan is made', async () => {
  const { client } = await openWizard();
  const cached = () => JSON.stringify([
    client.getQueryCache().getAll().map((query) => [query.queryKey, query.state]),
    client.getMutationCache().getAll().map((mutation) => mutation.state),
  ]);
  await toAccount();
  await keys('mara{Tab}');
  await keys(`${PASSWORD}{Tab}{Tab}${PASSWORD}`);
  await see(testId('wizard-step-account'), 'the verdict is there').toHaveTextContent('Strong');
  expect(cached(), 'nothing while it is typed').not.toContain(PASSWORD);
  await enterTo('modules');
  await enterTo('agent');
  await keys('Athena');
  await enterTo('plan');
  await see(testId('plan-apply')).toBeInTheDocument();
  expect(cached(), 'nothing after planning').not.toContain(PASSWORD);
  await testId('wizard-rail-account').click();
  await at('account');
  await see(testId('wizard-admin-password'), 'the password was let go').toHaveValue('');
  await see(testId('wizard-next'), 'the plan still stands, so nothing is asked again').not.toHaveAttribute('aria-disabled');
});

test('the foot bar stays in sight in the smallest window', async () => {
  await page.viewport(900, 600);
  try {
    await openWizard();
    await toAccount();
    for (const step of ['account', 'modules', 'agent', 'plan']) {
      const box = document.querySelector('.footbar')?.getBoundingClientRect();
      expect(box?.bottom, `the foot bar of ${step} ends with the window`).toBe(600);
      expect(document.documentElement.scrollWidth, `${step} is not wider than the window`).toBeLessThanOrEqual(900);
      const button = document.querySelector('.footbar .btn-primary')?.getBoundingClientRect();
      expect(button?.right, `the primary button of ${step} is whole`).toBeLessThanOrEqual(900);
      if (step === 'account') { await fillAccount(); await enterTo('modules'); }
      if (step === 'modules') await enterTo('agent');
      if (step === 'agent') { await testId('wizard-agent-name').fill('Athena'); await enterTo('plan'); await see(testId('plan-apply')).toBeInTheDocument(); }
    }
  } finally {
    await page.viewport(1440, 900);
  }
});

test('Enter before the interpreters were tried waits for them', async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((done) => { release = done; });
  const sample = createMemoryPlatform();
  const { calls } = await openWizard({ setupPythons: async () => { await gate; return sample.setupPythons(); } });
  await enterTo('look');
  await enterTo('folder');
  await enterTo('python');
  await enter();
  await see(testId('wizard-next'), 'it says that it works on it').toHaveAttribute('aria-busy', 'true');
  release();
  await at('letta');
  expect((calls('setupSave').at(-1)?.[0] as SetupDraft).python, 'the one that fits').toBe('/opt/homebrew/bin/python3.12');
});

test('arrows choose how to start, and the sample opens at once', async () => {
  const { calls, onDone } = await openWizard();
  await keys('{ArrowDown}{ArrowDown}');
  await see(testId('mode-sample').getByRole('radio')).toBeChecked();
  await enter();
  await vi.waitFor(() => expect(onDone, 'the sample is open').toHaveBeenCalledOnce());
  expect(calls('setupSample').length, 'the sample was asked for once').toBe(1);
  expect(calls('setupSave'), 'looking around keeps nothing').toEqual([]);
});

test('the rail leads back to an answer, and forward again while all answers stand', async () => {
  await openWizard();
  await toAccount();
  await testId('wizard-rail-folder').click();
  await at('folder');
  await see(testId('wizard-root')).toHaveValue('~/sanctum');
  await testId('wizard-rail-letta').click();
  await at('letta');
  await testId('wizard-back').click();
  await at('python');
  await see(testId('wizard-rail-plan'), 'a step not seen yet is no button').not.toHaveAttribute('type');
});

test('Letta later and Python later are answers', async () => {
  const { calls } = await openWizard();
  await enterTo('look');
  await enterTo('folder');
  await enterTo('python');
  await testId('wizard-python-later').click();
  await at('letta');
  await testId('wizard-letta-later').click();
  await at('keychain');
  const last = calls('setupSave').at(-1)?.[0] as SetupDraft;
  expect({ python: last.python, venv: last.venv, letta: last.letta_url }, 'neither is set up').toEqual({ python: null, venv: false, letta: null });
});
