import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';
import { blockEdit, editOf } from '../agents/edits';

const apply = async () => { await look(seen('plan-apply'), 'the plan is shown').toBeVisible(); await seen('plan-apply').click(); };

test('a block is written in place, reviewed, applied, and undone', async () => {
  const { calls } = await openApp({}, '#/agents/athena/memory');
  await look(seen('block-persona'), 'how full it is').toHaveTextContent('67 of 5,000 characters');
  await expectClean('the memory of an agent');
  await seen('block-text-persona').fill('I am Athena.');
  await look(seen('block-persona'), 'counted while it is written').toHaveTextContent('12 of 5,000 characters');
  expect(calls('agentBlockPlan').length, 'nothing is planned yet').toBe(0);
  await seen('block-review-persona').click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent('Write the memory block');
  await apply();
  expect(calls('agentBlockPlan'), 'only the text').toEqual([['athena', 'persona', blockEdit({ value: 'I am Athena.' })]]);
  await look(seen('block-draft-persona'), 'no draft is left').not.toBeInTheDocument();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await apply();
  await look(seen('block-text-persona'), 'as before').toHaveValue('I am Athena. I keep the house in order and answer on every channel.');
});

test('what was written survives another tab, and discarding leaves the block as it is', async () => {
  await openApp({}, '#/agents/athena/memory');
  await seen('block-text-persona').fill('Half a thought');
  await page.getByRole('tab', { name: 'Overview' }).click();
  await page.getByRole('tab', { name: 'Memory' }).click();
  await look(seen('block-text-persona'), 'kept').toHaveValue('Half a thought');
  await seen('block-discard-persona').click();
  await look(seen('block-text-persona'), 'as it is in Letta').toHaveValue('I am Athena. I keep the house in order and answer on every channel.');
  await look(seen('block-draft-persona'), 'nothing to review').not.toBeInTheDocument();
});

test('too long is said with by how much, and is no plan; a higher limit makes it fit', async () => {
  const { calls } = await openApp({ letta: { blocks: [{ label: 'persona', value: 'I am.', limit: 10 }] } }, '#/agents/athena/memory');
  await seen('block-text-persona').fill('I am Athena, of the house.');
  await look(page.getByRole('alert'), 'by how much').toHaveTextContent('The text is 16 characters too long.');
  await look(seen('block-review-persona'), 'no plan of it').toHaveAttribute('aria-disabled', 'true');
  (seen('block-review-persona').element() as HTMLElement).click();
  expect(calls('agentBlockPlan').length, 'not even by a click').toBe(0);
  await seen('block-limit-persona').fill('x');
  await look(page.getByRole('alert'), 'no number').toHaveTextContent('The limit is a whole number');
  await seen('block-limit-persona').fill('100');
  await seen('block-read-only-persona').click();
  await seen('block-review-persona').click();
  await apply();
  expect(calls('agentBlockPlan')[0], 'all three').toEqual(['athena', 'persona', blockEdit({ value: 'I am Athena, of the house.', limit: 100, read_only: true })]);
});

test('a block is added under a free label and detached; Broca’s label is refused with its reason', async () => {
  const { calls } = await openApp({}, '#/agents/athena/memory');
  await seen('block-add').click();
  await seen('add-block-label').fill('human');
  await look(page.getByRole('alert'), 'Broca’s').toHaveTextContent('Broca attaches a block of that label for every person itself');
  await seen('add-block-label').fill('persona');
  await look(page.getByRole('alert'), 'taken').toHaveTextContent('There is a block of that label already.');
  await expectClean('the dialog for a new block');
  await seen('add-block-label').fill('garden');
  await seen('add-block-text').fill('Roses by the wall.');
  await seen('add-block-review').click();
  await apply();
  expect(calls('agentBlockPlan'), 'made').toEqual([['athena', 'garden', blockEdit({ value: 'Roses by the wall.' })]]);
  await look(seen('block-text-garden'), 'there').toHaveValue('Roses by the wall.');
  await seen('block-detach-garden').click();
  await look(seen('plan-apply'), 'red').toHaveClass(/btn-danger/);
  await apply();
  await look(seen('block-garden'), 'gone').not.toBeInTheDocument();
});

test('tools are found, attached and detached by plans', async () => {
  const { calls } = await openApp({}, '#/agents/athena/memory');
  await look(seen('agent-tools'), 'how many').toHaveTextContent('4 attached of 7');
  await seen('agent-tools-search').fill('gmail');
  await eventually(() => document.querySelectorAll('[data-testid="agent-tool"]').length, 'one fits').toBe(1);
  await seen('tool-turn-gmail_send').click();
  await apply();
  await look(seen('agent-tools'), 'one more').toHaveTextContent('5 attached of 7');
  await seen('tool-turn-gmail_send').click();
  await apply();
  await look(seen('agent-tools'), 'as before').toHaveTextContent('4 attached of 7');
  expect(calls('agentToolPlan'), 'there and back').toEqual([['athena', 'tool-gmail_send', true], ['athena', 'tool-gmail_send', false]]);
});

test('the context stands in numbers, the system prompt is changed by a plan', async () => {
  const { calls } = await openApp({}, '#/agents/athena/memory');
  await look(seen('context-use'), 'each part').toHaveTextContent(/2,976 of 32,000 tokens, 24 messages.*System prompt1,100Memory26Tools650Summary0Messages1,200Free29,024/);
  await seen('system-text').fill('You are brief.');
  await seen('system-review').click();
  await apply();
  expect(calls('agentEditPlan'), 'only the prompt').toEqual([['athena', editOf({ system: 'You are brief.' })]]);
  await look(seen('system-text'), 'read back').toHaveValue('You are brief.');
});

test('an agent without a Letta side has nothing to remember with, and the way on', async () => {
  await openApp({}, '#/agents/timbre/memory');
  await look(seen('memory-none'), 'why').toHaveTextContent('It is not linked to an agent in Letta');
  await expectClean('memory of an unlinked agent');
  await seen('memory-to-letta').click();
  await look(seen('letta-link'), 'there').toBeVisible();
});

test('a server that is away is said with the way to its address', async () => {
  await openApp({ letta: { away: 'Nothing listens there.' } }, '#/agents/athena/memory');
  await look(seen('error-box'), 'why').toHaveTextContent('Nothing listens there.');
  await page.getByRole('link', { name: 'Letta server' }).click();
  await look(seen('letta-connection'), 'there').toBeVisible();
});

test('hostile labels and texts of blocks are text; very many blocks stay light', async () => {
  const hostile = '<script>alert(1)</script>\u202E';
  const blocks = [{ label: hostile, value: hostile, description: hostile }, ...Array.from({ length: 400 }, (_, i) => ({ label: `b${i}`, value: 'x' }))];
  await openApp({ letta: { blocks } }, '#/agents/athena/memory');
  await look(page.getByRole('button', { name: 'Show all 401 blocks' }), 'the rest is a click away').toBeVisible();
  expect(document.querySelector('#root script'), 'nothing runs').toBeNull();
  expect(document.querySelector('[data-testid="memory-blocks"] label')?.textContent?.includes('\u202E'), 'nothing turns the line').toBe(false);
  expect(document.querySelectorAll('*').length, 'nodes').toBeLessThan(2_000);
  await page.getByRole('tab', { name: 'Memory' }).click();
  await press('{Home}');
  await eventually(() => location.hash, 'the page still answers').toBe('#/agents/athena');
});
