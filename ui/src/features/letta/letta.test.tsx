import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';
import { editOf } from '../agents/edits';

const apply = async () => { await look(seen('plan-apply'), 'the plan is shown').toBeVisible(); await seen('plan-apply').click(); };
const SECRET = 'pw-canary-0123456789';
const inPage = (what: string) => document.documentElement.outerHTML.includes(what) || [...document.querySelectorAll('input, textarea')].some((field) => (field as HTMLInputElement).value.includes(what));

test('a linked agent: its state in words, its model, and the way out of the link and back', async () => {
  const { calls } = await openApp({}, '#/agents/athena/letta');
  await look(seen('letta-link'), 'in words').toHaveTextContent(/Linked.*called the same on both sides.*agent-1267-b2c1/);
  await look(seen('letta-model-card'), 'model and embedding').toHaveTextContent(/openai\/gpt-4\.1.*text-embedding-3-small/);
  await expectClean('the Letta side of an agent');
  await seen('link-unlink').click();
  await look(seen('plan-sheet'), 'what stays').toHaveTextContent('The agent in Letta stays as it is.');
  await apply();
  await look(seen('letta-link'), 'only here').toHaveAttribute('data-link', 'only_here');
  await seen('link-link').click();
  await page.getByTestId('letta-agent').getByRole('radio', { name: /Athena/ }).click();
  await seen('letta-side-review').click();
  await apply();
  await look(seen('letta-link'), 'linked again').toHaveAttribute('data-link', 'linked');
  expect(calls('agentLinkPlan'), 'the same one').toEqual([['athena', 'agent-1267-b2c1']]);
});

test('an agent that is only here gets its Letta side', async () => {
  const { calls } = await openApp({}, '#/agents/timbre');
  await seen('overview-link').click();
  await seen('link-create').click();
  await look(seen('letta-human-why'), 'Broca drives it').toBeVisible();
  await look(seen('letta-side-review'), 'a model first').toHaveAttribute('aria-disabled', 'true');
  await expectClean('the sheet that creates in Letta');
  await page.getByTestId('letta-model').getByRole('radio', { name: /claude/ }).click();
  await seen('letta-persona').fill('I am Timbre.');
  await seen('letta-side-review').click();
  await apply();
  await look(seen('letta-link'), 'linked').toHaveAttribute('data-link', 'linked');
  expect(calls('agentMakePlan'), 'what was chosen').toEqual([['timbre', { side: 'create', model: 'anthropic/claude-sonnet-4', embedding: null, persona: 'I am Timbre.', human: null }]]);
});

test('renamed there: one of the two names for both; gone there: made anew, linked or unlinked', async () => {
  const { calls } = await openApp({ letta: { renamed: { athena: 'Athena <b>II</b>' }, gone: ['monday'] } }, '#/agents/athena/letta');
  await look(seen('letta-link'), 'said').toHaveTextContent('It is called Athena <b>II</b> in Letta and Athena here.');
  await seen('link-rename-there').click();
  await look(seen('plan-sheet'), 'the plan').toBeVisible();
  await press('{Escape}');
  await seen('link-take-name').click();
  await apply();
  expect(calls('agentEditPlan'), 'both ways are the name for both').toEqual([['athena', editOf({ name: 'Athena' })], ['athena', editOf({ name: 'Athena <b>II</b>' })]]);
  await look(seen('letta-link'), 'in step').toHaveAttribute('data-link', 'linked');
  await page.getByRole('gridcell', { name: /^Monday/ }).click();
  await look(seen('letta-link'), 'gone').toHaveTextContent('linked to an agent that Letta does not have any more');
  for (const id of ['link-create', 'link-link', 'link-unlink']) await look(seen(id), id).toBeVisible();
  await look(seen('letta-model-card'), 'no model of nothing').not.toBeInTheDocument();
});

test('the model is changed by a plan; the same one again is no change', async () => {
  const { calls } = await openApp({}, '#/agents/athena/letta');
  await seen('letta-model-change').click();
  await look(page.getByTestId('letta-model').getByRole('radio', { name: /gpt-4\.1/ }), 'the one it has').toBeChecked();
  await look(seen('letta-model-review'), 'nothing differs').toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('letta-model').getByRole('radio', { name: /llama/ }).click();
  await press('{Enter}');
  await apply();
  expect(calls('agentEditPlan'), 'only the model').toEqual([['athena', editOf({ model: 'ollama/llama3.3' })]]);
  await look(seen('letta-model-card'), 'read back').toHaveTextContent('ollama/llama3.3');
});

test('the connection: measured with its version, tried again, changed by a plan; the password is never shown', async () => {
  const { calls } = await openApp({}, '#/settings/letta');
  await look(seen('letta-status'), 'word, reason, version').toHaveTextContent(/Healthy.*answered in 12 ms.*Letta server 0\.11\.7/);
  await look(seen('letta-password-kept'), 'that there is one').toHaveTextContent('it is never shown');
  await expectClean('the connection to Letta');
  await seen('letta-try').click();
  await eventually(() => calls('lettaState').length, 'asked once more').toBe(2);
  await seen('letta-password-set').click();
  await seen('letta-review').click();
  await look(page.getByRole('alert'), 'nothing entered').toHaveTextContent('Nothing was entered.');
  await seen('letta-password').fill(SECRET);
  await seen('letta-address').fill('https://house.example:8283');
  await seen('letta-review').click();
  await look(seen('plan-sheet'), 'the address is in the plan').toHaveTextContent('https://house.example:8283');
  expect(seen('plan-sheet').element().textContent?.includes(SECRET), 'the password is not').toBe(false);
  await apply();
  expect(calls('lettaAddressPlan'), 'both').toEqual([['https://house.example:8283', SECRET]]);
  await look(seen('letta-password-kept'), 'the field is gone').toBeVisible();
  await look(seen('letta-address'), 'the new address').toHaveValue('https://house.example:8283');
  await eventually(() => inPage(SECRET), 'no trace').toBe(false);
});

test('an address alone leaves the password; a discarded draft changes nothing', async () => {
  const { calls } = await openApp({}, '#/settings/letta');
  await seen('letta-address').fill('nonsense');
  await seen('letta-discard').click();
  await look(seen('letta-address'), 'as it was').toHaveValue('http://127.0.0.1:8283');
  await seen('letta-address').fill('nonsense');
  await seen('letta-review').click();
  await look(seen('error-box'), 'refused with its reason').toHaveTextContent('This is no address of a server.');
  expect(calls('lettaAddressPlan'), 'the password stays as it is').toEqual([['nonsense', null]]);
  await press('{Escape}');
  await seen('letta-discard').click();
  await seen('letta-password-forget').click();
  await look(seen('letta-password-kept'), 'only said').toHaveTextContent('Is forgotten when the plan is applied');
  await seen('letta-review').click();
  await apply();
  await look(seen('letta-password-kept'), 'none is left').toHaveTextContent('None is set');
});

test('a server that is away, and one that is not set, are said where they matter', async () => {
  await openApp({ letta: { away: 'It refused the password.' } }, '#/agents/athena/letta');
  await look(seen('error-box'), 'why nothing is known of the link').toHaveTextContent('It refused the password.');
  await look(seen('letta-status'), 'measured').toHaveTextContent(/Degraded.*It refused the password\./);
  await look(seen('link-unlink'), 'no repair of what is not known').not.toBeInTheDocument();
});

test('nothing is tried without an address', async () => {
  await openApp({ letta: { unset: true } }, '#/settings/letta');
  await look(seen('letta-status'), 'said').toHaveTextContent(/Off.*no address is set/);
  await look(seen('letta-try'), 'nothing to try').toHaveAttribute('aria-disabled', 'true');
  await look(seen('letta-password-kept'), 'none').toHaveTextContent('None is set');
});

test('a model list that cannot be had is said in the sheet', async () => {
  await openApp({ overrides: { lettaModels: async () => refuse('letta_away', 'Letta took longer than 5 s.', 'Try again.') } }, '#/agents/athena/letta');
  await seen('letta-model-change').click();
  await look(seen('letta-model-sheet'), 'why').toHaveTextContent('Letta took longer than 5 s.');
});
