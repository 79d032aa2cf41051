import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { McpTool } from '../../bindings';
import { refuse } from '../../platform/memory';
import { samplePlugins } from '../../platform/sample/plugin-rows';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';

const at = '#/plugins?part=tools';
const to = (name: string) => `#/plugins/${name}?part=tools`;

test('the tools of the running server are listed by plugin and searched', async () => {
  await openApp({}, at);
  await look(seen('server-tools'), 'who answered').toHaveTextContent(/sanctum-letta-mcp 3\.1\.0 · answered in 14 ms/);
  await eventually(() => document.querySelectorAll('[data-testid="tool-row"]').length, 'all').toBe(10);
  await expectClean('the tools of the server');
  await press('{Meta>}f{/Meta}');
  await type('__send');
  await eventually(() => document.querySelectorAll('[data-testid="tool-row"]').length, 'found').toBe(1);
  await press('{Enter}');
  await eventually(() => location.hash, 'chosen').toBe(to('gmail__send'));
});

test('a form of every kind of argument is made from the schema, filled in, sent and answered as text', async () => {
  const { calls, platform } = await openApp({}, to('gmail__search'));
  await look(seen('arg-limit'), 'the default').toHaveValue('10');
  await seen('try-call').click();
  await look(seen('try-tool'), 'what is missing is said').toHaveTextContent('It needs a value.');
  expect(calls('mcpCall').length, 'not sent').toBe(0);
  await expectClean('a form with a message');
  await seen('arg-query').fill('from:<b>mara</b>');
  await seen('arg-limit').fill('5');
  await seen('arg-unread').click();
  await seen('arg-folder').selectOptions('sent');
  await seen('arg-labels').fill('a\nb');
  await seen('arg-filter').fill('{"x": 1}');
  await press('{Meta>}{Enter}{/Meta}');
  await look(seen('tool-answer'), 'text, no mark-up').toHaveTextContent('<b>{"query":"from:<b>mara</b>","limit":5,"unread":true,"folder":"sent","labels":["a","b"],"filter":{"x":1}}</b>');
  expect(document.querySelector('.tool-answer b'), 'nothing of it is bold').toBeNull();
  expect(calls('mcpCall').at(-1), 'of the right kinds').toEqual(['gmail__search', { query: 'from:<b>mara</b>', limit: 5, unread: true, folder: 'sent', labels: ['a', 'b'], filter: { x: 1 } }]);
  await page.getByText('As JSON', { exact: true }).click();
  await look(page.getByLabelText('Answer as JSON'), 'structured').toHaveTextContent('"echo"');
  await expectClean('an answer');
  await page.getByRole('button', { name: 'Copy the answer' }).click();
  await eventually(() => platform.memory.world.copied.length, 'copied').toBe(1);
});

test('raw JSON instead of the form, and back', async () => {
  const { calls } = await openApp({}, to('demo_math__add'));
  await seen('arg-a').fill('2');
  await seen('arg-b').fill('3');
  await seen('try-raw').click();
  await look(seen('try-json'), 'what the form says').toHaveValue('{\n  "a": 2,\n  "b": 3\n}');
  await seen('try-json').fill('{"a": 2, "b": 40');
  await seen('try-call').click();
  await look(seen('try-tool'), 'broken').toHaveTextContent('This is no JSON');
  await seen('try-json').fill('{"a": 2, "b": 40}');
  await seen('try-raw').click();
  await look(seen('arg-b'), 'back in the form').toHaveValue('40');
  await seen('try-call').click();
  await look(seen('tool-answer'), 'answered').toHaveTextContent('42');
  expect(calls('mcpCall').length, 'once').toBe(1);
});

test('waiting can be stopped; an answer that is an error says so, terminal codes written out', async () => {
  const { platform } = await openApp({}, to('demo_math__divide'));
  let answered = () => {};
  platform.memory.plugins.answered = () => new Promise((done) => { answered = done; });
  await seen('arg-a').fill('1');
  await seen('arg-b').fill('0');
  await seen('try-call').click();
  await look(page.getByText(/stopping to wait does not stop the tool/), 'honest').toBeVisible();
  await page.getByRole('button', { name: 'Stop waiting' }).click();
  answered();
  await look(seen('tool-answer'), 'late answers are not shown').not.toBeInTheDocument();
  platform.memory.plugins.answered = () => Promise.resolve();
  await seen('try-call').click();
  await look(seen('tool-answer'), 'an error').toHaveTextContent(/It answered with an error.*ZeroDivisionError: division by zero ␛\[31mTraceback␛\[0m/);
});

test('from the page of its plugin a tool is tried in a sheet', async () => {
  const rows = samplePlugins(null).map((row) => (row.name === 'demo_math' ? { ...row, enabled: true } : row));
  const { calls } = await openApp({ plugins: { rows } }, '#/plugins/smcp%3Ademo_math?tools');
  await page.getByRole('button', { name: 'Try demo_math__add' }).click();
  await look(seen('try-sheet'), 'the sheet').toBeVisible();
  await expectClean('trying in a sheet');
  await seen('arg-a').fill('1');
  await seen('arg-b').fill('2');
  await seen('try-call').click();
  await look(seen('tool-answer'), 'answered').toHaveTextContent('3');
  expect(calls('mcpCall'), 'called').toEqual([['demo_math__add', { a: 1, b: 2 }]]);
});

test('Letta is made to read them anew, and what came of it is said', async () => {
  await openApp({}, at);
  await seen('tools-letta').click();
  await look(seen('toast'), 'in a sentence').toHaveTextContent('Letta read SMCP anew. sanctum-letta-mcp 3.1.0 lists 10 tools.');
});

test('after a change of plugins the view says that Letta has the old tools, and one click has it read them', async () => {
  const { calls, platform } = await openApp({ plugins: { letta: true } }, '#/plugins/smcp%3Agh');
  await look(seen('plugin-page'), 'the page').toBeVisible();
  await eventually(() => calls('mcpLettaTools').length, 'Letta was asked').toBeGreaterThan(0);
  await look(seen('letta-tools-banner'), 'Letta has what is offered').not.toBeInTheDocument();
  await page.getByRole('button', { name: 'Disable…' }).click();
  await look(seen('plan-sheet'), 'a plan').toHaveTextContent('Disable gh');
  await press('{Enter}');
  await look(seen('letta-tools-banner'), 'what Letta lacks').toHaveTextContent('Letta still has the old tools of the tool server.Letta does not know weather__today. Agents use what Letta has.');
  expect(calls('mcpRefreshLetta').length, 'it is not told by itself').toBe(0);
  await eventually(() => document.querySelector('[data-testid="plan-sheet"]'), 'the plan is done').toBeNull();
  await expectClean('the old tools of Letta');
  await seen('letta-tools-banner').getByRole('button', { name: 'Copy as sanctumctl' }).click();
  await eventually(() => platform.memory.world.copied, 'the same from a terminal').toEqual(['sanctumctl plugins refresh']);
  location.hash = '#/modules/instances';
  await look(seen('modules-view'), 'elsewhere').toBeVisible();
  await seen('letta-tools-refresh').click();
  await look(page.getByText('Letta read SMCP anew. sanctum-letta-mcp 3.1.0 lists 10 tools.', { exact: true }), 'what came of it').toBeVisible();
  await look(seen('letta-tools-banner'), 'and it is said no more').not.toBeInTheDocument();
  expect(calls('mcpRefreshLetta').length, 'once').toBe(1);
});

test('who may not change anything is told nothing of it', async () => {
  const { calls } = await openApp({ plugins: { letta: true }, overrides: { mcpLettaTools: async () => refuse('not_allowed', 'vera is signed in as viewer and may look, not change.', 'An administrator can do this, or change the role.') } }, at);
  await eventually(() => calls('mcpLettaTools').length, 'asked').toBeGreaterThan(0);
  await look(seen('server-tools'), 'the tools are there').toBeVisible();
  await look(seen('letta-tools-banner'), 'and nothing else').not.toBeInTheDocument();
});

test('a server that does not run says so, with the way to it', async () => {
  await openApp({ overrides: { mcpTools: async () => refuse('smcp_not_running', 'SMCP does not answer on 9300.', 'Start it under Modules.') } }, at);
  await look(seen('error-box'), 'why').toHaveTextContent('SMCP does not answer on 9300.');
  await page.getByRole('button', { name: 'Go to SMCP' }).click();
  await eventually(() => location.hash, 'there').toBe('#/modules/instances/smcp');
});

test('hostile tools: names, words and a schema without end', async () => {
  const properties = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`field_${i}`, { type: 'string', description: '<img src=x onerror=alert(1)>' }]));
  const tools: McpTool[] = [{ name: 'evil__\u202eeman', plugin: 'evil', description: '<script>1</script>'.repeat(100), schema: { properties } }];
  await openApp({ plugins: { tools } }, at);
  await look(seen('tool-row').first(), 'written out').toHaveTextContent('evil__⟨U+202E⟩eman');
  await seen('tool-row').first().click();
  await look(seen('try-json'), 'raw JSON at once').toHaveValue('{}');
  await look(seen('try-tool'), 'said').toHaveTextContent('It has 5,000 arguments, too many for a form.');
  expect(document.querySelector('.formpad img, .formpad script'), 'no mark-up').toBeNull();
});
