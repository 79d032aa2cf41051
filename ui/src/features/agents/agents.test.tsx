import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';

test('the list shows each agent with its status and reason, the pane its modules and ports', async () => {
  await openApp({}, '#/agents/monday');
  await look(page.getByRole('gridcell', { name: 'Monday, Degraded: Letta refused the password' }), 'status and reason are in the list').toHaveAttribute('aria-selected', 'true');
  await look(page.getByRole('row', { name: /Thalamus 9201/ }), 'a module has its port').toBeVisible();
  await look(page.getByText('agent-1268-b2c1'), 'the link to Letta is named').toBeVisible();
  await expectClean('the agents');
});

test('arrows walk the list and the pane follows, search narrows it', async () => {
  await openApp({}, '#/agents/athena');
  await page.getByRole('gridcell', { name: /^Athena/ }).click();
  await press('{ArrowDown}');
  await look(page.getByRole('heading', { name: 'Monday', level: 2 }), 'the pane follows').toBeVisible();
  await press('{Meta>}f{/Meta}');
  await type('timb');
  await eventually(() => document.querySelectorAll('.agent-cell').length, 'one agent fits').toBe(1);
  await press('{Enter}');
  await look(page.getByText(/Not linked to an agent in Letta yet/), 'Enter opens it').toBeVisible();
});

test('an agent is added by keyboard alone: name, plan, apply, undo offered', async () => {
  const { calls } = await openApp({ latency: 15 }, '#/agents/athena');
  await look(seen('agent-detail'), 'the view is there').toBeVisible();
  await press('{Meta>}n{/Meta}');
  await look(seen('agent-name'), 'the name has the focus').toHaveFocus();
  await type('../x');
  await look(page.getByText(/A name cannot hold a slash/), 'a bad name is told while typing').toBeVisible();
  await expectClean('the sheet for a new agent');
  await press('{Enter}');
  expect(calls('agentCreatePlan').length, 'a bad name makes no plan').toBe(0);
  await press('{Meta>}a{/Meta}{Control>}a{/Control}');
  await type('Hermes');
  await look(page.getByText('agents/agent-hermes'), 'its folder is foretold').toBeVisible();
  await press('{Enter}');
  await look(seen('plan-sheet'), 'the plan comes before anything is written').toBeVisible();
  await look(seen('plan-apply'), 'the plan’s own words stand on the button, ready for Enter').toHaveFocus();
  expect(calls('planApply').length, 'nothing was applied yet').toBe(0);
  await expectClean('the plan sheet');
  await press('{Enter}');
  await look(seen('toast'), 'what was done is said').toHaveTextContent(/Add Hermes: applied, read back/);
  await look(page.getByRole('heading', { name: 'Hermes', level: 2 }), 'the new agent is shown').toBeVisible();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await look(seen('plan-sheet'), 'undo is a plan like any other').toHaveTextContent(/Undo: Add Hermes/);
  await press('{Escape}');
  await look(seen('plan-sheet'), 'Esc leaves the plan').not.toBeInTheDocument();
  await eventually(() => calls('planDiscard').length, 'a plan that was only looked at is forgotten').toBe(1);
});

test('a taken name and a stale plan are refused with a way on', async () => {
  let stale = true;
  const { calls } = await openApp({ overrides: { planApply: async () => (stale ? refuse('plan_stale', 'One target changed since it was read.', 'Look again.', ['agents/agent-hermes']) : refuse('cancelled', 'Stopped.', '')) } }, '#/agents/athena');
  await look(seen('agent-detail'), 'the view is there').toBeVisible();
  await press('{Meta>}n{/Meta}');
  await look(seen('agent-name'), 'the form is there').toHaveFocus();
  await type('athena');
  await look(page.getByText(/There is an agent called athena already/), 'a taken name is refused').toBeVisible();
  await type('2');
  await look(page.getByText('agents/agent-athena2'), 'another one is fine').toBeVisible();
  await press('{Enter}');
  await look(seen('plan-apply'), 'the plan is shown').toHaveFocus();
  await press('{Enter}');
  await look(seen('error-box'), 'the stale plan is refused').toHaveAttribute('data-code', 'plan_stale');
  await look(page.getByText('Nothing has been written.'), 'and says what did not happen').toBeVisible();
  stale = false;
  await seen('plan-again').click();
  await look(seen('plan-apply'), 'looking again plans again').toHaveFocus();
  expect(calls('agentCreatePlan').length, 'a second plan was made').toBe(2);
});

test('after a trial that failed it is said that the change is gone only where it is', async () => {
  let code = 'rolled_back';
  await openApp({ overrides: { planApply: async () => refuse(code, 'SMCP did not come up with it.', 'Its log says more.') } }, '#/agents/athena');
  await look(seen('agent-detail'), 'the view is there').toBeVisible();
  const apply = async () => { await look(seen('plan-apply'), 'the plan is shown').toHaveFocus(); await press('{Enter}'); };
  await press('{Meta>}n{/Meta}');
  await look(seen('agent-name'), 'the form is there').toHaveFocus();
  await type('athena2');
  await look(page.getByText('agents/agent-athena2'), 'the name is fine').toBeVisible();
  await press('{Enter}');
  await apply();
  await look(page.getByText('What had been done was taken back; the files are as they were.'), 'it was taken back').toBeVisible();
  code = 'not_rolled_back';
  await seen('plan-again').click();
  await apply();
  await look(seen('error-box'), 'it could not be taken back').toHaveAttribute('data-code', 'not_rolled_back');
  await look(page.getByText(/was taken back; the files are as they were/), 'so that is not said').not.toBeInTheDocument();
});

test('removing names what goes to the trash, is red, and can be stopped on the way', async () => {
  const { calls, platform } = await openApp({ latency: 400 }, '#/agents/timbre');
  await seen('agent-remove').click();
  await look(page.getByText(/Moves 214 files \(38 MB\) to the trash/), 'the size is named').toBeVisible();
  await look(seen('plan-apply'), 'a removal is red and not the default button').toHaveClass(/btn-danger/);
  expect(document.activeElement?.getAttribute('data-testid'), 'Enter would not remove').not.toBe('plan-apply');
  await seen('plan-apply').click();
  await seen('plan-stop').click();
  await look(seen('error-box'), 'stopping takes it back').toHaveAttribute('data-code', 'cancelled');
  expect(calls('planCancel').length, 'the platform was told to stop').toBe(1);
  expect(platform.memory.world.agents.length, 'the agent is still there').toBe(3);
});

test('no agents: the view teaches and offers the one thing to do', async () => {
  await openApp({ agents: 0 }, '#/agents');
  await look(page.getByRole('heading', { name: 'No agents here yet' }), 'it says what belongs here').toBeVisible();
  await expectClean('the empty agents view');
  await page.getByTestId('no-agents').getByTestId('add-agent').click();
  await look(seen('add-agent-sheet'), 'the sheet opens').toBeVisible();
});

test('ten thousand agents stay light', async () => {
  await openApp({ agents: 10_000, tools: 0 }, '#/agents');
  await look(page.getByRole('heading', { name: 'Athena', level: 2 }), 'the first is shown').toBeVisible();
  expect(document.querySelectorAll('*').length, 'nodes').toBeLessThan(1_500);
});

test('an agent is not planned before its modules are known: it would get none', async () => {
  let known = false;
  const { platform, calls } = await openApp({}, '#/agents/athena');
  const really = platform.agentModules;
  platform.agentModules = () => (known ? really() : refuse('catalogue_unreadable', 'The catalogue cannot be read.', 'Install the app again.'));
  await look(seen('agent-detail'), 'the view is there').toBeVisible();
  await press('{Meta>}n{/Meta}');
  await look(seen('agent-name'), 'the form is there').toHaveFocus();
  await type('Hermes');
  await look(page.getByText('agents/agent-hermes'), 'the name is free').toBeVisible();
  await look(page.getByText('The catalogue cannot be read.'), 'why not').toBeVisible();
  await press('{Enter}');
  await look(seen('agent-review'), 'not to be reviewed').toHaveAttribute('aria-disabled', 'true');
  expect(calls('agentCreatePlan'), 'nothing was planned').toEqual([]);
  known = true;
  await page.getByRole('button', { name: 'Try again' }).click();
  await look(seen('agent-module-broca2'), 'they are there').toBeVisible();
  await seen('agent-review').click();
  await eventually(() => (calls('agentCreatePlan').at(-1)?.[0] as { modules: string[] } | undefined)?.modules.length, 'with its modules').toBeGreaterThan(0);
});
