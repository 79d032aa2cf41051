import { expect, test, vi } from 'vitest';
import type { ProgressEvent, SetupSummary } from '../../bindings';
import { PlatformError } from '../../platform/platform';
import { at, enter, expectAccessible, fillAccount, keys, openWizard, PASSWORD, see, testId, toPlan, type Opened } from './test-kit';

interface Running { resolve: (summary: SetupSummary) => void; reject: (error: PlatformError) => void }

/** An apply that ends when the test says so. */
function heldApply() {
  const runs: Running[] = [];
  const setupApply = () => new Promise<SetupSummary>((resolve, reject) => { runs.push({ resolve, reject }); });
  return { runs, setupApply };
}

const refusal = (code: string, message: string, hint = '') => new PlatformError({ code, message, hint, details: ['os error 28'] });
const planId = (opened: Opened) => String(opened.calls('setupApply').at(-1)?.[0]);
const report = (opened: Opened, step: number, change: Partial<ProgressEvent>) =>
  opened.platform.memory.emitProgress({ job: planId(opened), step, total: 11, group: 'Folders', title: 'Create the folder', state: 'done', line: null, elapsed_ms: 40, ...change });

test('progress is shown step by step with the last line', async () => {
  const held = heldApply();
  const opened = await openWizard({ setupApply: held.setupApply });
  await toPlan();
  await enter();
  await at('apply');
  report(opened, 0, {});
  report(opened, 1, { state: 'running', line: 'Installed httpx 0.27.2' });
  opened.platform.memory.emitProgress({ job: 'another plan', step: 2, total: 3, group: '', title: 'Foreign', state: 'failed', line: 'not ours', elapsed_ms: 1 });
  await see(testId('wizard-progress')).toHaveTextContent('1 of 5');
  await see(testId('wizard-step-apply')).toHaveTextContent('Installed httpx 0.27.2');
  expect(document.body.textContent, 'another plan is not mixed in').not.toContain('not ours');
  await see(testId('wizard-rail-folder'), 'nobody leaves a running creation by the rail').not.toHaveAttribute('type');
  await expectAccessible('creating');
});

test('cancel takes back what was written, and the answers stay', async () => {
  const held = heldApply();
  const opened = await openWizard({ setupApply: held.setupApply });
  await toPlan();
  await enter();
  await at('apply');
  report(opened, 0, {});
  await testId('plan-cancel').click();
  expect(opened.calls('planCancel'), 'this plan is cancelled').toEqual([[planId(opened)]]);
  await see(testId('plan-cancel')).toHaveTextContent('Taking back');
  report(opened, 0, { state: 'rolled_back' });
  held.runs[0]?.reject(refusal('cancelled', 'The change was cancelled.'));
  await see(testId('wizard-step-apply')).toHaveTextContent('Cancelled, and taken back');
  await see(testId('wizard-step-apply')).toHaveTextContent('1 step of');
  await expectAccessible('cancelled');
  await testId('wizard-change').click();
  await at('agent');
  await see(testId('wizard-agent-name')).toHaveValue('Athena');
});

test('after a cancel the plan is made again, because the old one stays cancelled', async () => {
  const held = heldApply();
  const opened = await openWizard({ setupApply: held.setupApply });
  await toPlan();
  await enter();
  await at('apply');
  await testId('plan-cancel').click();
  held.runs[0]?.reject(refusal('cancelled', 'The change was cancelled.'));
  await see(testId('wizard-retry')).toHaveTextContent('Plan again');
  await enter();
  await at('account');
  expect(opened.calls('setupApply').length, 'the cancelled plan is not applied again').toBe(1);
});

test('a failure says what happened, keeps the answers, and can be tried again', async () => {
  const held = heldApply();
  const opened = await openWizard({ setupApply: held.setupApply });
  await toPlan();
  await enter();
  await at('apply');
  report(opened, 0, { state: 'rolled_back' });
  held.runs[0]?.reject(refusal('disk_full', 'The disk is full. Nothing was kept of it.', 'Make room, then try again.'));
  await see(testId('error-box')).toHaveTextContent('The disk is full. Nothing was kept of it.');
  await see(testId('error-box')).toHaveTextContent('Make room, then try again.');
  await see(testId('wizard-step-apply'), 'what was taken back is told').toHaveTextContent('was taken back');
  await expectAccessible('failed');
  await enter();
  await vi.waitFor(() => expect(opened.calls('setupApply').length, 'Enter tries the same plan again').toBe(2));
  held.runs[1]?.reject(refusal('python_gone', 'The interpreter is gone.'));
  await see(testId('wizard-change')).toHaveTextContent('Change “Python”');
  await testId('wizard-change').click();
  await at('python');
  await testId('wizard-rail-folder').click();
  await at('folder');
  await see(testId('wizard-root'), 'the answers are all there').toHaveValue('~/sanctum');
});

test('a stale plan is made again, which needs the password', async () => {
  const held = heldApply();
  const opened = await openWizard({ setupApply: held.setupApply });
  await toPlan();
  await enter();
  await at('apply');
  held.runs[0]?.reject(refusal('plan_stale', 'The folder changed since the plan was made.'));
  await see(testId('error-box')).toBeInTheDocument();
  await testId('wizard-retry').click();
  await at('account');
  await see(testId('wizard-step-account')).toHaveTextContent('Type the password again.');
  await fillAccount();
  await enter();
  await at('plan');
  await vi.waitFor(() => expect(opened.calls('setupPlan').length, 'planned again').toBe(2));
});

test('undo of the setup names what goes, Enter keeps it, and the answers stay after it', async () => {
  const opened = await openWizard();
  await toPlan();
  await enter();
  await see(testId('setup-undo')).toBeInTheDocument();
  await testId('setup-undo').click();
  await see(testId('setup-undo-dialog')).toHaveTextContent('~/sanctum');
  await see(testId('setup-undo-dialog'), 'what was created is named').toHaveTextContent('Folders');
  await expectAccessible('the undo dialog');
  await enter();
  await see(testId('setup-undo-dialog'), 'Enter keeps it').not.toBeInTheDocument();
  expect(opened.calls('setupUndo'), 'nothing was undone').toEqual([]);
  await testId('setup-undo').click();
  await keys('{Escape}');
  await see(testId('setup-undo-dialog'), 'Esc closes the dialog').not.toBeInTheDocument();
  await testId('setup-undo').click();
  await testId('setup-undo-confirm').click();
  await at('welcome');
  await see(testId('wizard-step-welcome')).toHaveTextContent('The setup was taken back.');
  await testId('wizard-next').click();
  await at('look');
  expect(JSON.stringify(opened.calls('setupSave')), 'still no password').not.toContain(PASSWORD);
});
