import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { PlatformError } from '../../platform/platform';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';
import { BROCA, at, checked, one, openBroca, openWith } from './test-kit';

const input = (id: string) => seen(`setting-input-${id}`);

test('edit, review, apply, read back, undo', async () => {
  const { calls } = await openBroca();
  await input('LONG_TASK_MAX_WAIT').fill('1200');
  await look(seen('draft-bar'), 'what it comes to').toHaveTextContent('1 change → 1 file, restarts Broca of Athena');
  await look(seen('setting-LONG_TASK_MAX_WAIT'), 'the row is marked').toHaveAttribute('data-changed', 'true');
  await press('{Meta>}{Enter}{/Meta}');
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent("LONG_TASK_MAX_WAIT='1200'");
  expect(calls('settingsPlan'), 'what was edited is what is planned').toEqual([[BROCA, [{ id: 'LONG_TASK_MAX_WAIT', level: 'instance', op: 'set', value: 1200, by_environment: false }]]]);
  expect(calls('planApply').length, 'nothing is applied before it was read').toBe(0);
  await seen('plan-apply').click();
  await look(seen('draft-bar'), 'the draft is done').not.toBeInTheDocument();
  await look(input('LONG_TASK_MAX_WAIT'), 'the value is read again').toHaveValue('1200');
  await look(seen('setting-LONG_TASK_MAX_WAIT'), 'and no change any more').not.toHaveAttribute('data-changed');
  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: /Undo/ }).click();
  await seen('plan-apply').click();
  await look(input('LONG_TASK_MAX_WAIT'), 'undo brings the old one back').toHaveValue('900');
});

test('an invalid value is told, left out, and stays after the rest was applied', async () => {
  const { calls } = await openBroca();
  await input('RETRY_DELAY').fill('0');
  await look(page.getByRole('alert'), 'what it means, what to do').toHaveTextContent('0 is too small. Broca would ask again without a pause and keep one core busy. Enter 1 to 300.');
  await look(seen('draft-review'), 'nothing valid, nothing to review').toHaveAttribute('aria-disabled', 'true');
  await input('POLL_INTERVAL').fill('20');
  await look(seen('draft-invalid'), 'the foot bar says it').toHaveTextContent('1 invalid value, left out');
  await expectClean('a draft with an invalid value');
  await seen('draft-review').click();
  await look(seen('plan-apply'), 'the plan has one change').toHaveTextContent('Apply 1 change');
  expect(JSON.stringify(calls('settingsPlan')), 'the invalid one is not in it').not.toContain('RETRY_DELAY');
  await seen('plan-apply').click();
  await look(input('POLL_INTERVAL'), 'applied').toHaveValue('20');
  await look(input('RETRY_DELAY'), 'what was left out waits').toHaveValue('0');
  await seen('draft-invalid').click();
  await look(seen('setting-RETRY_DELAY'), 'the foot bar leads to it').toHaveFocus();
});

test('the draft outlives the view, discard brings back and can be taken back', async () => {
  await openBroca();
  await input('POLL_INTERVAL').fill('33');
  await page.getByRole('link', { name: 'Tools' }).first().click();
  await look(seen('tool-detail'), 'left').not.toBeInTheDocument();
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await look(input('POLL_INTERVAL'), 'what was typed is there').toHaveValue('33');
  await seen('draft-discard').click();
  await look(input('POLL_INTERVAL'), 'as it was').toHaveValue('10');
  await page.getByRole('button', { name: 'Bring back' }).click();
  await look(input('POLL_INTERVAL'), 'the draft again').toHaveValue('33');
});

test('a draft belongs to its tool', async () => {
  await openBroca();
  await input('POLL_INTERVAL').fill('33');
  location.hash = at('agent:monday/broca2');
  await look(page.getByRole('heading', { level: 1 }), 'another agent’s').toHaveTextContent('Monday');
  await look(input('POLL_INTERVAL'), 'its own value').toHaveValue('10');
  await look(seen('draft-bar'), 'no draft').not.toBeInTheDocument();
});

test('Escape brings back what the draft said when the field was entered, ⌘Z is the text’s', async () => {
  const { calls } = await openBroca();
  await input('AGENT_ENDPOINT').click();
  await press('{End}');
  await type('/x');
  await press('{Meta>}z{/Meta}');
  expect(calls('changesLastUndoable').length, 'no change set was asked for').toBe(0);
  await input('AGENT_ENDPOINT').fill('http://a');
  await press('{Enter}');
  await type('bc');
  await press('{Escape}');
  await look(input('AGENT_ENDPOINT'), 'what was committed with Enter').toHaveValue('http://a');
  await press('{Tab}');
  await input('AGENT_ENDPOINT').click();
  await type('zz');
  await press('{Escape}');
  await look(input('AGENT_ENDPOINT'), 'the draft as it was entered').toHaveValue('http://a');
});

test('a stale plan is looked at again', async () => {
  let tries = 0;
  await openApp({ overrides: { planApply: async () => { tries += 1; throw new PlatformError({ code: 'plan_stale', message: 'A file changed meanwhile.', hint: 'Look again.', details: [] }); } } }, at(BROCA));
  await input('POLL_INTERVAL').fill('33');
  await seen('draft-review').click();
  await seen('plan-apply').click();
  await look(seen('error-box'), 'it says why').toHaveTextContent('A file changed meanwhile.');
  await seen('plan-again').click();
  await look(seen('plan-apply'), 'a new plan of the same draft').toHaveTextContent('Apply 1 change');
  expect(tries, 'applied once only').toBe(1);
  await seen('plan-cancel').click();
  await look(input('POLL_INTERVAL'), 'the draft is kept').toHaveValue('33');
});

test('a level can be chosen for the form and for one row', async () => {
  const { calls } = await openBroca();
  await userEvent.selectOptions(seen('form-level'), 'Agent · Athena');
  await look(input('LONG_TASK_MAX_WAIT'), 'what the agent says').toHaveValue('780');
  await look(seen('setting-LONG_TASK_MAX_WAIT'), 'who wins is told').toHaveTextContent('Instance · Athena’s Broca says 900, and that wins here.');
  await input('LONG_TASK_MAX_WAIT').fill('800');
  expect((await checked(calls, 'LONG_TASK_MAX_WAIT'))?.level, 'set for the agent').toBe('agent');
  await look(seen('after-applying'), 'and nothing changes here').toHaveTextContent('900');
  await userEvent.selectOptions(seen('row-level'), 'Tool · broca2');
  await eventually(() => (calls('settingsCheck').at(-1)?.[1] as { level: string }[])[0]!.level, 'this row for the tool').toBe('tool');
  const options = [...(seen('form-level').element() as HTMLSelectElement).options].map((option) => option.textContent);
  expect(options, 'from the top').toEqual(['Instance · Athena’s Broca', 'Tool · broca2', 'Agent · Athena', 'System']);
});

test('a level where nothing can be set says why', async () => {
  const levels = [{ level: 'default' as const, title: 'Default', why_not: 'no' }, { level: 'system' as const, title: 'System', why_not: 'Only an administrator can.' }, { level: 'instance' as const, title: 'Instance', why_not: null }];
  await openWith([one('text', 'A', { default: 'x' })], {}, { levels });
  await look(seen('form-level'), 'there').toBeVisible();
  const system = [...(seen('form-level').element() as HTMLSelectElement).options].find((option) => option.value === 'system');
  expect(system?.disabled, 'it cannot be chosen').toBe(true);
  expect(system?.textContent, 'and says why').toBe('System: Only an administrator can.');
});

test('reset goes back to what is inherited', async () => {
  const { calls } = await openBroca();
  await input('LONG_TASK_MAX_WAIT').click();
  await seen('setting-reset').click();
  await look(input('LONG_TASK_MAX_WAIT'), 'the agent’s').toHaveValue('780');
  expect(await checked(calls, 'LONG_TASK_MAX_WAIT'), 'the level says nothing any more').toEqual({ id: 'LONG_TASK_MAX_WAIT', level: 'instance', op: 'reset', value: null, by_environment: false });
  await look(seen('after-applying'), 'what will be').toHaveTextContent('780 seconds');
  await seen('setting-discard').click();
  await look(input('LONG_TASK_MAX_WAIT'), 'the change is gone').toHaveValue('900');
});

test('promote moves a value up, and the menu offers only what does something', async () => {
  const { calls } = await openBroca();
  await input('LONG_TASK_MAX_WAIT').click();
  await seen('setting-menu').click();
  const entries = () => [...document.querySelectorAll('[role=menuitem]')].map((item) => item.textContent);
  await eventually(() => entries().length, 'the menu').toBeGreaterThan(4);
  expect(entries(), 'what can be done').toEqual(['Use 780 from Agent · Athena', 'Promote to Tool · broca2…', 'Promote to Agent · Athena…', 'Promote to System…', 'Copy key', 'Copy link', 'Copy as sanctumctl', 'Show file']);
  await expectClean('the menu of a setting');
  await page.getByRole('menuitem', { name: /Promote to Agent/ }).click();
  await look(seen('plan-sheet'), 'a plan as any other').toHaveTextContent('Move Turn time limit to Agent · Athena');
  expect(calls('settingsPromotePlan'), 'from where to where').toEqual([[BROCA, 'LONG_TASK_MAX_WAIT', 'instance', 'agent']]);
  await seen('plan-apply').click();
  await look(seen('setting-LONG_TASK_MAX_WAIT').getByTitle('Agent · Athena'), 'the agent sets it now').toBeVisible();
});

test('copies are what they say', async () => {
  const { platform } = await openBroca();
  const copy = async (id: string, name: string) => {
    await look(seen(`setting-${id}`), 'there').toBeVisible();
    (seen(`setting-${id}`).element() as HTMLElement).focus();
    await seen('setting-menu').click();
    await page.getByRole('menuitem', { name }).click();
    await look(seen('toast').last(), 'it says so').toBeVisible();
    return platform.memory.world.copied.at(-1);
  };
  expect(await copy('LOG_LEVEL', 'Copy as sanctumctl'), 'the command').toBe('sanctumctl config set athena/broca2 LOG_LEVEL WARNING');
  expect(await copy('LOG_LEVEL', 'Copy link'), 'the link').toBe('sanctum://v1/settings/athena/broca2/LOG_LEVEL');
  expect(await copy('AGENT_API_KEY', 'Copy as sanctumctl'), 'never a value').toBe('sanctumctl secrets set athena/broca2 AGENT_API_KEY');
});

test('a draft that cannot be checked says so and keeps what was typed', async () => {
  await openApp({ overrides: { settingsCheck: async () => { throw new PlatformError({ code: 'busy', message: 'The registry is busy.', hint: 'Wait a moment.', details: [] }); } } }, at(BROCA));
  await input('POLL_INTERVAL').fill('33');
  await look(seen('draft-bar'), 'why nothing is told about it').toHaveTextContent('Not checked: The registry is busy.');
  await seen('draft-review').click();
  await look(seen('error-box'), 'and no plan is made of it').toHaveTextContent('The registry is busy.');
  await press('{Escape}');
  await look(input('POLL_INTERVAL'), 'kept').toHaveValue('33');
});

test('a change that was made elsewhere meanwhile shows under the draft', async () => {
  const { platform } = await openBroca();
  await input('POLL_INTERVAL').fill('33');
  const plan = await platform.settingsPlan(BROCA, [{ id: 'LOG_LEVEL', level: 'instance', op: 'set', value: 'ERROR', by_environment: false }]);
  await platform.planApply(plan.id);
  await look(input('LOG_LEVEL'), 'read again').toHaveValue('3');
  await look(input('POLL_INTERVAL'), 'the draft stays').toHaveValue('33');
});

const rowInFocus = () => (document.activeElement as HTMLElement | null)?.dataset.setting;

test('a change that is given up by a button leaves the focus at its setting', async () => {
  await openWith([one('text', 'NAME', { default: 'a' }), one('integer', 'WAIT', { default: 5 }, { nullable: true })]);
  await seen('setting-input-NAME').fill('b');
  await look(seen('setting-discard'), 'offered').toBeVisible();
  (seen('setting-discard').element() as HTMLElement).focus();
  await press('{Enter}');
  await look(seen('setting-discard'), 'nothing left to discard').not.toBeInTheDocument();
  await eventually(rowInFocus, 'from the inspector').toBe('NAME');
  await seen('setting-input-WAIT').fill('7');
  await look(seen('draft-discard'), 'the bar').toBeVisible();
  (seen('draft-discard').element() as HTMLElement).focus();
  await press('{Enter}');
  await look(seen('draft-bar'), 'gone').not.toBeInTheDocument();
  await eventually(rowInFocus, 'from the bar').toBe('WAIT');
  (seen('setting-none-WAIT').element() as HTMLElement).focus();
  await press('{Enter}');
  await look(seen('setting-value-WAIT'), 'explicitly none').toBeVisible();
  await eventually(rowInFocus, 'from a button inside the field').toBe('WAIT');
});
