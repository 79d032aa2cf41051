import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { sampleAgents } from '../../platform/sample/data';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';
import { editOf } from './edits';

const apply = async () => { await look(seen('plan-apply'), 'the plan is shown').toBeVisible(); await seen('plan-apply').click(); };

test('the way of talking is a draft, then a plan, and undo brings the old one back', async () => {
  const { calls } = await openApp({}, '#/agents/athena');
  await look(seen('agent-way-letta'), 'as it is now').toBeChecked();
  await expectClean('the page of an agent');
  await seen('agent-way-echo').click();
  expect(calls('agentEditPlan').length, 'choosing alone plans nothing').toBe(0);
  await seen('agent-way-discard').click();
  await look(seen('agent-way-letta'), 'left').toBeChecked();
  await seen('agent-way-broca').click();
  await seen('agent-way-review').click();
  await look(seen('plan-sheet'), 'the plan names it').toHaveTextContent('way: broca');
  expect(calls('agentEditPlan'), 'only the way').toEqual([['athena', editOf({ way: 'broca' })]]);
  await apply();
  await look(seen('bridge-state'), 'the bridge is measured where Broca is the way').toHaveTextContent(/http:\/\/127\.0\.0\.1:9300\/api\/v1\/.*Healthy/);
  await look(seen('agent-way-review'), 'no draft is left').not.toBeInTheDocument();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await apply();
  await look(seen('agent-way-letta'), 'as before').toBeChecked();
});

test('what stands in the way of a way is said; without Broca it cannot be chosen', async () => {
  const [athena] = sampleAgents(1);
  await openApp({ agents: [{ ...athena!, modules: [], letta_uid: null }] }, '#/agents/athena');
  await look(seen('agent-way-broca'), 'not without Broca').toBeDisabled();
  await look(seen('agent-way'), 'both reasons').toHaveTextContent(/It is not linked yet: what you write waits until it is\..*It has no Broca in its folder\./);
  expect(document.querySelector('[data-tab="broca"]'), 'and no Broca to look into').toBeNull();
});

test('name, description, colour and sign are edited by keyboard; the folder stays', async () => {
  const { calls } = await openApp({}, '#/agents/athena');
  await seen('agent-edit').click();
  await look(seen('agent-edit-name'), 'the name has the focus').toHaveFocus();
  await look(seen('agent-edit-review'), 'nothing to review yet').toHaveAttribute('aria-disabled', 'true');
  await expectClean('the sheet of an agent');
  await press('{Control>}a{/Control}{Meta>}a{/Meta}');
  await type('Minerva');
  await seen('agent-avatar').fill('ABC');
  await look(page.getByText('Two characters or one emoji at most.'), 'a sign is short').toBeVisible();
  await seen('agent-avatar').fill('🦉');
  await page.getByText('Violet').element().parentElement!.click();
  await press('{Enter}');
  await look(seen('plan-apply'), 'the plan').toHaveFocus();
  expect(calls('agentEditPlan'), 'the description stays').toEqual([['athena', editOf({ name: 'Minerva', color: 4, avatar: '🦉' })]]);
  await press('{Enter}');
  await look(page.getByRole('heading', { name: 'Minerva', level: 2 }), 'its new name').toBeVisible();
  expect(document.querySelector('.agent-head .avatar')?.textContent, 'its sign').toBe('🦉');
});

test('archived: a mark in list and page, and the way back', async () => {
  await openApp({}, '#/agents/athena');
  await seen('agent-archive').click();
  await apply();
  await look(seen('agent-archived'), 'on its page').toBeVisible();
  await look(page.getByRole('gridcell', { name: /^Athena, archived/ }), 'in the list').toBeVisible();
  await eventually(() => document.querySelectorAll('[data-testid="sidebar-agent"]').length, 'not in the sidebar').toBe(2);
  await look(seen('agent-archive'), 'the way back').toHaveTextContent('Bring back…');
  await seen('agent-archive').click();
  await apply();
  await look(seen('agent-archived'), 'it is back').not.toBeInTheDocument();
});

test('a clone needs a free name and becomes the agent that is shown', async () => {
  const { calls } = await openApp({}, '#/agents/athena');
  await seen('agent-clone').click();
  await look(seen('agent-name'), 'a name is suggested').toHaveValue('Athena 2');
  await seen('agent-name').fill('monday');
  await look(page.getByText(/There is an agent called monday already/), 'a taken one is refused').toBeVisible();
  await seen('agent-name').fill('Pallas');
  await look(page.getByText('agents/agent-pallas'), 'checked').toBeVisible();
  await press('{Enter}');
  await apply();
  expect(calls('agentClonePlan'), 'of the agent that was shown').toEqual([['athena', 'Pallas']]);
  await look(page.getByRole('heading', { name: 'Pallas', level: 2 }), 'the copy').toBeVisible();
});

test('export asks where and says how much; leaving the dialog writes nothing, a refusal is said', async () => {
  let chosen: string | null = null;
  let refused = false;
  const { calls } = await openApp({ overrides: { pickSave: async () => chosen, agentExportTo: async () => (refused ? refuse('letta_away', 'Letta does not answer.', 'Start it.') : 48) } }, '#/agents/athena');
  await seen('agent-export').click();
  await eventually(() => calls('pickSave'), 'asked').toEqual([['athena.af']]);
  expect(calls('agentExportTo').length, 'left').toBe(0);
  chosen = '/Users/mara/athena.af';
  await seen('agent-export').click();
  await look(seen('toast'), 'how much and where').toHaveTextContent('Exported Athena, 48 kB. Written to /Users/mara/athena.af.');
  refused = true;
  await seen('agent-export').click();
  await look(page.getByText('Letta does not answer.', { exact: true }), 'why not').toBeVisible();
});

test('removing a linked agent asks what becomes of its Letta side; only what is lost for good asks for the name', async () => {
  const { calls } = await openApp({}, '#/agents/athena');
  await seen('agent-remove').click();
  await look(seen('delete-here'), 'the one that can be undone comes first').toBeChecked();
  await expectClean('the question before an agent is removed');
  await seen('delete-both').click();
  await look(seen('delete-review'), 'not without the name').toHaveAttribute('aria-disabled', 'true');
  await seen('delete-name').fill('Athena');
  await press('{Enter}');
  await look(seen('plan-sheet'), 'what cannot be undone').toHaveTextContent('Its memory and messages in Letta are gone.');
  expect(calls('agentDeletePlan'), 'both sides').toEqual([['athena', true]]);
  await seen('plan-apply').click();
  await eventually(() => document.querySelectorAll('.agent-cell').length, 'it is gone').toBe(2);
});

test('an agent that is only found on disk is shown and left alone', async () => {
  const [athena] = sampleAgents(1);
  await openApp({ agents: [{ ...athena!, origin: 'layout' }] }, '#/agents/athena/memory');
  await look(page.getByText('Found on disk, not recorded in the registry.'), 'said').toBeVisible();
  for (const id of ['agent-edit', 'agent-way', 'agent-acts', 'agent-remove']) await look(seen(id), `no ${id}`).not.toBeInTheDocument();
});

test('hostile names, descriptions and signs are text', async () => {
  const [athena] = sampleAgents(1);
  const hostile = '<img src=x onerror=alert(1)>\u202E';
  await openApp({ agents: [{ ...athena!, name: hostile, description: hostile, avatar: '\u202E', archived: true }] }, '#/agents/athena');
  await look(page.getByRole('heading', { name: /<img src=x/, level: 2 }), 'as written').toBeVisible();
  expect(document.querySelector('#root img'), 'nothing is loaded').toBeNull();
  expect(document.querySelector('.agent-head')?.textContent?.includes('\u202E'), 'nothing turns the line').toBe(false);
});

test('tabs are addresses, kept while walking the list', async () => {
  await openApp({}, '#/agents/athena/letta');
  await look(seen('agent-panel-letta'), 'by its address').toBeVisible();
  await page.getByRole('tab', { name: 'Letta' }).click();
  await press('{ArrowRight}');
  await eventually(() => location.hash, 'arrows walk the tabs').toBe('#/agents/athena/broca');
  await page.getByRole('gridcell', { name: /^Monday/ }).click();
  await eventually(() => location.hash, 'the next agent, the same part').toBe('#/agents/monday/broca');
});

test('an agent whose name holds signs nobody sees can be removed by typing it as it is shown', async () => {
  const [athena] = sampleAgents(1);
  await openApp({ agents: [{ ...athena!, name: ' Ath\u200bena ' }] }, '#/agents/athena');
  await seen('agent-remove').click();
  await seen('delete-both').click();
  await seen('delete-name').fill('Athena');
  await look(seen('delete-review'), 'another name is not enough').toHaveAttribute('aria-disabled', 'true');
  await seen('delete-name').fill('Ath⟨U+200B⟩ena');
  await look(seen('delete-review'), 'as it is shown').not.toHaveAttribute('aria-disabled');
});

test('while an export is written, its button says so', async () => {
  await openApp({ overrides: { pickSave: async () => '/Users/mara/athena.af', agentExportTo: () => new Promise<number>(() => {}) } }, '#/agents/athena');
  await seen('agent-export').click();
  await look(seen('agent-export'), 'what it waits for').toHaveTextContent('Exporting');
  await look(seen('agent-export'), 'for assistive technology too').toHaveAttribute('aria-busy', 'true');
});

test('a way of talking that is given up leaves the focus at the one that counts', async () => {
  await openApp({}, '#/agents/athena');
  await seen('agent-way-echo').click();
  (seen('agent-way-discard').element() as HTMLElement).focus();
  await press('{Enter}');
  await look(seen('agent-way-discard'), 'left').not.toBeInTheDocument();
  await look(seen('agent-way-letta'), 'as it is').toHaveFocus();
});
