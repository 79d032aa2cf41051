import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { ToolCard } from '../../bindings';
import { sampleAgents, sampleTools } from '../../platform/sample/data';
import { closeApp, eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';

const cards = () => [...document.querySelectorAll('[data-cell]')].map((cell) => cell.getAttribute('aria-label'));

test('what needs the operator comes first, and every card says why', async () => {
  await openApp();
  await look(page.getByRole('heading', { name: 'Needs you' }), 'the first group has its heading').toBeVisible();
  await look(page.getByRole('heading', { name: 'In order' }), 'the second group has its heading').toBeVisible();
  await look(page.getByText('Refused Monday’s password'), 'a card names the reason of its status').toBeVisible();
  expect(cards()[0], 'a card that needs the operator is the first').toBe('Letta server, Degraded');
  await expectClean('the tools grid');
});

test('digits open a card, Enter the first, back leads to the grid', async () => {
  await openApp();
  await look(page.getByRole('gridcell', { name: 'Ports' }), 'the grid is there').toBeVisible();
  await press('5');
  await look(page.getByRole('heading', { name: 'Ports', level: 2 }), '5 opens the fifth card').toBeVisible();
  await press('{Meta>}[[{/Meta}');
  await look(page.getByRole('gridcell', { name: 'Ports' }), 'back shows the grid again').toBeVisible();
  await press('{Enter}');
  await look(page.getByRole('heading', { name: 'Letta server', level: 2 }), 'Enter opens the first card').toBeVisible();
});

test('search narrows the tab with a count, digits are text in it, Esc clears', async () => {
  await openApp();
  await look(page.getByText('10 tools'), 'the count stands in the field').toBeVisible();
  await press('{Meta>}f{/Meta}');
  await type('listens there');
  await look(page.getByText('1 tool', { exact: true }), 'the count follows the search').toBeVisible();
  await type('9');
  await look(page.getByRole('heading', { name: 'No tool fits' }), 'a digit in the field is text and opens nothing').toBeVisible();
  await press('{Escape}');
  await look(page.getByText('10 tools'), 'Esc clears the search').toBeVisible();
  await type('users');
  await press('{Enter}');
  await look(page.getByRole('heading', { name: 'Users', level: 2 }), 'Enter in the field opens the first result').toBeVisible();
});

test('the keyboard alone reaches tabs, cards and their actions', async () => {
  const { calls } = await openApp();
  await look(page.getByRole('tab', { name: 'Athena' }), 'there is a tab per agent').toBeVisible();
  await press('{Meta>}2{/Meta}');
  await look(page.getByRole('gridcell', { name: 'Broca' }), '⌘2 shows the second tab').toBeVisible();
  await press('{Meta>}1{/Meta}');
  await look(page.getByRole('gridcell', { name: 'Keychain' }), '⌘1 shows the first tab again').toBeVisible();
  document.querySelector<HTMLElement>('[data-cell="0"]')?.focus();
  await press('{ArrowRight}{ArrowRight}');
  await eventually(() => document.activeElement?.getAttribute('aria-label'), 'arrows move along the row').toBe('weather-notes, can’t be read');
  await press('{ArrowDown}');
  await eventually(() => document.activeElement?.getAttribute('data-cell'), 'down keeps the column over a heading').toBe('5');
  await press('{ArrowUp}{Tab}{Enter}');
  await eventually(() => calls('appShowPath').at(-1), 'the card’s own action is one Tab away').toEqual(['tools/weather-notes/manifest.json']);
});

test('a broken manifest is a card with its file and line, and its file can be shown', async () => {
  const { calls } = await openApp();
  await look(page.getByText(/line 7/), 'the line is named').toBeVisible();
  await seen('tool-show-file').click();
  expect(calls('appShowPath'), 'the file is shown in the file browser').toEqual([['tools/weather-notes/manifest.json']]);
});

test('ten thousand cards keep under 1,500 nodes, also at the far end', async () => {
  const { calls } = await openApp({ tools: 10_000, agents: 100 });
  await look(page.getByText('10,000 tools'), 'all are counted').toBeVisible();
  expect(document.querySelectorAll('*').length, 'nodes at the top').toBeLessThan(1_500);
  document.querySelector<HTMLElement>('[data-cell="0"]')?.focus();
  await press('{End}');
  await look(page.getByText('Tool 09989'), 'End leads to the last card').toBeVisible();
  expect(document.activeElement?.getAttribute('data-cell'), 'the last card has the focus').toBe('9999');
  expect(document.querySelectorAll('*').length, 'nodes at the end').toBeLessThan(1_500);
  expect(calls('toolsList').every(([, , , limit]) => limit === 100), 'only pages of 100 are asked for').toBe(true);
  expect(calls('toolsList').length, 'pages that nobody looked at were not asked for').toBeLessThan(8);
});

test('going back finds the list where it was left', async () => {
  await openApp({ tools: 500 });
  await look(page.getByText('500 tools'), 'the list is there').toBeVisible();
  document.querySelector<HTMLElement>('[data-cell="0"]')?.focus();
  await press('{End}');
  await look(page.getByText('Tool 00489'), 'the far end').toBeVisible();
  await press('{Enter}');
  await look(page.getByRole('heading', { name: 'Tool 00489', level: 2 }), 'its card opens').toBeVisible();
  await press('{Meta>}[[{/Meta}');
  await look(page.getByText('Tool 00489'), 'back at the far end, not at the top').toBeVisible();
});

test('an empty tab teaches, a failed one says what to do', async () => {
  let broken = true;
  const { refuse } = await import('../../platform/memory');
  await openApp({ agents: 0, tools: 0 });
  await look(page.getByRole('heading', { name: 'No global tools yet' }), 'an empty tab says what belongs there').toBeVisible();
  await expectClean('an empty tab');
  await closeApp();
  await openApp({ overrides: { toolsList: async () => (broken ? refuse('registry_locked', 'The registry is locked.', 'Close the other program.', ['control/registry.db']) : { items: [], total: 0, needs_you: 0 }) } });
  await look(page.getByText('Close the other program.'), 'the error says what to do').toBeVisible();
  broken = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await look(page.getByRole('heading', { name: 'No global tools yet' }), 'trying again reads again').toBeVisible();
});

test('a change from outside shows without a refresh', async () => {
  const { platform } = await openApp();
  await look(page.getByText('10 tools'), 'before').toBeVisible();
  const first = platform.memory.world.tools[0]!;
  platform.memory.world.tools = [{ ...first, id: 'global/new', title: 'Just dropped in' }, ...platform.memory.world.tools];
  platform.memory.emitChanged({ topics: ['tools'], source: 'outside' });
  await look(page.getByText('Just dropped in'), 'the new card appears by itself').toBeVisible();
});

test('hostile words stay words', async () => {
  const hostile: ToolCard = {
    ...sampleTools(sampleAgents(0), null)[0]!, id: 'global/evil', title: '<img src=x onerror="window.owned=1">', description: 'safe\u202Eexe.txt\u0000 {{7*7}} <script>window.owned=1</script>',
    status: { word: 'Unknown', reason: '\u001b[31mred\u2066', evidence: [], measured_at: null }, icon: '__proto__', emoji: '\u202E',
  };
  await openApp({ tools: [hostile] });
  await look(page.getByText('<img src=x onerror="window.owned=1">'), 'markup is shown as text').toBeVisible();
  await look(page.getByText(/safe⟨U\+202E⟩exe\.txt␀/), 'what turns the direction is written out').toBeVisible();
  await look(page.getByText('␛[31mred⟨U+2066⟩'), 'control characters are written out').toBeVisible();
  await look(page.getByText('not measured'), 'an age that nobody measured is not claimed').toBeVisible();
  expect((window as { owned?: number }).owned, 'nothing ran').toBeUndefined();
  expect(document.querySelector('.tile svg')?.childElementCount, 'an unknown icon falls back to one of ours').toBeGreaterThan(0);
});

test('more tabs than fit stand in a menu', async () => {
  await openApp({ agents: 40 });
  await seen('more-tabs').click();
  await userEvent.keyboard('{End}{Enter}');
  await look(page.getByRole('tab', { name: /Selene 4/ }), 'the chosen tab joins the row').toHaveAttribute('aria-selected', 'true');
});
