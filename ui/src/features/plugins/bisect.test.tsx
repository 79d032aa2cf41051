import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

async function begin(scenario: Parameters<typeof openApp>[0] = {}) {
  const opened = await openApp(scenario, '#/plugins');
  await seen('plugins-more').click();
  await page.getByRole('menuitem', { name: 'Find the culprit…' }).click();
  await look(seen('bisect-sheet'), 'the sheet').toHaveTextContent(/SMCP3 plugins on, at most 3 restarts/);
  return opened;
}

test('each answer halves the suspects; the result names the plugin and how to disable it', async () => {
  const { calls } = await begin({ plugins: { culprit: 'smcp:gh' } });
  await look(seen('bisect-start'), 'a tool first').toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('radio', { name: /SMCP/ }).click();
  await expectClean('the choice');
  await seen('bisect-start').click();
  await look(seen('bisect-step'), 'how far').toHaveTextContent('Step 1 of at most 3');
  await look(seen('bisect-sheet'), 'what is on').toHaveTextContent(/On now 2.*doc_manager.*gh.*Suspected 3/);
  await expectClean('a step');
  await press('{Escape}');
  await look(seen('bisect-sheet'), 'it is not left half done').toBeVisible();
  await seen('bisect-measure').click();
  await look(seen('bisect-seen'), 'what was measured').toHaveTextContent('Measured: SMCP did not answer within 10 s');
  await look(seen('bisect-measure'), 'it can be gone by').toHaveTextContent('Go by what was measured');
  await seen('bisect-good').click();
  await look(seen('bisect-result'), 'named').toHaveTextContent(/It is gh\..*Everything is as it was before/);
  expect(calls('bisectStep'), 'measured, then said').toEqual([['smcp', null], ['smcp', false]]);
  await expectClean('the result');
  await seen('bisect-disable').click();
  await look(seen('plan-sheet'), 'a plan').toHaveTextContent('Disable gh');
});

test('while it begins it does not say that nothing was changed, and is not left', async () => {
  await begin({ overrides: { bisectStart: () => new Promise(() => {}) } });
  await look(seen('bisect-note'), 'before it begins').toHaveTextContent('Nothing has been changed yet.');
  await page.getByRole('radio', { name: /SMCP/ }).click();
  await seen('bisect-start').click();
  await look(seen('bisect-note'), 'while it begins').toHaveTextContent('Plugins are being put aside just now.');
  await press('{Escape}');
  await look(seen('bisect-sheet'), 'nobody leaves it half done').toBeVisible();
  await look(page.getByRole('button', { name: 'Cancel' }), 'there is nothing to cancel any more').not.toBeInTheDocument();
});

test('while it begins it can be stopped, and the first step that ends then changes nothing of that', async () => {
  const step = { tool: 'smcp', step: 1, most: 3, on: ['smcp:gh'], suspects: ['smcp:gh', 'smcp:git'], seen: 'it was stopped', culprit: null, done: false, words: '2 are suspected.' };
  let begun = () => {};
  const { calls } = await begin({ overrides: { bisectStart: () => new Promise((done) => { begun = () => done(step); }), bisectStop: async () => ({ ...step, done: true, words: 'It was called off.' }) } });
  await page.getByRole('radio', { name: /SMCP/ }).click();
  await seen('bisect-start').click();
  await expectClean('a search that begins');
  await seen('bisect-stop').click();
  await look(seen('bisect-result'), 'stopped').toHaveTextContent('It was called off.');
  expect(calls('bisectStop'), 'asked for').toEqual([['smcp']]);
  begun();
  await eventually(() => document.querySelector('[data-testid="bisect-step"]'), 'no step comes of it').toBeNull();
  await look(seen('bisect-result'), 'it stays stopped').toHaveTextContent('It was called off.');
  await press('{Escape}');
  await look(seen('bisect-sheet'), 'and can be left').not.toBeInTheDocument();
});

test('a search that was stopped before it changed anything says so', async () => {
  await begin({ overrides: {
    bisectStart: () => new Promise(() => {}),
    bisectStop: async () => ({ tool: 'smcp', step: 0, most: 0, on: [], suspects: [], seen: null, culprit: null, done: true, words: 'It was stopped before it changed anything.' }),
  } });
  await page.getByRole('radio', { name: /SMCP/ }).click();
  await seen('bisect-start').click();
  await seen('bisect-stop').click();
  await look(seen('bisect-result'), 'said').toHaveTextContent('It was stopped before it changed anything.');
});

test('it can be stopped, and everything is put back', async () => {
  const { calls } = await begin();
  await page.getByRole('radio', { name: /SMCP/ }).click();
  await seen('bisect-start').click();
  await seen('bisect-stop').click();
  await look(seen('bisect-result'), 'said').toHaveTextContent('Stopped. Everything is as it was before.');
  expect(calls('bisectStop'), 'asked').toEqual([['smcp']]);
  await press('{Escape}');
  await look(seen('bisect-sheet'), 'closed').not.toBeInTheDocument();
});

test('a step that fails says why and can be tried again', async () => {
  await begin({ overrides: { bisectStep: async () => refuse('restart_failed', 'SMCP did not start.', 'Look at its log, or stop and put everything back.') } });
  await page.getByRole('radio', { name: /SMCP/ }).click();
  await seen('bisect-start').click();
  await seen('bisect-bad').click();
  await look(seen('error-box'), 'why').toHaveTextContent('SMCP did not start.');
  await look(seen('bisect-stop'), 'the way out').toBeVisible();
  await eventually(() => document.querySelector('[data-testid="bisect-step"]') !== null, 'the step stands').toBe(true);
});

test('a search that was begun before can be gone on with, or stopped', async () => {
  const { platform, calls } = await begin({ overrides: { bisectStart: async () => refuse('bisect_running', 'The search at this tool runs already.', 'Go on with it, or stop it.') } });
  platform.memory.plugins.bisects.set('smcp', { tool: 'smcp', step: 2, most: 3, on: ['smcp:gh'], suspects: ['smcp:gh', 'smcp:git'], seen: null, culprit: null, done: false, words: '' });
  await page.getByRole('radio', { name: /SMCP/ }).click();
  await seen('bisect-start').click();
  await seen('bisect-stop-old').click();
  await look(seen('bisect-result'), 'put back').toHaveTextContent('Everything is as it was before.');
  expect(calls('bisectStop'), 'asked').toEqual([['smcp']]);
});
