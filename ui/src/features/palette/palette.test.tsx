import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
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

test('prefixes narrow: > actions, @ agents, # tools and changes', async () => {
  await openApp();
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  await press('{Meta>}k{/Meta}');
  const kinds = () => [...new Set([...document.querySelectorAll('.pi')].map((row) => row.getAttribute('data-thing')?.split(' ')[0]))].sort();
  await type('@');
  await eventually(kinds, '@ shows agents').toEqual(['agent']);
  await press('{Backspace}');
  await type('#');
  await eventually(kinds, '# shows tools and changes').toEqual(['change', 'tool']);
  await press('{Backspace}');
  await type('>dark');
  await eventually(kinds, '> shows actions').toEqual(['action']);
  await press('{Enter}');
  await eventually(() => document.documentElement.dataset.theme, 'the action ran').toBe('dark');
  await expectClean('the dark tools view');
  expect(localStorage.getItem('sanctum.appearance'), 'and is remembered').toBe('dark');
  document.documentElement.dataset.theme = 'light';
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
