import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { pluginRow } from '../../platform/sample/plugin-rows';
import { status } from '../../platform/sample/data';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';

const at = '#/plugins';
const rows = () => [...document.querySelectorAll('[data-testid="plugin-row"]')];
const names = () => rows().map((cell) => cell.querySelector('b')?.textContent);
const focused = () => document.activeElement?.getAttribute('aria-label');
const focusFirst = async () => { await look(seen('plugin-row').first(), 'the list').toBeVisible(); document.querySelector<HTMLElement>('[data-testid="plugin-row"]')?.focus(); };

test('plugins stand under their tool with counts, what needs the operator first, each with its word and why', async () => {
  await openApp({}, at);
  await eventually(names, 'all').toEqual(['gmail', 'doc_manager', 'gh', 'git', 'demo_math', 'telegram_bot', 'web_chat', 'cli_test']);
  expect([...document.querySelectorAll('.plugin-list [role="rowheader"]')].map((head) => head.textContent), 'tools').toEqual(['SMCP5', 'Broca of Athena3']);
  expect(rows()[0]?.getAttribute('aria-label'), 'put aside').toBe('gmail 3.0.0, Quarantined: two files are not what was installed');
  await look(seen('plugin-row').nth(1), 'one setting away').toHaveTextContent('Needs 1 setting');
  await look(seen('plugin-row').nth(3), 'newer one').toHaveTextContent('1.1.0 available');
  await look(page.getByText('8 installed, 1 in quarantine, 1 error, 1 update'), 'how many').toBeVisible();
  await look(seen('sidebar-plugins'), 'the sidebar').toHaveAttribute('aria-current', 'page');
  await look(page.getByRole('img', { name: '1 in quarantine' }), 'says it too').toBeVisible();
  await expectClean('the list with the page of the first');
});

test('filters are text; chips and menu write the same words', async () => {
  const { calls } = await openApp({}, at);
  await press('{Meta>}f{/Meta}');
  await type('@tool:smcp @error');
  await eventually(names, 'typed').toEqual(['doc_manager']);
  await look(seen('plugins-error'), 'the chip follows').toHaveAttribute('aria-pressed', 'true');
  await seen('plugins-error').click();
  await eventually(names, 'taken away by the chip').toEqual(['gmail', 'doc_manager', 'gh', 'git', 'demo_math']);
  await look(seen('search'), 'the rest of the text stays').toHaveValue('@tool:smcp');
  await page.getByRole('button', { name: 'Take @tool:smcp away' }).click();
  await look(seen('search'), 'gone').toHaveValue('');
  await seen('plugins-filter').click();
  await page.getByRole('menuitem', { name: 'Only of athena' }).click();
  await eventually(names, 'chosen in the menu').toEqual(['telegram_bot', 'web_chat', 'cli_test']);
  await look(seen('search'), 'as text').toHaveValue('@agent:athena');
  await seen('search').fill('@quarantined');
  await eventually(names, 'one').toEqual(['gmail']);
  await seen('search').fill('@disabled');
  await eventually(names, 'what is off').toEqual(['gmail', 'demo_math', 'cli_test']);
  await seen('search').fill('@update');
  await eventually(names, 'newer ones').toEqual(['git']);
  expect(calls('pluginsList').some(([query]) => query === '@update'), 'the server is asked with the text').toBe(true);
});

test('an unknown filter is said, and nothing is hidden by it', async () => {
  await openApp({}, at);
  await seen('search').fill('@colour');
  await look(seen('plugins-unknown'), 'which there are').toHaveTextContent('@colour means nothing here. There are @tool:, @agent:, @error, @update, @disabled, @enabled and @quarantined.');
  await eventually(() => names().length, 'the list stays').toBe(8);
  await expectClean('an unknown filter');
  await seen('search').fill('nosuchplugin');
  await look(seen('plugins-none'), 'none').toHaveTextContent('No plugin fits “nosuchplugin”.');
  await press('{Escape}');
  await eventually(() => names().length, 'Esc clears').toBe(8);
});

test('another order has no headings', async () => {
  const { calls } = await openApp({}, at);
  await seen('plugins-filter').click();
  await page.getByRole('menuitem', { name: 'Sort: by name' }).click();
  await eventually(() => names()[0], 'by name').toBe('cli_test');
  expect(document.querySelectorAll('.plugin-list [role="rowheader"]').length, 'one list').toBe(0);
  expect(calls('pluginsList').some(([, sort]) => sort === 'name'), 'asked of the server').toBe(true);
});

test('by keyboard alone: move, open, switch, remove, update', async () => {
  const { calls } = await openApp({}, at);
  await focusFirst();
  await press('{ArrowDown}{ArrowDown}');
  await eventually(() => location.hash, 'arrows choose').toBe('#/plugins/smcp%3Agh');
  await press(' ');
  await look(seen('plan-sheet'), 'Space asks for the plan').toHaveTextContent(/Disable gh.*git needs it and would stop working/);
  expect(calls('pluginEnablePlan').at(-1), 'off').toEqual(['smcp:gh', false]);
  await press('{Escape}');
  await look(seen('plan-sheet'), 'left').not.toBeInTheDocument();
  await focusFirst();
  await press(' ');
  await look(seen('toast'), 'what is in quarantine is not switched').toHaveTextContent('gmail is in quarantine.');
  await focusFirst();
  await press('{End}{Delete}');
  await look(seen('plugin-remove-dialog'), 'Delete asks').toHaveTextContent(/Remove cli_test.*9 files, 70 KB/);
  await expectClean('the question');
  await press('{Escape}');
  await focusFirst();
  await press('{ArrowDown}{ArrowDown}{ArrowDown}u');
  await look(seen('plugin-who'), 'U looks at the newer one').toHaveTextContent('git');
  await press('{Escape}');
  await focusFirst();
  await press('{ArrowDown}{Enter}');
  await eventually(() => document.activeElement?.getAttribute('data-tab'), 'Enter goes into its page').toBe('overview');
  await press('{ArrowRight}{ArrowRight}');
  await eventually(() => location.hash, 'arrows change the part').toBe('#/plugins/smcp%3Adoc_manager?settings');
});

test('a thousand plugins keep the page small', async () => {
  await openApp({ plugins: { rows: 1_000 } }, at);
  await look(page.getByText('1,000 installed, 1 in quarantine'), 'all of them').toBeVisible();
  await eventually(() => rows().length, 'only what is seen is there').toBeGreaterThan(8);
  expect(rows().length, 'and no more').toBeLessThan(25);
  expect(document.querySelectorAll('*').length, 'nodes of the whole window').toBeLessThan(1_500);
  await focusFirst();
  await press('{End}');
  await eventually(() => focused(), 'the last is one key away').toMatch(/^plugin_\d+ /);
  await seen('search').fill('plugin_0777');
  await eventually(names, 'found').toEqual(['plugin_0777']);
});

test('names and words of plugins are text, whatever they hold', async () => {
  const evil = '<img src=x onerror="window.broken=1">\u202egpj.exe';
  const row = pluginRow('smcp', '<b>SMCP</b>', { name: 'evil', title: evil, description: '\u001b[31mred\u001b[0m <script>1</script>', icon: 'nosuchicon', version: '1\u0000', status: status('Error', '<i>bad</i> `x`'), missing: ['<u>KEY</u>'] });
  await openApp({ plugins: { rows: [row] } }, at);
  await look(seen('plugin-row').first(), 'written out').toHaveTextContent(/<img src=x onerror="window\.broken=1">⟨U\+202E⟩gpj\.exe.*1␀.*␛\[31mred␛\[0m <script>1<\/script>/);
  expect(document.querySelector('.plugin-list img, .plugin-page img, .plugin-page script, .plugin-page i.x'), 'no mark-up came of it').toBeNull();
  expect('broken' in window, 'nothing ran').toBe(false);
  await expectClean('a hostile plugin');
});

test('without any it says what a plugin is, with the way to the first one', async () => {
  await openApp({ plugins: { rows: 0 } }, at);
  await look(page.getByRole('heading', { name: 'No plugins yet' }), 'what it is').toBeVisible();
  await expectClean('no plugins');
  await seen('empty-install').click();
  await look(seen('plugin-sheet'), 'the way').toBeVisible();
});

test('a list that cannot be read says why, and is read again when something changed', async () => {
  let broken = true;
  const { platform } = await openApp({ overrides: { pluginsList: async () => (broken ? refuse('plugins_unreadable', 'The folder of plugins cannot be read.', 'Allow it, then look again.') : { items: [], total: 0, all: 0, active: 0, errors: 0, quarantined: 0, updates: 0, unknown_filter: null }) } }, at);
  await look(seen('error-box').first(), 'why').toHaveTextContent('The folder of plugins cannot be read.Allow it, then look again.');
  broken = false;
  platform.memory.emitChanged({ topics: ['plugins'], source: 'app' });
  await look(page.getByRole('heading', { name: 'No plugins yet' }), 'read again').toBeVisible();
});

test('plugins are found in the palette; its commands lead here', async () => {
  await openApp({}, '#/activity');
  await press('{Meta>}k{/Meta}');
  await type('#telegram');
  await eventually(() => document.querySelector('.pi[aria-selected="true"]')?.getAttribute('data-thing'), 'found').toBe('plugin athena/broca2:telegram_bot');
  await press('{Enter}');
  await eventually(() => location.hash, 'opened').toBe('#/plugins/athena%2Fbroca2%3Atelegram_bot');
  await press('{Meta>}{Shift>}i{/Shift}{/Meta}');
  await look(seen('plugin-sheet'), '⌘⇧I installs').toBeVisible();
});

test.each([['the list', '#/plugins'], ['an error', '#/plugins/smcp%3Adoc_manager'], ['versions', '#/plugins/smcp%3Agit?versions'], ['the graph', '#/plugins/smcp%3Agmail?part=graph'], ['a tool', '#/plugins/gmail__search?part=tools']])('%s reads well in the dark', async (what, hash) => {
  localStorage.setItem('sanctum.appearance', 'dark');
  document.documentElement.dataset.theme = 'dark';
  try {
    await openApp({ plugins: { cycle: true, missing: true } }, hash);
    await look(seen('plugins-view'), 'the view').toBeVisible();
    document.documentElement.dataset.theme = 'dark';
    await expectClean(what);
  } finally { document.documentElement.dataset.theme = 'light'; }
});
