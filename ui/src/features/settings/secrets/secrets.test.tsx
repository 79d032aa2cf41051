import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { PlatformError } from '../../../platform/platform';
import { expectClean, look, openApp, press, seen, type } from '../../../test/kit';
import { BROCA, at, openBroca } from '../test-kit';

const VALUE = 'sk-canary-0123456789';

/** Text, attributes and what stands in fields: everything of the page. */
const inPage = (what: string) => document.documentElement.outerHTML.includes(what) || [...document.querySelectorAll('input, textarea')].some((field) => (field as HTMLInputElement).value.includes(what));

test('a secret is set, and nothing of it stays in the page', async () => {
  const { calls } = await openBroca();
  await look(seen('secret-TELEGRAM_TOKEN'), 'nothing yet').toHaveTextContent('Not set');
  await seen('secret-set-TELEGRAM_TOKEN').click();
  await look(seen('secret-value'), 'the field has the focus').toHaveFocus();
  await type(VALUE);
  expect(document.documentElement.outerHTML.includes(VALUE), 'while it is typed no attribute holds it').toBe(false);
  await expectClean('the dialog of a secret');
  await press('{Enter}');
  await look(seen('toast').first(), 'stored and read back').toHaveTextContent('Telegram token: stored in memory, read back.');
  expect(calls('secretSet'), 'once, for the level that was shown').toEqual([[BROCA, 'TELEGRAM_TOKEN', 'instance', VALUE]]);
  await look(seen('secret-TELEGRAM_TOKEN'), 'it is there').toHaveTextContent('In Keychain');
  expect(inPage(VALUE), 'no trace').toBe(false);
  await look(seen('draft-bar'), 'a secret is never in a draft').not.toBeInTheDocument();
});

test('an empty field and a text of several lines are refused', async () => {
  const { calls } = await openBroca();
  await seen('secret-set-AGENT_API_KEY').click();
  await look(seen('secret-level'), 'where it stands').toHaveValue('agent');
  await seen('secret-store').click();
  await look(page.getByRole('alert'), 'nothing entered').toHaveTextContent('Nothing was entered.');
  const data = new DataTransfer();
  data.setData('text', 'one\ntwo\n');
  seen('secret-value').element().dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  await look(page.getByRole('alert'), 'a field would join them').toHaveTextContent('What was pasted has 2 lines');
  await press('{Escape}');
  await look(seen('secret-dialog'), 'left').not.toBeInTheDocument();
  expect(calls('secretSet').length, 'nothing was stored').toBe(0);
});

test('a store that refuses says why, and the dialog stays', async () => {
  await openApp({ overrides: { secretSet: async () => { throw new PlatformError({ code: 'store_locked', message: 'The keychain is locked.', hint: 'Unlock it, then store again.', details: [] }); } } }, at(BROCA));
  await seen('secret-set-TELEGRAM_TOKEN').click();
  await type(VALUE);
  await press('{Enter}');
  await look(seen('error-box'), 'what and what to do').toHaveTextContent('The keychain is locked.Unlock it, then store again.');
  await look(seen('secret-value'), 'what was typed can be sent again').toHaveValue(VALUE);
  await press('{Escape}');
  await look(seen('secret-dialog'), 'left').not.toBeInTheDocument();
  expect(inPage(VALUE), 'gone with the dialog').toBe(false);
});

test('trying a key shows what was measured and when', async () => {
  await openBroca();
  await seen('secret-test-AGENT_API_KEY').click();
  await look(seen('setting-AGENT_API_KEY').getByRole('status'), 'word, reason, age').toHaveTextContent(/Healthy.*Letta accepted it in 31 ms.*just now/);
  await expect.element(seen('secret-test-TELEGRAM_TOKEN'), { message: 'what cannot be tried is not offered' }).not.toBeInTheDocument();
});

test('copying asks for the password and says when the clipboard is cleared', async () => {
  const { platform, calls } = await openBroca();
  await seen('secret-copy-AGENT_API_KEY').click();
  await type('wrong');
  await press('{Enter}');
  await look(seen('error-box'), 'refused').toHaveTextContent('This is not the password of mara.');
  await look(seen('secret-password'), 'the wrong one is gone').toHaveValue('');
  await type('correct horse');
  await press('{Enter}');
  await look(seen('toast').first(), 'how long').toHaveTextContent('Letta API key is on the clipboard. It is taken out again in 60 s.');
  expect(calls('secretCopy').length, 'both tries').toBe(2);
  expect(platform.memory.world.copied, 'the window itself copied nothing').toEqual([]);
  expect(inPage('correct horse'), 'no password stays').toBe(false);
});

test('clearing is a plan with the red button', async () => {
  const { calls } = await openBroca();
  await seen('secret-clear-AGENT_API_KEY').click();
  await look(seen('plan-sheet'), 'what goes').toHaveTextContent('Clear Letta API key');
  expect(calls('secretClearPlan'), 'the level that sets it').toEqual([[BROCA, 'AGENT_API_KEY', 'agent']]);
  await seen('plan-apply').click();
  await look(seen('secret-AGENT_API_KEY'), 'it is gone').toHaveTextContent('Not set');
});

test('a store that cannot be reached holds nothing else up', async () => {
  let asked = 0;
  const overrides = { secretsStatus: async () => { asked += 1; throw new PlatformError({ code: 'store_slow', message: 'The keychain did not answer within 5 s.', hint: 'Unlock it, then ask again.', details: [] }); } };
  await openApp({ overrides }, at(BROCA));
  await look(seen('setting-AGENT_API_KEY'), 'unknown, with its reason').toHaveTextContent(/Can’t be reached.*The keychain did not answer within 5 s.*Unlock it/);
  await look(seen('setting-input-LOG_LEVEL'), 'the rest is there').toBeEnabled();
  await seen('setting-AGENT_API_KEY').getByRole('button', { name: 'Ask again' }).click();
  await expect.poll(() => asked, { message: 'asked once more' }).toBeGreaterThan(1);
});

test('secrets in plain text are moved in one plan', async () => {
  const { calls } = await openBroca();
  await look(seen('plain-secrets'), 'how many').toHaveTextContent('2 secrets stand in plain text in its files.');
  await seen('plain-secrets-move').click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent('Move 2 secrets to the keychain');
  expect((calls('secretsMovePlan')[0]![0] as string[]).length, 'both').toBe(2);
  await seen('plan-apply').click();
  await look(seen('plain-secrets'), 'none is left').not.toBeInTheDocument();
});

test('secrets that cannot be moved each say why', async () => {
  const plain = { id: 'x', file: 'a/.env', line: 3, key: 'TOKEN', title: 'Token', target: BROCA, why_not: 'No schema names it.', tracked: false };
  const { calls } = await openApp({ overrides: { secretsPlain: async () => [plain, { ...plain, id: 'y', target: 'other', why_not: null }] } }, at(BROCA));
  await seen('plain-secrets-move').click();
  await look(seen('error-box'), 'what and why').toHaveTextContent(/None of them can be moved\..*a\/\.env: TOKEN: No schema names it\./);
  expect(calls('secretsMovePlan').length, 'another tool’s secrets are not taken along').toBe(0);
});

test('the inspector of a secret shows where it is kept, never what it is', async () => {
  await openBroca();
  await userEvent.click(seen('secret-set-AGENT_API_KEY'));
  await press('{Escape}');
  await look(seen('inspector'), 'reference, age, who is given it').toHaveTextContent(/Reference.*secret:athena\/broca2\/AGENT_API_KEY.*by mara.*Broca of Athena/);
  await look(seen('chain'), 'the chain says only that it is set').toHaveTextContent(/Agent · Athenaset/);
});
