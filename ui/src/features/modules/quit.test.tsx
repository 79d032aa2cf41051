import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

async function quit(scenario: Parameters<typeof openApp>[0] = {}) {
  const opened = await openApp(scenario);
  await look(seen('tools-grid'), 'the window').toBeVisible();
  opened.platform.memory.emitMenu({ id: 'app.quit' });
  return opened;
}

test('quitting while modules run asks once, names them, and leaves them running', async () => {
  const { platform, calls } = await quit();
  await look(seen('quit-dialog'), 'how many and which').toHaveTextContent(/4 modules run\..*Broca of Athena.*Web chat bridge/);
  expect(document.querySelector('[data-testid="quit-dialog"]')?.textContent, 'what the system runs stays anyway').not.toContain('SMCP');
  platform.memory.emitMenu({ id: 'app.quit' });
  await expectClean('the question');
  expect(calls('quitChoose'), 'nothing was chosen yet').toEqual([]);
  await press('{Enter}');
  await eventually(() => platform.memory.modules.quit, 'they go on').toEqual([{ choice: 'keep', remember: false }]);
  await look(seen('quit-dialog'), 'answered').not.toBeInTheDocument();
});

test('they are stopped, every time', async () => {
  const { platform } = await quit();
  await page.getByRole('checkbox', { name: 'Do this every time' }).click();
  await seen('quit-stop').click();
  await eventually(() => platform.memory.modules.quit, 'and remembered').toEqual([{ choice: 'stop', remember: true }]);
});

test('cancelled, by button or Esc, nothing happens', async () => {
  const { platform } = await quit();
  await seen('quit-cancel').click();
  await look(seen('quit-dialog'), 'gone').not.toBeInTheDocument();
  platform.memory.emitMenu({ id: 'app.quit' });
  await look(seen('quit-dialog'), 'asked again').toBeVisible();
  await press('{Escape}');
  await look(seen('quit-dialog'), 'gone again').not.toBeInTheDocument();
  expect(platform.memory.modules.quit, 'the app stays').toEqual([]);
});

test('a module that does not end keeps the question open and says why', async () => {
  await quit({ overrides: { quitChoose: async () => refuse('still_runs', 'Broca of Athena did not end.', 'Leave it running, or try once more.') } });
  await seen('quit-stop').click();
  await look(seen('error-box'), 'why').toHaveTextContent('Broca of Athena did not end.');
  await look(seen('quit-keep'), 'the other way is open').toBeEnabled();
});

test('where nothing runs any more it quits', async () => {
  const { platform } = await quit({ modules: { rows: 0 } });
  await eventually(() => platform.memory.modules.quit, 'without a question').toEqual([{ choice: 'keep', remember: false }]);
});

test('what is done every time can be changed in the preferences', async () => {
  await openApp({}, '#/settings/preferences');
  await look(page.getByRole('button', { name: /^When quitting/ }).or(page.getByRole('combobox', { name: /^When quitting/ })).first(), 'the choice').toBeVisible();
});

test('while they end the wait is named, and one can quit without it; that is not remembered', async () => {
  const asked: unknown[] = [];
  await quit({ overrides: { quitChoose: (choice, remember) => { asked.push([choice, remember]); return choice === 'stop' ? new Promise<null>(() => {}) : Promise.resolve(null); } } });
  await page.getByRole('checkbox', { name: 'Do this every time' }).click();
  await seen('quit-stop').click();
  await look(seen('quit-dialog'), 'what is waited for').toHaveTextContent(/Waiting for them to end/);
  await look(seen('quit-cancel'), 'what began cannot be called off').toHaveAttribute('aria-disabled', 'true');
  await expectClean('the wait');
  await seen('quit-stop').click();
  await seen('quit-keep').click();
  await look(seen('quit-dialog'), 'left').not.toBeInTheDocument();
  expect(asked, 'stopping was asked for once, quitting at once is for this time only').toEqual([['stop', true], ['keep', false]]);
});
