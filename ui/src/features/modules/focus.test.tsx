import { expect, test } from 'vitest';
import { eventually, look, openApp, press, seen, type } from '../../test/kit';

/** What has the focus, by the name a person hears. */
const focused = () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '';

async function onRow(nth: number) {
  await look(seen('module-row').nth(nth), 'the rows are there').toBeVisible();
  await seen('module-row').nth(nth).click();
}

test('leaving the details by Esc brings the focus back to the row', async () => {
  await openApp({}, '#/modules');
  await onRow(2);
  await press('{Enter}');
  await look(seen('inspector'), 'the details have the focus').toHaveFocus();
  await press('{Escape}');
  await look(seen('inspector'), 'closed').not.toBeInTheDocument();
  await eventually(focused, 'back on the row').toMatch(/^Broca of Athena, /);
  await press('{ArrowDown}');
  await eventually(focused, 'and on with the arrows').not.toMatch(/^Broca of Athena, /);
});

test('closing the log brings the focus back to the row, from the button and from the menu', async () => {
  await openApp({}, '#/modules');
  await onRow(2);
  await press('l');
  await look(seen('log-lines'), 'open').toBeVisible();
  await seen('log-close').click();
  await look(seen('log-lines'), 'closed').not.toBeInTheDocument();
  await eventually(focused, 'back on the row').toMatch(/^Broca of Athena, /);
  await press('l');
  await look(seen('log-more'), 'open again').toBeVisible();
  await seen('log-more').click();
  await press('{End}{Enter}');
  await look(seen('log-lines'), 'closed by the menu').not.toBeInTheDocument();
  await eventually(focused, 'back on the row again').toMatch(/^Broca of Athena, /);
});

test('a plan that follows a form gives the focus back to what opened the form', async () => {
  await openApp({}, '#/agents/athena');
  await look(seen('agent-edit'), 'the page is there').toBeVisible();
  (seen('agent-edit').element() as HTMLElement).focus();
  await press('{Enter}');
  await look(seen('agent-edit-name'), 'the form').toHaveFocus();
  await type('x');
  await press('{Enter}');
  await look(seen('plan-apply'), 'the plan').toHaveFocus();
  await press('{Escape}');
  await look(seen('plan-sheet'), 'left').not.toBeInTheDocument();
  await look(seen('agent-edit'), 'where it began').toHaveFocus();
});

test('a port that is proposed is replaced by what is typed', async () => {
  const { calls } = await openApp({}, '#/modules/ports');
  await seen('port-other').click();
  await look(seen('port-number'), 'the free one is proposed').toHaveValue('9253');
  await type('9300');
  await look(seen('port-number'), 'typing takes its place').toHaveValue('9300');
  expect(calls('portMovePlan'), 'nothing is planned by typing').toEqual([]);
});

test('dismissing what went wrong leads back to the row', async () => {
  await openApp({ modules: { failing: { scheduler: 'ended with exit code 1' } } }, '#/modules/instances/scheduler');
  await look(seen('module-row').first(), 'the rows are there').toBeVisible();
  await eventually(() => document.querySelector('.mod-cell[aria-selected="true"]') !== null, 'it is chosen').toBe(true);
  document.querySelector<HTMLElement>('.mod-cell[aria-selected="true"]')!.focus();
  await press('s');
  await look(seen('module-failure'), 'it did not start').toBeVisible();
  (seen('trouble-dismiss').element() as HTMLElement).focus();
  await press('{Enter}');
  await look(seen('module-failure'), 'read').not.toBeInTheDocument();
  await eventually(focused, 'on the row').toMatch(/^Scheduler, /);
});
