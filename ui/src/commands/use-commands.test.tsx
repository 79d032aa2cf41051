import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { eventually, look, openApp, press, seen } from '../test/kit';

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const CTRL_K = '{Control>}k{/Control}';

/** The press as the page hears it, in the same breath as what follows. */
function hear(key: string) {
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', { key, code: `Key${key.toUpperCase()}`, ctrlKey: true, bubbles: true, cancelable: true }));
}

async function open(phase: 'ready' | 'sign_in' = 'ready') {
  const { platform, calls } = await openApp({ phase, state: { platform: 'linux' } }, '#/activity');
  if (phase === 'ready') await look(page.getByRole('heading', { name: 'Earlier' }), 'the view is there').toBeVisible();
  const menu = (id: string) => platform.memory.emitMenu({ id });
  return { calls, menu };
}

test('one press that reaches the page and the native menu opens the palette once, in either order', async () => {
  const { menu } = await open();
  hear('k');
  menu('palette.open');
  await pause(60);
  await look(seen('palette'), 'open after key and menu').toBeVisible();
  await pause(300);
  menu('palette.open');
  hear('k');
  await look(seen('palette'), 'closed after menu and key').not.toBeInTheDocument();
});

test('the menu alone and the key alone both work; two menu choices are two', async () => {
  const { menu } = await open();
  menu('palette.open');
  await look(seen('palette'), 'the menu opens it').toBeVisible();
  menu('palette.open');
  await look(seen('palette'), 'and closes it').not.toBeInTheDocument();
  await pause(300);
  await press(CTRL_K);
  await look(seen('palette'), 'the key opens it').toBeVisible();
});

test('undo from key and menu asks for one plan', async () => {
  const { calls, menu } = await open();
  hear('z');
  menu('change.undo');
  await look(seen('plan-sheet'), 'the plan to undo').toBeVisible();
  expect(calls('changesLastUndoable').length, 'asked once').toBe(1);
  await pause(300);
  menu('change.undo');
  await pause(60);
  expect(calls('changesLastUndoable').length, 'nothing happens behind a sheet').toBe(1);
});

test('in a text field undo is the text’s, from the key, from the menu, and once for both', async () => {
  const { calls, menu } = await open();
  const field = document.querySelector<HTMLInputElement>('[data-find]')!;
  field.focus();
  document.execCommand('insertText', false, 'one ');
  await eventually(() => field.value, 'first words').toBe('one ');
  field.setSelectionRange(0, 0);
  document.execCommand('insertText', false, 'two ');
  await eventually(() => field.value, 'second words').toBe('two one ');
  hear('z');
  menu('change.undo');
  await eventually(() => field.value, 'one step of the text is taken back, not two').toBe('one ');
  await pause(300);
  menu('change.undo');
  await eventually(() => field.value, 'the menu takes the other back').toBe('');
  expect(calls('changesLastUndoable').length, 'no change set was touched').toBe(0);
});

test('before sign-in the menu’s undo still belongs to the text', async () => {
  const { menu } = await open('sign_in');
  await look(seen('signin-user'), 'the field has the focus').toHaveFocus();
  document.execCommand('insertText', false, 'mara');
  await look(seen('signin-user'), 'typed').toHaveValue('mara');
  menu('change.undo');
  await look(seen('signin-user'), 'taken back').toHaveValue('');
});

test('undo chosen in the palette takes the change back, not what was typed there', async () => {
  const { calls } = await open();
  await press(CTRL_K);
  await look(seen('palette-input'), 'the field has the focus').toHaveFocus();
  await press('undo last');
  await press('{Enter}');
  await eventually(() => calls('changesLastUndoable').length, 'the change set is meant').toBe(1);
});
