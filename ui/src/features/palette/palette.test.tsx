import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { catalog } from '../../commands/catalog';
import { createHandlers } from '../../commands/handlers';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';

test('every command of the catalogue has a handler, and no handler is left over', () => {
  const nothing = {} as Parameters<typeof createHandlers>[0];
  const handlers = createHandlers({ ...nothing, shell: {} as typeof nothing.shell });
  expect(Object.keys(handlers).sort(), 'catalogue and handlers name the same commands').toEqual(catalog.map((command) => command.id).sort());
  const shortcuts = catalog.flatMap((command) => (command.shortcut ? [command.shortcut] : []));
  expect(new Set(shortcuts).size, 'no shortcut is given twice').toBe(shortcuts.length);
});

test('⌘K finds an agent by its letters, marks them, and Enter goes there', async () => {
  await openApp();
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  await press('{Meta>}k{/Meta}');
  await look(seen('palette-input'), 'the field has the focus').toHaveFocus();
  await expectClean('the palette');
  await type('monday');
  await eventually(() => document.querySelector('.pi[aria-selected="true"]')?.getAttribute('data-thing'), 'the agent is the best result').toBe('agent monday');
  await eventually(() => document.querySelector('.pi[aria-selected="true"] b')?.textContent, 'the matched letters are marked').toBe('Monday');
  await press('{Enter}');
  await look(page.getByRole('heading', { name: 'Monday', level: 2 }), 'it goes there').toBeVisible();
});

const kinds = () => [...new Set([...document.querySelectorAll('.pi')].map((row) => row.getAttribute('data-thing')?.split(' ')[0]))].sort();
const chosen = () => document.querySelector('.pi[aria-selected="true"]');

async function openPalette(scenario: Parameters<typeof openApp>[0] = {}) {
  const opened = await openApp(scenario);
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  await press('{Meta>}k{/Meta}');
  await look(seen('palette-input'), 'the field has the focus').toHaveFocus();
  return opened;
}

test('prefixes narrow: > actions, @ settings, # agents, tools and changes', async () => {
  const { calls } = await openPalette();
  await type('@');
  await eventually(kinds, '@ shows settings').toEqual(['setting']);
  expect(calls('settingsSearch').at(-1), 'twenty of them').toEqual(['', 0, 20]);
  await press('{Backspace}');
  await type('#');
  await eventually(kinds, '# shows agents, tools and changes').toEqual(['agent', 'change', 'tool']);
  await press('{Backspace}');
  await type('>dark');
  await eventually(kinds, '> shows actions').toEqual(['action']);
  await press('{Enter}');
  await eventually(() => document.documentElement.dataset.theme, 'the action ran').toBe('dark');
  await look(seen('toast'), 'and was recorded').toHaveTextContent('Appearance dark: applied, read back.');
  await expectClean('the dark tools view');
  const withKeys = document.querySelector('.toast .btn:has(.kbd)');
  expect(withKeys, 'a button of the message names its keys').not.toBeNull();
  await userEvent.hover(withKeys!);
  await expectClean('the message with the pointer on its button');
  expect(localStorage.getItem('sanctum.appearance'), 'and is remembered').toBe('dark');
  document.documentElement.dataset.theme = 'light';
});

test('@ finds a setting by its title, says where it belongs, and Enter opens it', async () => {
  await openPalette();
  await type('@turn time athena broca2');
  await eventually(() => chosen()?.textContent, 'the title, agent and tool').toBe('Turn time limitAthena › Broca');
  await eventually(() => [...(chosen()?.querySelectorAll('b') ?? [])].map((mark) => mark.textContent), 'the matched words are marked').toEqual(['Turn', 'time', 'Athena']);
  await expectClean('the palette with settings');
  await press('{ArrowDown}{ArrowUp}{Enter}');
  await eventually(() => location.hash, 'it opens').toBe('#/tool/agent%3Aathena%2Fbroca2?setting=LONG_TASK_MAX_WAIT');
});

test('a filter after the @ narrows by what it says', async () => {
  const { calls } = await openPalette();
  await type('@secret telegram');
  await eventually(() => calls('settingsSearch').at(-1), 'asked as a filter').toEqual(['@secret telegram', 0, 20]);
  await eventually(() => chosen()?.textContent, 'the secret').toMatch(/^Telegram token/);
});

test('plain words mix in the best five settings, no words none', async () => {
  const { calls } = await openPalette();
  await eventually(kinds, 'at first no setting').toEqual(['action', 'agent', 'change', 'tool']);
  await type('log level');
  await eventually(() => document.querySelectorAll('.pi[data-thing^="setting "]').length, 'five').toBe(5);
  expect(calls('settingsSearch').every(([query]) => query !== ''), 'no search without words').toBe(true);
});

test('letters that come in one breath are one question, not one each', async () => {
  const { calls } = await openPalette();
  const field = document.querySelector<HTMLInputElement>('.palette-input')!;
  const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
  for (const text of ['@p', '@po', '@pol', '@poll']) { put.call(field, text); field.dispatchEvent(new Event('input', { bubbles: true })); }
  await eventually(() => chosen()?.textContent, 'found').toMatch(/^Poll interval/);
  expect(calls('settingsSearch').map(([query]) => query).filter((query) => query !== ''), 'only the last').toEqual(['poll']);
});

/** Typed and Enter in one breath, before anything could be drawn or asked. */
async function typeAndEnter(text: string) {
  const field = document.querySelector<HTMLInputElement>('.palette-input')!;
  const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
  put.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await Promise.resolve();
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true }));
}

test('Enter in the same breath as the last letter runs what was typed, not what stood there before', async () => {
  await openPalette();
  await typeAndEnter('appearance dark');
  await eventually(() => document.documentElement.dataset.theme, 'the action that was typed').toBe('dark');
  await look(seen('palette'), 'and it is closed').not.toBeInTheDocument();
  document.documentElement.dataset.theme = 'light';
});

test('Enter waits for the answer where settings, agents, modules or plugins have to be asked for', async () => {
  await openPalette();
  await type('@');
  await eventually(() => kinds(), 'settings stand there').toEqual(['setting']);
  await typeAndEnter('@turn time athena broca2');
  await eventually(() => location.hash, 'the setting that was typed, not the first of all').toBe('#/tool/agent%3Aathena%2Fbroca2?setting=LONG_TASK_MAX_WAIT');
  for (const [typed, place] of [['#monday', '#/agents/monday'], ['#web_br', '#/modules/instances/web_bridge']]) {
    await press('{Meta>}k{/Meta}');
    await look(seen('palette-input'), 'open again').toHaveFocus();
    await typeAndEnter(typed!);
    await eventually(() => location.hash, typed!).toBe(place);
  }
});

test('a link pasted into the palette opens its setting; one that leads nowhere leaves it open', async () => {
  const { calls } = await openPalette();
  await seen('palette-input').fill('sanctum://v1/settings/nowhere/X');
  await look(seen('toast'), 'a dead link is said').toHaveTextContent('leads to no setting');
  await look(seen('palette'), 'still open').toBeVisible();
  await seen('palette-input').fill('sanctum://v1/settings/athena/broca2/LOG_LEVEL');
  await eventually(() => location.hash, 'opened').toBe('#/tool/agent%3Aathena%2Fbroca2?setting=LOG_LEVEL');
  await look(seen('palette'), 'and closed').not.toBeInTheDocument();
  expect(calls('settingsFind').length, 'asked for both').toBe(2);
});

test('Esc closes it, and ⌘K closes what ⌘K opened', async () => {
  await openApp();
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  await press('{Meta>}k{/Meta}');
  await look(seen('palette'), 'open').toBeVisible();
  await press('{Escape}');
  await look(seen('palette'), 'closed by Esc').not.toBeInTheDocument();
  await press('{Meta>}k{/Meta}');
  await look(seen('palette-input'), 'open again').toHaveFocus();
  await press('{Meta>}k{/Meta}');
  await look(seen('palette'), 'closed by the same keys').not.toBeInTheDocument();
});

test('⌘/ lists the shortcuts in the machine’s symbols; the native menu runs the same commands', async () => {
  const { platform } = await openApp({ state: { platform: 'linux' } });
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  platform.memory.emitMenu({ id: 'help.shortcuts' });
  await look(seen('shortcuts-sheet'), 'the sheet is there, with Ctrl on Linux').toHaveTextContent(/Ctrl\+K/);
  await expectClean('the shortcuts');
  await press('{Escape}');
  await press('{Control>}k{/Control}');
  await look(seen('palette'), 'Ctrl+K on Linux').toBeVisible();
});

test('modules are found by name, with what can be done with them now', async () => {
  const { calls } = await openPalette();
  await type('restart broca2');
  await eventually(() => chosen()?.textContent, 'the act first').toMatch(/^Restart broca2 of (Athena|Monday)/);
  await eventually(() => calls('modulesList').at(-1), 'asked for the name alone').toEqual(['all', 'broca2', 'status', 0, 5]);
  await expectClean('the palette with modules');
  await press('{Enter}');
  await eventually(() => calls('modulesRestart').length, 'it is restarted').toBe(1);
  await press('{Meta>}k{/Meta}');
  await type('#web_br');
  await eventually(() => chosen()?.getAttribute('data-thing'), 'the instance itself').toBe('module web_bridge');
  await press('{Enter}');
  await eventually(() => location.hash, 'opens it').toBe('#/modules/instances/web_bridge');
});
