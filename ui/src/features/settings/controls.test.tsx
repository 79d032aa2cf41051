import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { eventually, expectClean, look, press, seen, type } from '../../test/kit';
import { checked, one, openWith } from './test-kit';

/** What was last asked about a setting. */
const sent = (calls: (name: string) => unknown[][], id: string) => (calls('settingsCheck').at(-1)?.[1] as { id: string; value: unknown }[] | undefined)?.find((edit) => edit.id === id)?.value;

const input = (id: string) => seen(`setting-input-${id}`);

test('text: an empty text is a value, the old one is no change', async () => {
  const { calls } = await openWith([one('text', 'NAME', { default: 'a', instance: 'b' }), one('text', 'GREETING', {})]);
  await look(input('GREETING'), 'nothing set is told').toHaveAttribute('placeholder', 'Not set');
  await input('NAME').fill('');
  expect(await checked(calls, 'NAME'), 'an empty text is sent').toEqual({ id: 'NAME', level: 'instance', op: 'set', value: '', by_environment: false });
  await look(input('NAME'), 'and told as one').toHaveAttribute('placeholder', '(empty)');
  await input('NAME').fill('b');
  await look(seen('draft-bar'), 'the old value is no change').not.toBeInTheDocument();
});

test('line breaks survive: in a value that has some, and in what is pasted', async () => {
  const { calls } = await openWith([one('text', 'CERT', { instance: 'one\ntwo' }), one('text', 'MOTD', { default: 'hello' }), one('list', 'LINES', { default: ['a\nb'] })]);
  await look(input('CERT'), 'as it is').toHaveValue('one\ntwo');
  await look(input('LINES'), 'in a list the JSON editor holds them').toHaveValue('[\n  "a\\nb"\n]');
  const data = new DataTransfer();
  data.setData('text', ' big\r\nworld\n');
  const motd = input('MOTD').element() as HTMLInputElement;
  motd.focus();
  motd.setSelectionRange(5, 5);
  motd.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  await look(input('MOTD'), 'nothing was joined').toHaveValue('hello big\nworld');
  expect((await checked(calls, 'MOTD'))?.value, 'and it is sent so').toBe('hello big\nworld');
});

test('numbers: typed, stepped by keys and buttons, a word is refused and kept', async () => {
  const { calls } = await openWith([one('integer', 'WAIT', { default: 600 }, { unit: 'seconds', min: 30, max: 3600 }), one('number', 'RATE', { default: 0.5 })]);
  await input('WAIT').click();
  await press('{ArrowUp}{ArrowUp}{PageDown}');
  await look(input('WAIT'), 'two up, ten down').toHaveValue('592');
  await seen('setting-up-WAIT').click();
  await eventually(() => sent(calls, 'WAIT'), 'a number, not a text').toBe(593);
  await input('RATE').fill('1.');
  await look(input('RATE'), 'what is being typed stays').toHaveValue('1.');
  await input('RATE').fill('a lot');
  await look(page.getByRole('alert'), 'why it is no value').toHaveTextContent('“a lot” is not a number.');
  await look(input('RATE'), 'the field says so too').toHaveAttribute('aria-invalid', 'true');
  await look(input('RATE'), 'and keeps it').toHaveValue('a lot');
  expect(calls('settingsCheck').some((args) => JSON.stringify(args).includes('a lot')), 'what is no value is not sent').toBe(false);
  await expectClean('a wrong number');
});

test('a length of time is a number or a text, as it is kept', async () => {
  const { calls } = await openWith([one('duration', 'PAUSE', { default: 20 }, { unit: 'seconds', items: 'integer' }), one('duration', 'KEEP', { default: '30d' }, { items: 'text' })]);
  await look(page.getByRole('spinbutton', { name: 'PAUSE' }), 'steps').toHaveAttribute('aria-valuetext', '20 seconds');
  await input('PAUSE').fill('25');
  await input('KEEP').fill('2h');
  await eventually(() => [sent(calls, 'PAUSE'), sent(calls, 'KEEP')], 'each in its kind').toEqual([25, '2h']);
});

test('a switch claims nothing while nothing is set', async () => {
  const { calls } = await openWith([one('boolean', 'DEBUG', { tool: false }), one('boolean', 'TRACE', {})]);
  await look(page.getByRole('switch', { name: 'DEBUG' }), 'off').toHaveAttribute('aria-checked', 'false');
  await page.getByRole('switch', { name: 'DEBUG' }).click();
  expect((await checked(calls, 'DEBUG'))?.value, 'on').toBe(true);
  expect(document.querySelectorAll('main [role=switch]').length, 'the other is a choice').toBe(1);
  await look(input('TRACE'), 'which says so').toHaveValue('unset');
  await userEvent.selectOptions(input('TRACE'), 'Off');
  expect((await checked(calls, 'TRACE'))?.value, 'off is said').toBe(false);
});

test('choices send their value in its type; a value that is not allowed is shown as such', async () => {
  const choices = [{ value: 1, title: 'One' }, { value: 2, title: 'Two' }];
  const { calls } = await openWith([one('choice', 'SIZE', { default: 1 }, { choices, nullable: true }), one('choice', 'ODD', { instance: 9 }, { choices })]);
  await userEvent.selectOptions(input('SIZE'), 'Two');
  expect((await checked(calls, 'SIZE'))?.value, 'a number').toBe(2);
  await userEvent.selectOptions(input('SIZE'), 'None');
  await eventually(() => JSON.stringify(calls('settingsCheck').at(-1)), 'none is an answer of its own').toContain('"op":"none"');
  expect((input('ODD').element() as HTMLSelectElement).selectedOptions[0]!.textContent, 'the truth').toBe('9 (not allowed)');
});

test('a list: add, change, move, remove, all by keyboard', async () => {
  const { calls } = await openWith([one('list', 'NAMES', { default: ['a', 'b'] })]);
  await seen('setting-add-NAMES').click();
  await look(seen('setting-input-NAMES-2'), 'the new entry has the focus').toHaveFocus();
  await type('c');
  await page.getByRole('button', { name: 'Move entry 3 up' }).click();
  await page.getByRole('button', { name: 'Remove entry 1' }).click();
  await eventually(() => sent(calls, 'NAMES'), 'the list as it stands').toEqual(['c', 'b']);
  await expectClean('a list');
});

test('a list of numbers stays one', async () => {
  const { calls } = await openWith([one('list', 'PORTS', { default: [1] }, { items: 'integer' })]);
  await seen('setting-input-PORTS-0').fill('22');
  expect((await checked(calls, 'PORTS'))?.value, 'numbers').toEqual([22]);
});

test('a map: a name that is missing or twice is told and not sent', async () => {
  const { calls } = await openWith([one('map', 'HEADERS', { instance: { A: 'x', N: 1 } })]);
  await seen('setting-add-HEADERS').click();
  await look(page.getByRole('alert'), 'no name yet').toHaveTextContent('A name is missing.');
  await type('A');
  await look(page.getByRole('alert'), 'twice').toHaveTextContent('“A” is there twice');
  await type('2');
  await seen('setting-input-HEADERS-2').fill('y');
  await eventually(() => sent(calls, 'HEADERS'), 'all rows, the number still one').toEqual({ A: 'x', N: 1, A2: 'y' });
  expect(calls('settingsCheck').some((args) => /"":|null/.test(JSON.stringify(args[1]))), 'nothing half was sent').toBe(false);
});

test('a path is typed or chosen', async () => {
  const { calls } = await openWith([one('path', 'FOLDER', { default: '/tmp' }, { path_kind: 'folder' }), one('path', 'FILE', {}, { path_kind: 'file' })]);
  await seen('setting-choose-FOLDER').click();
  expect((await checked(calls, 'FOLDER'))?.value, 'the folder').toBe('/Users/mara/elsewhere');
  expect(calls('pickFolder')[0], 'the dialog starts where the value is').toEqual(['/tmp']);
  await seen('setting-choose-FILE').click();
  expect((await checked(calls, 'FILE'))?.value, 'the file').toBe('/Users/mara/file');
});

test('a port shows the server’s word on a conflict', async () => {
  await openWith([one('port', 'PORT', { default: 9000 })], {
    overrides: { settingsCheck: async (_, edits) => ({ problems: edits.map((edit) => ({ id: edit.id, code: 'port_held', message: '9200 is held by Thalamus.', blocks: true })), after: [], touches: [], files: 0, instances: [], restarts: [] }) },
  });
  await input('PORT').fill('9200');
  await look(page.getByRole('alert'), 'who holds it').toHaveTextContent('9200 is held by Thalamus.');
});

test('none is offered where it is a value, and told apart from empty', async () => {
  const { calls } = await openWith([one('text', 'NICK', { default: 'a' }, { nullable: true }), one('text', 'NAME', { default: 'a' })]);
  await expect.element(seen('setting-none-NAME'), { message: 'not where it is none' }).not.toBeInTheDocument();
  await seen('setting-none-NICK').click();
  expect((await checked(calls, 'NICK'))?.op, 'explicitly none').toBe('none');
  await look(seen('setting-NICK').getByText('None', { exact: true }), 'it says so').toBeVisible();
  await seen('setting-value-NICK').click();
  await look(input('NICK'), 'an empty text instead').toHaveValue('');
});

test('a shape no control knows is edited as JSON, alone, with line and column', async () => {
  const { calls } = await openWith([
    one('json', 'ROUTES', { default: { web: ['*'] } }), one('list', 'MIXED', { instance: [{ deep: 1 }] }), one('martian' as 'json', 'NEW', { default: 1 }), one('text', 'PLAIN', { default: 'x' }),
  ]);
  await look(input('PLAIN'), 'drawn').toBeVisible();
  expect([...document.querySelectorAll('main textarea')].map((area) => area.getAttribute('data-testid')), 'these three only').toEqual(['setting-input-ROUTES', 'setting-input-MIXED', 'setting-input-NEW']);
  await input('ROUTES').fill('{"web": [1,]}');
  await look(page.getByRole('alert'), 'where it goes wrong').toHaveTextContent('Line 1, column 12: there is a comma before the end.');
  await input('PLAIN').fill('y');
  await checked(calls, 'PLAIN');
  expect(JSON.stringify(calls('settingsCheck').at(-1)), 'the other fields go on').not.toContain('ROUTES');
  await input('ROUTES').fill('{"web": [1]}');
  expect((await checked(calls, 'ROUTES'))?.value, 'a value again').toEqual({ web: [1] });
});

test('what is read-only says why and cannot be changed', async () => {
  await openWith([one('integer', 'BUILD', { instance: 4711 }, { read_only: 'The installer writes it.' }), one('boolean', 'ON', { default: true }, { read_only: 'No.' })]);
  await look(input('BUILD'), 'there').toBeVisible();
  (input('BUILD').element() as HTMLElement).focus();
  await press('5{ArrowUp}');
  await look(input('BUILD'), 'nothing typed, nothing stepped').toHaveValue('4711');
  await look(seen('setting-BUILD'), 'the reason').toHaveTextContent('Can’t be changed here. The installer writes it.');
  await look(page.getByRole('switch'), 'a switch too').toBeDisabled();
  await look(seen('draft-bar'), 'no change').not.toBeInTheDocument();
});

test('what no file can hold goes by the environment', async () => {
  const { calls } = await openWith([one('text', 'PATTERN', { default: 'a' })], {
    overrides: { settingsCheck: async (_, edits) => ({ problems: edits.filter((edit) => !edit.by_environment).map((edit) => ({ id: edit.id, code: 'unquotable', message: 'No file can hold it.', blocks: true })), after: [], touches: [], files: 0, instances: [], restarts: [] }) },
  });
  await input('PATTERN').fill('\\d');
  await look(page.getByRole('alert'), 'why').toHaveTextContent('No file can hold it.');
  await seen('setting-by-environment-PATTERN').click();
  await look(page.getByRole('alert'), 'settled').not.toBeInTheDocument();
  expect(JSON.stringify(calls('settingsCheck').at(-1)), 'the server is told').toContain('"by_environment":true');
  await look(seen('setting-PATTERN'), 'and the row says so').toHaveTextContent('no file holds it');
});

test('hostile names and values are shown as text', async () => {
  await openWith([one('text', 'EVIL', { instance: '<img src=x onerror=alert(1)>' }, { title: '<b>Bold</b>\u202e', description: '<script>1</script>' })]);
  await look(seen('setting-EVIL'), 'as typed, what turns text made visible').toHaveTextContent('<b>Bold</b>⟨U+202E⟩<script>1</script>');
  expect(document.querySelectorAll('main img, main script, main .name b b').length, 'nothing of it became part of the page').toBe(0);
});
