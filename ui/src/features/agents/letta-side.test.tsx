import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { NewAgentDraft } from '../../bindings';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

async function openSheet(scenario: Parameters<typeof openApp>[0] = {}) {
  const opened = await openApp(scenario, '#/agents/athena');
  await seen('add-agent').click();
  await seen('agent-name').fill('Hermes');
  await look(page.getByText('agents/agent-hermes'), 'the name is free').toBeVisible();
  return opened;
}

const model = (handle: string) => page.getByTestId('letta-model').getByRole('radio', { name: new RegExp(handle) });
const draftOf = (calls: (name: string) => unknown[][]) => calls('agentCreatePlan')[0]![0] as NewAgentDraft;

test('created in Letta: a model of the live list, a persona, and no human block where Broca drives it', async () => {
  const { calls, platform } = await openSheet();
  await page.getByRole('radio', { name: 'Create in Letta' }).click();
  await look(seen('agent-review'), 'a model is needed').toHaveAttribute('aria-disabled', 'true');
  await look(page.getByTestId('letta-model'), 'where texts leave this house is said').toHaveTextContent(/letta\/letta-freeTexts go to letta\.com/);
  await look(seen('letta-human-why'), 'the reason').toHaveTextContent('Broca attaches one for every person');
  await look(seen('letta-human'), 'and no field').not.toBeInTheDocument();
  await expectClean('the sheet with its Letta side');
  await model('gpt-4\\.1').click();
  await seen('letta-persona').fill('I carry messages.');
  await seen('agent-review').click();
  await look(seen('plan-sheet'), 'both sides in one plan').toHaveTextContent(/Record the agent.*Create the agent in Letta/);
  expect(draftOf(calls), 'what was chosen').toMatchObject({ name: 'Hermes', color: null, avatar: null, letta: { side: 'create', model: 'openai/gpt-4.1', embedding: null, persona: 'I carry messages.', human: null } });
  await seen('plan-apply').click();
  await look(page.getByRole('heading', { name: 'Hermes', level: 2 }), 'it is there').toBeVisible();
  expect([...platform.memory.letta.minds.values()].some((mind) => mind.name === 'Hermes'), 'and in Letta').toBe(true);
});

test('without Broca there may be a human block', async () => {
  const { calls } = await openSheet();
  await seen('agent-module-broca2').click();
  await page.getByRole('radio', { name: 'Create in Letta' }).click();
  await model('llama').click();
  await seen('letta-human').fill('Mara, who keeps the house.');
  await seen('agent-color-3').element().parentElement!.click();
  await seen('agent-review').click();
  await look(seen('plan-sheet'), 'the plan').toBeVisible();
  expect(draftOf(calls), 'the block goes along, and the colour').toMatchObject({ modules: ['thalamus'], color: 3, letta: { human: 'Mara, who keeps the house.' } });
});

test('an existing one is linked; those that are linked already are not offered', async () => {
  const { calls } = await openSheet();
  await page.getByRole('radio', { name: 'Link an existing one' }).click();
  await look(page.getByTestId('letta-agent').getByRole('radio', { name: /Sibyl/ }), 'the free one').toBeVisible();
  expect(document.querySelectorAll('[data-testid="letta-agent-item"]').length, 'only the free one').toBe(1);
  await page.getByTestId('letta-agent').getByRole('radio', { name: /Sibyl/ }).click();
  await seen('agent-review').click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent('Link to the agent in Letta');
  expect(draftOf(calls).letta, 'by its id').toEqual({ side: 'link', id: 'agent-5000-77aa' });
});

test('a server that is away is said, and “Not now” goes on without it', async () => {
  const { calls } = await openSheet({ letta: { away: 'Nothing listens at http://127.0.0.1:8283.' } });
  await page.getByRole('radio', { name: 'Create in Letta' }).click();
  await look(seen('error-box'), 'why').toHaveTextContent('Nothing listens at http://127.0.0.1:8283.');
  await seen('letta-not-now').click();
  await look(page.getByRole('radio', { name: 'Not now' }), 'chosen').toBeChecked();
  await seen('agent-review').click();
  await look(seen('plan-sheet'), 'it goes on').toBeVisible();
  expect(draftOf(calls).letta, 'without a Letta side').toEqual({ side: 'none' });
});

test('a thousand models stay light and are found by typing', async () => {
  await openSheet({ letta: { models: 1_000 } });
  await page.getByRole('radio', { name: 'Create in Letta' }).click();
  await look(page.getByText('944 more. Type a part of the name to find them.'), 'the rest is counted').toBeVisible();
  expect(document.querySelectorAll('[data-testid="letta-model-item"]').length, 'nodes').toBeLessThan(80);
  await seen('letta-model-search').fill('model-999');
  await eventually(() => document.querySelectorAll('[data-testid="letta-model-item"]').length, 'one fits').toBe(1);
});

test('what is half done stands at the foot of the list, each with its repair', async () => {
  await openApp({ letta: { gone: ['athena'], renamed: { monday: 'Monday the Great' } } }, '#/agents/athena');
  await look(seen('in-letta-words'), 'counted').toHaveTextContent('4 not in step');
  await seen('in-letta').click();
  await look(page.getByRole('gridcell', { name: /^Athena, Gone in Letta/ }), 'gone').toBeVisible();
  await look(page.getByRole('gridcell', { name: /^Monday, Renamed in Letta: It is called Monday the Great in Letta/ }), 'renamed').toBeVisible();
  await expectClean('what is half done');
  await page.getByRole('gridcell', { name: /^Athena, Gone/ }).getByTestId('in-letta-act').click();
  await look(seen('letta-link'), 'its repair').toHaveAttribute('data-link', 'gone_in_letta');
});

test('by keyboard: an agent that is only in Letta gets one here, linked to it', async () => {
  const { calls } = await openApp({}, '#/agents/athena');
  await seen('in-letta').click();
  await page.getByRole('gridcell', { name: /^Timbre, Only here/ }).click();
  await look(seen('letta-link'), 'a click on the row is its repair').toHaveAttribute('data-link', 'only_here');
  await seen('in-letta').click();
  const cell = page.getByRole('gridcell', { name: /^Sibyl, Only in Letta/ });
  await look(cell, 'the stranger').toBeVisible();
  (cell.element() as HTMLElement).focus();
  await press('{Enter}');
  await look(seen('agent-name'), 'its name is suggested').toHaveValue('Sibyl');
  await look(page.getByTestId('letta-agent').getByRole('radio', { name: /Sibyl/ }), 'and chosen').toBeChecked();
  await look(page.getByText('agents/agent-sibyl'), 'checked').toBeVisible();
  await seen('agent-review').click();
  await seen('plan-apply').click();
  expect(draftOf(calls).letta, 'linked').toEqual({ side: 'link', id: 'agent-5000-77aa' });
  await look(seen('in-letta-words'), 'one less').toHaveTextContent('1 not in step');
});

test('an agent comes from a file by a plan; leaving the dialog leaves all as it was', async () => {
  let path: string | null = null;
  const { calls } = await openApp({ overrides: { pickFile: async () => path } }, '#/agents/athena');
  await seen('in-letta').click();
  await seen('agent-import').click();
  await eventually(() => calls('pickFile').length, 'asked').toBe(1);
  await look(seen('in-letta-sheet'), 'left').toBeVisible();
  path = '/Users/mara/old_iris.af';
  await seen('agent-import').click();
  await look(seen('agent-name'), 'named after the file').toHaveValue('old iris');
  await look(page.getByText('agents/agent-old-iris'), 'checked').toBeVisible();
  await seen('name-review').click();
  await seen('plan-apply').click();
  expect(calls('agentImportPlan'), 'the file').toEqual([['/Users/mara/old_iris.af', 'old iris']]);
  await look(page.getByRole('heading', { name: 'old iris', level: 2 }), 'it is there').toBeVisible();
});

test('thousands that are only in Letta stay light; a server that is away says so', async () => {
  await openApp({ letta: { strangers: 5_000 } }, '#/agents/athena');
  await look(seen('in-letta-words'), 'counted').toHaveTextContent('5,002 not in step');
  await seen('in-letta').click();
  await seen('in-letta-search').fill('sibyl 4999');
  await eventually(() => document.querySelectorAll('[data-testid="in-letta-row"]').length, 'found').toBe(1);
  expect(document.querySelectorAll('*').length, 'nodes').toBeLessThan(1_500);
});

test('with no agent here, one can be taken from Letta; unset is said with the way to the address', async () => {
  await openApp({ agents: 0, letta: { unset: true } }, '#/agents');
  await seen('in-letta').click();
  await look(seen('error-box'), 'why').toHaveTextContent('No address of a Letta server is set.');
  await page.getByRole('link', { name: 'Letta server' }).click();
  await look(seen('letta-section'), 'there it is set').toBeVisible();
});
