import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';

test('signing in by keyboard; a wrong password says so and is forgotten', async () => {
  const { calls } = await openApp({ phase: 'sign_in' });
  await look(seen('signin-user'), 'the name has the focus').toHaveFocus();
  await expectClean('sign-in');
  await type('mara');
  await press('{Tab}');
  await type('nonsense');
  await press('{Enter}');
  await look(seen('error-box'), 'what happened and what to do').toHaveTextContent(/not right.*capital letters count/);
  await look(seen('signin-password'), 'the wrong password is not kept').toHaveValue('');
  await look(seen('signin-password'), 'and asked for again').toHaveFocus();
  await type('correct horse');
  await press('{Enter}');
  await look(seen('tools-view'), 'the window opens').toBeVisible();
  expect(calls('sessionSignIn').length, 'two tries were made').toBe(2);
});

test('a locked-out account counts down and cannot be tried meanwhile', async () => {
  const { calls } = await openApp({ phase: 'sign_in' });
  await seen('signin-user').fill('locked');
  await seen('signin-password').fill('x');
  await press('{Enter}');
  await look(seen('signin-submit'), 'it says how long').toHaveTextContent(/Wait \d+ s/);
  await seen('signin-password').fill('y');
  await press('{Enter}');
  expect(calls('sessionSignIn').length, 'no second try went out').toBe(1);
});

test('the kept session is looked for in words and can be left', async () => {
  await openApp({ phase: 'sign_in', overrides: { sessionRestore: () => new Promise(() => {}) } });
  await look(page.getByText('Looking for your session…'), 'the wait says what it waits for').toBeVisible();
  await page.getByRole('button', { name: 'Stop waiting' }).click();
  await look(seen('signin-user'), 'the form follows').toBeVisible();
});

test('a session that does not answer within three seconds is given up', async () => {
  await openApp({ phase: 'sign_in', overrides: { sessionRestore: () => new Promise(() => {}) } });
  await look(page.getByText('Looking for your session…'), 'it looks').toBeVisible();
  await look(seen('signin-user'), 'and gives up', 4_500).toBeVisible();
});

test('lock from the menu of the avatar, unlock with the password', async () => {
  await openApp();
  await seen('user-menu').click();
  await expectClean('the user menu');
  await userEvent.keyboard('{ArrowDown}{Enter}');
  await look(page.getByRole('heading', { name: 'Locked' }), 'the window is locked').toBeVisible();
  await expectClean('the lock');
  expect(document.body.textContent, 'nothing of the content is left').not.toContain('Letta server');
  await type('correct horse');
  await press('{Enter}');
  await look(seen('tools-view'), 'the password opens it').toBeVisible();
});

test('sign out and a session that ends elsewhere both lead to sign-in', async () => {
  const { platform } = await openApp();
  await look(seen('tools-view'), 'signed in').toBeVisible();
  platform.memory.world.state = { ...platform.memory.world.state, phase: 'sign_in', user: null };
  platform.memory.emitChanged({ topics: ['session'], source: 'outside' });
  await look(seen('signin-user'), 'the end of the session shows').toBeVisible();
});

test('a registry that cannot be opened says why and offers another', async () => {
  const trouble = { code: 'registry_newer', level: 'error' as const, message: 'The registry was written by a newer version.', hint: 'Update the app.', path: 'control/registry.db' };
  const { calls } = await openApp({ phase: 'trouble', state: { trouble } });
  await look(seen('trouble'), 'message and hint').toHaveTextContent(/newer version.*Update the app/);
  await expectClean('trouble');
  await seen('trouble-open').click();
  await eventually(() => calls('installOpen'), 'the chosen folder is opened').toEqual([['/Users/mara/elsewhere']]);
  await look(seen('signin-user'), 'its sign-in follows').toBeVisible();
});

test('the window is revealed once, after something stands in it', async () => {
  const { calls } = await openApp({ latency: 20 });
  await look(seen('tools-view'), 'the view is there').toBeVisible();
  expect(calls('appReady').length, 'revealed once').toBe(1);
});
