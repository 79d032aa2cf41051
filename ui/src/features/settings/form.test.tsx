import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';
import { BROCA, at, one, openBroca, openWith } from './test-kit';

const input = (id: string) => seen(`setting-input-${id}`);
const shownRows = () => [...document.querySelectorAll('[data-setting]')].map((row) => row.getAttribute('data-setting'));

test('parts filter with their counts; a row that is corrected stays under the hands', async () => {
  await openBroca();
  await look(page.getByRole('radio', { name: 'All 16' }), 'all').toBeVisible();
  await page.getByRole('radio', { name: /Modified/ }).click();
  expect(shownRows(), 'what Broca itself says').toEqual(['WEBHOOK_PORT', 'LONG_TASK_MAX_WAIT', 'POLL_INTERVAL', 'REPLY_HEADERS', 'LOG_LEVEL', 'BUILD_ID']);
  await input('POLL_INTERVAL').fill('9999');
  await look(page.getByRole('radio', { name: 'Invalid 1' }), 'counted').toBeVisible();
  await page.getByRole('radio', { name: /Invalid/ }).click();
  expect(shownRows(), 'the invalid one').toEqual(['POLL_INTERVAL']);
  await input('POLL_INTERVAL').fill('12');
  await look(page.getByRole('radio', { name: 'Invalid 0' }), 'corrected').toBeVisible();
  expect(shownRows(), 'and still here').toEqual(['POLL_INTERVAL']);
  await page.getByRole('radio', { name: /Changed/ }).click();
  expect(shownRows(), 'the draft').toEqual(['POLL_INTERVAL']);
});

test('⌘F filters, Escape clears, a search opens what is advanced', async () => {
  await openBroca();
  await look(input('LOG_LEVEL'), 'there').toBeVisible();
  await expect.element(seen('setting-TRACE_FOLDER'), { message: 'advanced is behind a button' }).not.toBeInTheDocument();
  await look(seen('advanced-Records'), 'which counts').toHaveTextContent('Show 3 advanced');
  await press('{Meta>}f{/Meta}');
  await type('trace');
  await look(seen('setting-TRACE_FOLDER'), 'found').toBeVisible();
  await look(page.getByText('1 of 16'), 'counted').toBeVisible();
  await press('{Escape}');
  await look(seen('setting-TRACE_FOLDER'), 'as before').not.toBeInTheDocument();
  await seen('advanced-Records').click();
  await look(seen('setting-ROUTES'), 'opened by hand').toBeVisible();
  await look(seen('advanced-Records'), 'and closed again').toHaveAttribute('aria-expanded', 'true');
});

test('a link leads to its row, also to an advanced one; one that leads nowhere says so', async () => {
  await openApp({}, at(BROCA, 'ROUTES'));
  await look(seen('setting-ROUTES'), 'in view, with the focus').toHaveFocus();
  await look(seen('inspector'), 'and explained').toHaveTextContent('ROUTES');
  location.hash = at(BROCA, 'LOG_LEVEL');
  await look(seen('setting-LOG_LEVEL'), 'the next link').toHaveFocus();
  location.hash = at(BROCA, 'NO_SUCH');
  await look(seen('setting-missing'), 'nothing there').toHaveTextContent('There is no setting NO_SUCH here.');
});

test('by keyboard alone: arrows choose rows, Enter enters, Tab goes from field to field', async () => {
  await openBroca();
  await look(input('LOG_LEVEL'), 'there').toBeVisible();
  (seen('setting-AGENT_ENDPOINT').element() as HTMLElement).focus();
  await press('{ArrowDown}{ArrowDown}{ArrowDown}');
  await look(seen('setting-WEBHOOK_PORT'), 'three down').toHaveFocus();
  await look(seen('inspector'), 'the inspector follows').toHaveTextContent('Webhook port');
  await press('{Enter}');
  await look(input('WEBHOOK_PORT'), 'into the field').toHaveFocus();
  await press('{Tab}');
  await look(input('MESSAGE_MODE'), 'the next field').toHaveFocus();
  await press('{ArrowDown}');
  await look(seen('setting-MESSAGE_MODE'), 'in a field the arrows are the field’s').toHaveAttribute('aria-current', 'true');
  (seen('setting-MESSAGE_MODE').element() as HTMLElement).focus();
  await press('{End}');
  await look(seen('setting-DATABASE_FILE'), 'the last').toHaveFocus();
  await press('{Home}');
  await look(seen('setting-AGENT_ENDPOINT'), 'the first').toHaveFocus();
});

test('the inspector says what, where from, what will be, and what it touches', async () => {
  await openBroca();
  await input('LONG_TASK_MAX_WAIT').fill('1200');
  const inspector = seen('inspector');
  await look(inspector, 'type and bounds').toHaveTextContent(/Whole number, seconds.*30 to 3600/);
  await look(seen('in-effect'), 'now').toHaveTextContent('900 seconds');
  await look(seen('stands-in'), 'the file and its line').toHaveTextContent(/config\/\.env:\d+/);
  await look(seen('after-applying'), 'then').toHaveTextContent('1200 seconds');
  await look(seen('chain'), 'every level').toHaveTextContent(/Default600.*config_schema\.json:15.*Systemnot set.*Agent · Athena780.*mara.*Tool · broca2not set.*Instance · Athena’s Broca1200.*you · not applied yet/);
  expect(document.querySelectorAll('.chain [data-over]').length, 'the beaten values').toBe(2);
  await look(seen('touches'), 'what is written and restarted').toHaveTextContent(/1 line of agents\/agent-athena\/broca2\/config\/\.env, the other 31 stay as they are.*Broca of Athena/);
  await expectClean('a setting being changed');
  await input('LONG_TASK_MAX_WAIT').fill('1');
  await look(seen('after-applying'), 'what is left out changes nothing').toHaveTextContent('as now; the new value is left out');
  expect(document.querySelector('.chain [data-wins]')?.textContent, 'the chain stays').toContain('900');
});

test('with the inspector hidden the chosen row carries its menu', async () => {
  await openBroca();
  await input('AGENT_ENDPOINT').click();
  await page.getByRole('button', { name: 'Hide the inspector' }).click();
  await look(seen('setting-AGENT_ENDPOINT').getByTestId('setting-menu'), 'in the row').toBeVisible();
  await expectClean('a form without inspector');
});

test('two hundred fields: a key press touches one row', async () => {
  await openWith(Array.from({ length: 200 }, (_, i) => one('text', `KEY_${i}`, { default: `value ${i}` }, { group: `Group ${i % 10}` })));
  await input('KEY_57').click();
  await look(seen('setting-KEY_57'), 'chosen').toHaveAttribute('aria-current', 'true');
  const touched = new Set<string>();
  const watch = new MutationObserver((changes) => changes.forEach((change) => {
    const at = change.target instanceof Element ? change.target : change.target.parentElement;
    const row = at?.closest('[data-setting]');
    if (row) touched.add(row.getAttribute('data-setting')!);
  }));
  watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  await press('{End}');
  await type(' and more');
  await eventually(() => document.querySelector('[data-testid=draft-bar]')?.textContent, 'told by the foot bar').toContain('1 file');
  watch.disconnect();
  expect([...touched], 'no other row was drawn').toEqual(['KEY_57']);
});

test('a variable is added to the environment', async () => {
  const { calls } = await openApp({}, at('b:system-settings'));
  await seen('variable-add').click();
  await seen('variable-name').fill('1ST');
  await seen('variable-done').click();
  await look(page.getByRole('alert'), 'no digit first').toHaveTextContent('starts with no digit');
  await seen('variable-name').fill('TZ');
  await press('{Enter}');
  await look(page.getByRole('alert'), 'no second one').toHaveTextContent('TZ is there already.');
  await seen('variable-name').fill('HTTP_PROXY');
  await seen('variable-value').fill('http://proxy');
  await expectClean('a new variable');
  await press('{Enter}');
  await look(input('env:HTTP_PROXY'), 'a row of the draft').toHaveValue('http://proxy');
  await seen('draft-review').click();
  expect(calls('settingsPlan')[0], 'by its name, for the system').toEqual(['b:system-settings', [{ id: 'env:HTTP_PROXY', level: 'system', op: 'set', value: 'http://proxy', by_environment: false }]]);
  await seen('plan-apply').click();
  await look(seen('draft-bar'), 'applied').not.toBeInTheDocument();
  await look(input('env:HTTP_PROXY'), 'it stays').toHaveValue('http://proxy');
});

test('drift of a file and of a row lead to the comparison', async () => {
  const file = 'agents/agent-athena/broca2/config/.env';
  const drift = { key: 'A', title: 'A', kind: 'theirs' as const, base: 'x', ours: 'x', theirs: 'changed', line: 3, secret: false };
  await openWith([one('text', 'A', { instance: 'x' }, { drift })], {}, { files: [{ path: file, exists: true, lines: 9, drift: 1 }] });
  await look(seen('setting-A'), 'what the file says').toHaveTextContent('The file says changed.');
  await look(seen('drift-banner'), 'which file').toHaveTextContent(`${file} was changed outside.`);
  await seen('drift-compare').click();
  await eventually(() => location.hash, 'to the comparison').toBe(`#/drift/${encodeURIComponent(file)}`);
});

test('what is wrong with the value as it stands is told and counted', async () => {
  await openWith([one('integer', 'A', { instance: 9 }, { problem: '9 is too large. Enter 1 to 5.' }), one('text', 'B', { default: 'x' }, { dead: 'It was renamed.', needs_restart: true })]);
  await look(page.getByRole('radio', { name: 'Invalid 1' }), 'counted').toBeVisible();
  await look(seen('setting-A'), 'told').toHaveTextContent('9 is too large.');
  await look(seen('setting-B'), 'what reads it, what it waits for').toHaveTextContent(/Nothing reads it: It was renamed\..*after a restart/);
});

test('a person’s preferences are set at their own level', async () => {
  const { calls } = await openApp({}, at('b:preferences'));
  await look(seen('form-level'), 'their own').toHaveValue('user');
  await input('lock_after_min').fill('5');
  await seen('draft-review').click();
  expect(JSON.stringify(calls('settingsPlan')[0]), 'user').toContain('"level":"user"');
});

test('secrets in plain text are offered the place that this Sanctum has for them', async () => {
  const status = { word: 'Healthy' as const, reason: 'unlocked', evidence: [], measured_at: null };
  await openWith([one('text', 'NAME', { default: 'a' })], { state: { secret_store: { kind: 'file', name: 'encrypted file', status } } }, { plain_secrets: 2 });
  await look(seen('plain-secrets-move'), 'no keychain is promised where there is none').toHaveTextContent('Move to the encrypted file…');
});

test('in a small window a path breaks between its folders, and no level over two lines', async () => {
  await page.viewport(900, 600);
  await openWith([{ ...one('text', 'NAME', { instance: 'a' }), source: { file: 'agents/agent-athena/broca2/config/.env', line: 130 } }, one('text', 'OTHER', {})]);
  await seen('setting-NAME').click();
  await look(seen('stands-in'), 'whole').toHaveTextContent('agents/agent-athena/broca2/config/.env:130');
  const text = [...seen('stands-in').element().querySelectorAll('wbr')].at(-1)!.nextSibling!;
  const range = document.createRange();
  range.selectNodeContents(text);
  expect(range.getClientRects().length, 'the name of the file stands on one line').toBe(1);
  await page.getByRole('button', { name: 'Hide the inspector' }).click();
  await seen('setting-OTHER').click();
  const level = page.elementLocator(document.querySelector('[data-setting="OTHER"] .prov .caption')!);
  await look(level, 'beside the menu of its row').toBeVisible();
  expect(level.element().getBoundingClientRect().height, 'one line').toBeLessThan(20);
});
