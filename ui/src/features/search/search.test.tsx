import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { createMemoryPlatform, refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';

const LINK = 'sanctum://v1/settings/athena/broca2/LOG_LEVEL';
const focused = () => document.activeElement?.getAttribute('aria-label') ?? '';

test('⌘, opens the settings with the search ready; typing narrows, arrows walk, Enter opens the setting', async () => {
  const { platform, calls } = await openApp();
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  await press('{Meta>},{/Meta}');
  await look(seen('settings-search'), 'the field has the focus').toHaveFocus();
  await look(seen('settings-hits'), 'all settings are listed').toBeVisible();
  await type('turn time @tool:broca2 athena');
  await look(page.getByText(/^1 of \d+$/), 'the count says of how many').toBeVisible();
  await expectClean('the search over settings');
  await press('{Backspace}{Backspace}{Backspace}{Backspace}{Backspace}{Backspace}{Backspace}');
  await look(page.getByText(/^3 of \d+$/), 'one of each agent').toBeVisible();
  await press('{ArrowDown}');
  await eventually(focused, 'the first hit has the focus').toMatch(/^Turn time limit, Broca of Athena, 900, set by Instance/);
  await press('{ArrowDown}');
  await eventually(focused, 'the next one').toMatch(/^Turn time limit, Broca of Monday/);
  await press('{Enter}');
  await eventually(() => location.hash, 'it opens in its tool').toBe('#/tool/agent%3Amonday%2Fbroca2?setting=LONG_TASK_MAX_WAIT');
  expect(calls('settingsPlan').length, 'nothing is planned by looking').toBe(0);
  expect(platform.memory.world.copied, 'nothing was copied').toEqual([]);
});

test('Enter in the field opens the first of what was typed; going back keeps the question', async () => {
  await openApp({}, '#/settings');
  await look(seen('settings-hits'), 'listed').toBeVisible();
  await type('log level @agent:athena');
  await press('{Enter}');
  await eventually(() => location.hash, 'the best').toBe('#/tool/agent%3Aathena%2Fbroca2?setting=LOG_LEVEL');
  await press('{Meta>}[[{/Meta}');
  await look(seen('settings-search'), 'the question is still there').toHaveValue('log level @agent:athena');
});

test('filters are put in by buttons and taken out again; an unknown one is said', async () => {
  const { calls } = await openApp({}, '#/settings');
  await look(seen('settings-hits'), 'listed').toBeVisible();
  await seen('filter-secret').click();
  await look(seen('settings-search'), 'the word stands in the field').toHaveValue('@secret');
  await look(seen('filter-secret'), 'and the button is down').toHaveAttribute('aria-pressed', 'true');
  await eventually(() => calls('settingsSearch').some(([query]) => query === '@secret'), 'it is asked for').toBe(true);
  await look(page.getByText('Set, not shown').first(), 'a secret shows no value').toBeVisible();
  await seen('filter-agent').click();
  await page.getByRole('menuitem', { name: 'Monday' }).click();
  await look(seen('settings-search'), 'both').toHaveValue('@secret @agent:monday');
  await look(seen('filter-agent'), 'the agent is named').toHaveTextContent('Monday');
  await seen('filter-secret').click();
  await look(seen('settings-search'), 'one out').toHaveValue('@agent:monday');
  await type(' @colour');
  await look(seen('search-unknown'), 'what means nothing is said').toHaveTextContent('@colour is not a filter. Use @modified');
  await expectClean('the search with a hint');
});

test('the rows of the last question stay under the eye and the keys until the next is answered', async () => {
  const { settingsSearch } = createMemoryPlatform();
  let answer = () => {};
  const slow = new Promise<void>((done) => { answer = done; });
  await openApp({ overrides: { settingsSearch: async (query, offset, limit) => { if (query === 'turn time @tool:broca2') await slow; return settingsSearch(query, offset, limit); } } }, '#/settings');
  await type('turn');
  await look(page.getByText(/^\d+ of \d+$/), 'the first question is answered').toBeVisible();
  const rows = seen('settings-hits').element();
  await seen('settings-search').fill('turn time @tool:broca2');
  await press('{ArrowDown}');
  await eventually(focused, 'the arrow reaches them').toMatch(/^Turn time limit/);
  answer();
  await look(page.getByText(/^3 of \d+$/), 'then the next answer is there').toBeVisible();
  expect(seen('settings-hits').element() === rows, 'in the same list').toBe(true);
  await eventually(focused, 'which keeps the focus').toMatch(/^Turn time limit/);
});

test('nothing fits: it says so and Esc clears', async () => {
  await openApp({}, '#/settings');
  await look(seen('settings-hits'), 'listed').toBeVisible();
  await type('zzzz');
  await look(page.getByRole('heading', { name: 'No setting fits' }), 'an empty result').toBeVisible();
  await press('{Escape}');
  await look(seen('settings-hits'), 'all again').toBeVisible();
});

test('a link copied from a hit can be pasted and opens; one that leads nowhere is said', async () => {
  const { platform, calls } = await openApp({}, '#/settings');
  await look(seen('settings-hits'), 'listed').toBeVisible();
  await type('log level @agent:athena @tool:broca2');
  await look(page.getByText(/^1 of/), 'one').toBeVisible();
  await seen('hit-link').click();
  await eventually(() => platform.memory.world.copied, 'the link is on the clipboard').toEqual([LINK]);
  await seen('settings-search').fill('sanctum://v1/settings/nowhere/X');
  await look(seen('toast').filter({ hasText: 'leads to no setting' }), 'a dead link').toBeVisible();
  expect(location.hash, 'stays').toBe('#/settings');
  await seen('settings-search').fill(LINK);
  await eventually(() => calls('settingsFind').length, 'asked').toBe(2);
  await eventually(() => location.hash, 'opened').toBe('#/tool/agent%3Aathena%2Fbroca2?setting=LOG_LEVEL');
});

test('ten thousand settings stay light, and the far end is asked for only there', async () => {
  const { calls } = await openApp({ settings: 10_000 }, '#/settings');
  await look(page.getByText(/^10,\d{3} settings$/), 'all are counted').toBeVisible();
  expect(document.querySelectorAll('*').length, 'nodes').toBeLessThan(1_500);
  expect(Math.max(...calls('settingsSearch').map(([, offset]) => Number(offset))), 'only the first pages').toBeLessThan(200);
  await press('{ArrowDown}{End}');
  await eventually(focused, 'the last').toMatch(/^Extra 09999/);
});

test('a search that fails says why and can be tried again', async () => {
  let broken = true;
  await openApp({ overrides: { settingsSearch: async () => (broken ? refuse('registry_busy', 'The registry is busy.', 'Try again.') : { items: [], total: 0, of: 0, unknown: null }) } }, '#/settings');
  await look(seen('error-box'), 'the reason').toHaveTextContent('The registry is busy.');
  broken = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await look(page.getByRole('heading', { name: 'There is no setting yet' }), 'then it answers').toBeVisible();
});
