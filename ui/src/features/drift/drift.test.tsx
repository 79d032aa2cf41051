import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

const FILE = '#/drift/agents%2Fagent-athena%2Fbroca2%2Fconfig%2F.env';
const row = (key: string) => page.getByTestId('drift-key').filter({ hasText: key });
const checked = (key: string) => document.querySelector<HTMLInputElement>(`[data-key="${key}"] input:checked`)?.dataset.testid ?? null;

test('a file changed outside is said above every view and leads to the comparison', async () => {
  await openApp({ drift: 2 });
  await look(seen('drift-banner'), 'how many').toHaveTextContent('2 files were changed outside.');
  await look(seen('side-foot'), 'it counts among what needs the operator').toHaveTextContent('9 things need you');
  await expectClean('the banner');
  await seen('drift-compare').click();
  await look(seen('drift-view'), 'the comparison').toBeVisible();
  await look(seen('drift-banner'), 'no banner about itself').not.toBeInTheDocument();
  expect(page.getByTestId('drift-item').elements().length, 'both files').toBe(2);
});

test('no such banner while the files agree; a change outside brings it', async () => {
  const { platform } = await openApp();
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  await look(seen('drift-banner'), 'nothing').not.toBeInTheDocument();
  const { sampleDrift } = await import('../../platform/sample/drift');
  platform.memory.world.drift = sampleDrift(1);
  platform.memory.emitChanged({ topics: ['settings'], source: 'outside' });
  await look(seen('drift-banner'), 'read again').toHaveTextContent('1 file was changed outside.');
});

test('three values a key: what does not collide is chosen, a collision waits; keys alone settle it', async () => {
  const { calls } = await openApp({ drift: 1 }, FILE);
  await look(row('LONG_TASK_MAX_WAIT'), 'written, file, registry').toHaveTextContent(/What was written600The file now1200.*The registry now900/);
  expect([checked('LONG_TASK_MAX_WAIT'), checked('POLL_INTERVAL'), checked('LOG_LEVEL')], 'preselected').toEqual([null, 'drift-theirs', 'drift-ours']);
  await look(row('AGENT_API_KEY'), 'a secret shows no value').toHaveTextContent(/A secret, not shown.*A secret, not shown.*A secret, not shown/);
  await expectClean('the comparison');
  await press('{Meta>}{Enter}{/Meta}');
  expect(calls('driftResolvePlan').length, 'no plan while one is open').toBe(0);
  await look(seen('drift-review'), 'and the button says why').toHaveAttribute('aria-disabled', 'true');
  document.querySelector<HTMLInputElement>('[data-key="LONG_TASK_MAX_WAIT"] input')!.focus();
  await press(' ');
  await eventually(() => checked('LONG_TASK_MAX_WAIT'), 'space takes the file’s').toBe('drift-theirs');
  await press('{ArrowRight}');
  await eventually(() => checked('LONG_TASK_MAX_WAIT'), 'an arrow keeps ours').toBe('drift-ours');
  await look(seen('drift-decided'), 'all decided').toHaveTextContent('4 of 4 decided');
  await press('{Meta>}{Enter}{/Meta}');
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent(/LONG_TASK_MAX_WAIT='1200'.*LONG_TASK_MAX_WAIT='900'/);
  expect(calls('driftResolvePlan')[0], 'what was chosen is what is asked').toEqual(['agents/agent-athena/broca2/config/.env', [
    { key: 'LONG_TASK_MAX_WAIT', take: 'ours' }, { key: 'POLL_INTERVAL', take: 'theirs' }, { key: 'LOG_LEVEL', take: 'ours' }, { key: 'AGENT_API_KEY', take: 'theirs' },
  ]]);
  await press('{Enter}');
  await look(page.getByRole('heading', { name: 'This file agrees with what was written' }), 'settled').toBeVisible();
  await press('{Meta>}z{/Meta}');
  await look(seen('plan-sheet'), 'undo is a plan').toHaveTextContent(/Undo: Settle Broca of Athena/);
  await press('{Enter}');
  await look(row('LONG_TASK_MAX_WAIT'), 'undone, it differs again').toBeVisible();
});

test('all of the file, or all of ours', async () => {
  const { calls } = await openApp({ drift: 1 }, FILE);
  await seen('drift-all-theirs').click();
  await seen('drift-review').click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent('4 of the file, 0 of the registry');
  await press('{Escape}');
  await seen('drift-all-ours').click();
  await seen('drift-review').click();
  await look(seen('plan-sheet'), 'the other plan').toHaveTextContent('0 of the file, 4 of the registry');
  expect(calls('planApply').length, 'nothing was applied by looking').toBe(0);
});

test('a file that cannot be read gives its reason and nothing to choose; one that agrees says so', async () => {
  await openApp({ drift: 3 }, '#/drift/agents%2Fagent-monday%2Fbroca2%2Fconfig%2F.env');
  await look(seen('drift-unreadable'), 'why').toHaveTextContent(/Line 3 opens a quote that is never closed/);
  await look(seen('drift-review'), 'no plan to review').not.toBeInTheDocument();
  await expectClean('an unreadable file');
  location.hash = '#/drift/gone.env';
  await look(page.getByRole('heading', { name: 'This file agrees with what was written' }), 'nothing to compare').toBeVisible();
});

test('a comparison that fails says why; a plan that is stale can be looked at again', async () => {
  await openApp({ drift: 1, overrides: { driftResolvePlan: async () => refuse('plan_stale', 'The file changed again.', 'Look again.') } }, FILE);
  await seen('drift-all-ours').click();
  await seen('drift-review').click();
  await look(seen('error-box'), 'the reason').toHaveTextContent('The file changed again.');
  await look(seen('plan-again'), 'and the way on').toBeVisible();
});
