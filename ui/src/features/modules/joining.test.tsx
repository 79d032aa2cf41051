import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

const apply = async () => { await look(seen('plan-apply'), 'the plan is shown').toBeVisible(); await seen('plan-apply').click(); };

test('an agent is given a module from its page: chosen, planned, applied, opened, undone', async () => {
  const { calls } = await openApp({}, '#/agents/athena');
  await seen('agent-add-module').click();
  await look(seen('add-module-sheet'), 'the sheet').toHaveTextContent('Add a module to Athena');
  await look(seen('add-module-web-bridge'), 'what it does not have').toBeVisible();
  expect(document.querySelector('[data-testid="add-module-broca2"]'), 'what it has is not offered').toBeNull();
  await look(seen('add-module-review'), 'nothing is chosen yet').toHaveAttribute('aria-disabled', 'true');
  await expectClean('the sheet for a module');
  await press('{Enter}');
  expect(calls('moduleAddPlan'), 'nothing is planned without a choice').toEqual([]);
  await seen('add-module-web-bridge').click();
  await seen('add-module-review').click();
  await look(seen('plan-view'), 'what it would do').toHaveTextContent('agents/agent-athena/web-bridge');
  expect(calls('moduleAddPlan'), 'its address').toEqual([['athena/web-bridge']]);
  await apply();
  await eventually(() => location.hash, 'it is opened').toBe('#/modules/instances/athena%2Fweb-bridge');
  await look(seen('trouble-install'), 'where its code is installed next').toBeVisible();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await apply();
  await eventually(() => [...document.querySelectorAll('[role="gridcell"]')].some((cell) => cell.textContent?.includes('Web bridge of')), 'undone, it is gone').toBe(false);
});

test('under Modules the agent is asked for first', async () => {
  const { calls } = await openApp({}, '#/modules/instances');
  await seen('modules-more').click();
  await page.getByRole('menuitem', { name: 'Add a module to an agent…' }).click();
  await look(seen('add-module-review'), 'no agent is chosen').toHaveAttribute('aria-disabled', 'true');
  await page.getByLabelText('Agent', { exact: true }).selectOptions('monday');
  await seen('add-module-web-bridge').click();
  await expectClean('the sheet with its agent');
  await seen('add-module-review').click();
  await look(seen('plan-view'), 'planned').toBeVisible();
  expect(calls('moduleAddPlan'), 'for this agent').toEqual([['monday/web-bridge']]);
});

test('who may not change anything is offered nothing', async () => {
  await openApp({ overrides: { modulesOffered: async () => refuse('not_allowed', 'vera is signed in as viewer and may look, not change.', 'An administrator can do this.') } }, '#/agents/athena');
  await look(page.getByRole('heading', { name: 'Modules', level: 2 }), 'the modules are shown').toBeVisible();
  expect(document.querySelector('[data-testid="agent-add-module"]'), 'and no button that is refused').toBeNull();
});

test('a module that is stopped is removed by a plan, one that runs is stopped first', async () => {
  const { calls } = await openApp({}, '#/modules/instances/athena%2Fbroca2');
  await page.getByRole('button', { name: 'Show the inspector' }).click();
  await look(seen('module-remove'), 'it runs').toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('button', { name: 'Stop Broca of Athena' }).first().click();
  await look(seen('module-remove'), 'stopped').not.toHaveAttribute('aria-disabled', 'true');
  await seen('module-remove').click();
  await look(seen('plan-view'), 'where it goes').toHaveTextContent('Move it to the trash');
  expect(calls('moduleRemovePlan'), 'the one that is shown').toEqual([['athena/broca2']]);
  await apply();
  await eventually(() => [...document.querySelectorAll('[role="gridcell"]')].filter((cell) => /Broca.*Athena/.test(cell.textContent ?? '')).length, 'it is gone from the list').toBe(0);
});

test('a shared service is not taken away alone', async () => {
  await openApp({}, '#/modules/instances/smcp');
  await page.getByRole('button', { name: 'Show the inspector' }).click();
  await look(seen('module-events'), 'its details').toBeVisible();
  expect(document.querySelector('[data-testid="module-remove"]'), 'no removal').toBeNull();
});

test('on the page of its agent it goes as well, and the others stay there', async () => {
  const { calls } = await openApp({}, '#/agents/timbre');
  await page.getByRole('button', { name: 'Remove Thalamus of Timbre' }).click();
  await apply();
  await look(page.getByRole('table', { name: 'Modules' }), 'the other one stays').toHaveTextContent(/Broca/);
  await eventually(() => document.querySelectorAll('[data-testid="agent-module-remove"]').length, 'one is left').toBe(1);
  expect(calls('moduleRemovePlan'), 'the one that was meant').toEqual([['timbre/thalamus']]);
});
