import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

const apply = async () => { await look(seen('plan-apply'), 'the plan is shown').toBeVisible(); await seen('plan-apply').click(); };
const rows = () => document.querySelectorAll('[data-testid="broca-queue-row"]').length;

test('counts, the file, the read-only note, and the queue with attempts', async () => {
  await openApp({}, '#/agents/athena/broca');
  await look(seen('broca-counts'), 'each state').toHaveTextContent('Waiting4In work4Answered8Failed4Flushed4Messages48People3');
  await look(seen('broca-read-only'), 'it is only looked at').toHaveTextContent(/agents\/agent-athena\/broca2\/db\/sanctum\.db It is only read here\./);
  await look(page.getByRole('gridcell', { name: /^Failed, 3 tries/ }).first(), 'state, attempts and text').toBeVisible();
  await expectClean('the inside of Broca');
});

test('the queue is filtered by its states', async () => {
  const { calls } = await openApp({}, '#/agents/athena/broca');
  await page.getByRole('radio', { name: /^Failed/ }).click();
  await eventually(rows, 'only the failed').toBe(4);
  expect(calls('brocaQueue').at(-1)?.[1], 'asked of the server').toBe('failed');
});

test('failed ones are requeued and waiting ones flushed by plans, and undo takes it back', async () => {
  const { calls } = await openApp({}, '#/agents/athena/broca');
  await seen('broca-requeue').click();
  await look(seen('plan-sheet'), 'how many').toHaveTextContent('Requeue 4 failed');
  await apply();
  await look(seen('broca-counts'), 'they wait').toHaveTextContent('Waiting8In work4Answered8Failed0');
  await look(seen('broca-requeue'), 'nothing is left to requeue').toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await apply();
  await look(seen('broca-counts'), 'as before').toHaveTextContent('Waiting4In work4Answered8Failed4');
  await seen('broca-flush').click();
  await look(seen('plan-apply'), 'what drops messages is red').toHaveClass(/btn-danger/);
  await apply();
  await look(seen('broca-counts'), 'flushed').toHaveTextContent('Waiting0In work4Answered8Failed4Flushed8');
  expect(calls('brocaActionPlan'), 'all they fit').toEqual([['athena', 'requeue', []], ['athena', 'flush', []]]);
});

test('by keyboard: one entry is opened, read whole, and taken out', async () => {
  const { calls } = await openApp({}, '#/agents/athena/broca');
  const cell = page.getByRole('gridcell').and(page.getByTestId('broca-queue-row')).first();
  await look(cell, 'the queue').toBeVisible();
  (cell.element() as HTMLElement).focus();
  await press('{ArrowDown}{Enter}');
  await look(seen('broca-entry'), 'the second').toHaveTextContent(/Entry 23.*Waiting.*Is the window in the kitchen closed\? \(23\)/);
  await expectClean('an entry of the queue');
  await look(seen('broca-requeue-one'), 'it has not failed').not.toBeInTheDocument();
  await seen('broca-take-out').click();
  await apply();
  expect(calls('brocaActionPlan'), 'this one').toEqual([['athena', 'delete', [23]]]);
  await look(seen('broca-counts'), 'one less waits').toHaveTextContent('Waiting3');
});

test('what Broca works on is left alone', async () => {
  await openApp({}, '#/agents/athena/broca');
  await page.getByRole('gridcell', { name: /^In work/ }).first().click();
  await look(seen('broca-entry'), 'why').toHaveTextContent('Broca works on it; it is left alone.');
  for (const id of ['broca-take-out', 'broca-requeue-one', 'broca-flush-one']) await look(seen(id), `no ${id}`).not.toBeInTheDocument();
});

test('people and what was said with one of them, page by page', async () => {
  await openApp({}, '#/agents/athena/broca');
  await page.getByRole('radio', { name: 'People' }).click();
  await page.getByRole('gridcell', { name: /^Jonas, telegram/ }).click();
  await look(seen('broca-conversation'), 'both sides').toHaveTextContent(/Agent.*Yes, since nine\. \(40\).*Person.*Is the window closed\?/);
  await look(page.getByText('1 to 40 of 40'), 'where one is').toBeVisible();
  await look(seen('broca-earlier'), 'that is all').toHaveAttribute('aria-disabled', 'true');
  await expectClean('a conversation of Broca');
  await press('{Escape}');
  await look(seen('broca-conversation'), 'closed').not.toBeInTheDocument();
});

test('a missing database is said, with nothing that would act on it', async () => {
  await openApp({ broca: { none: true } }, '#/agents/athena/broca');
  await look(seen('broca-missing'), 'what that means').toHaveTextContent('Broca has not made its database yet.');
  for (const id of ['broca-queue', 'broca-requeue', 'broca-flush']) await look(seen(id), `no ${id}`).not.toBeInTheDocument();
});

test('a file that cannot be read says why and is read again', async () => {
  let broken = true;
  await openApp({ overrides: { brocaView: async () => (broken ? refuse('broca_unreadable', 'Broca’s database is locked.', 'Try again in a moment.') : refuse('broca_unreadable', 'It is still locked.', 'Wait.')) } }, '#/agents/athena/broca');
  await look(seen('error-box'), 'why').toHaveTextContent('Broca’s database is locked.');
  broken = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await look(seen('error-box'), 'asked again').toHaveTextContent('It is still locked.');
});

test('hostile names and messages are text; ten thousand entries stay light', async () => {
  const hostile = '<img src=x onerror=alert(1)>\u202E';
  await openApp({ broca: { rows: 10_000, people: 2_000, hostile } }, '#/agents/athena/broca');
  await look(page.getByRole('gridcell', { name: /<img src=x/ }).first(), 'as written').toBeVisible();
  expect(document.querySelector('#root img'), 'nothing is loaded').toBeNull();
  expect(document.querySelectorAll('*').length, 'nodes').toBeLessThan(1_500);
  await press('{End}');
  await page.getByRole('radio', { name: 'People' }).click();
  await look(page.getByRole('gridcell', { name: /<img src=x/ }).first(), 'a name').toBeVisible();
  expect(document.querySelector('[data-testid="broca-people"]')?.textContent?.includes('\u202E'), 'nothing turns the line').toBe(false);
});
