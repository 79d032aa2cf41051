import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { sampleTools } from '../../platform/sample/data';
import { closeApp, eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

const BROCA = `#/tool/${encodeURIComponent('agent:athena/broca2')}`;

test('settings show value, level and source, and nothing can be edited', async () => {
  await openApp({}, BROCA);
  await look(page.getByRole('option', { name: /Turn time limit/ }), 'the setting is listed').toHaveTextContent(/900seconds.*agents\/agent-athena\/broca2\/config\/\.env:12.*Instance/);
  await look(page.getByText(/Read-only in this version/), 'it says that nothing is edited here').toBeVisible();
  expect(document.querySelectorAll('main input').length, 'the filter is the only field').toBe(1);
  expect(document.body.textContent, 'other lines of the file are named').toContain('3 other lines');
  await expectClean('a tool’s details');
});

test('the inspector follows the arrow keys and shows where a value comes from', async () => {
  await openApp({}, BROCA);
  await page.getByRole('option', { name: /Turn time limit/ }).click();
  const chain = seen('inspector').getByRole('list');
  await look(chain, 'default, agent and instance are set').toHaveTextContent(/Default600.*Systemnot set.*Agent780.*Toolnot set.*Instance900/);
  expect(document.querySelector('.chain [data-wins]')?.textContent, 'the instance wins').toContain('900');
  expect(document.querySelectorAll('.chain [data-over]').length, 'the two beaten values are marked').toBe(2);
  await press('{ArrowDown}');
  await look(seen('inspector'), 'down chooses the next setting').toHaveTextContent(/Poll interval/);
});

test('a secret never shows a value', async () => {
  await openApp({}, BROCA);
  await page.getByRole('option', { name: /Letta API key/ }).click();
  await look(seen('inspector'), 'only where it lives is said').toHaveTextContent(/In Keychain/);
  await look(seen('inspector').getByRole('list'), 'the chain says only that it is set').toHaveTextContent(/Agentset/);
});

test('filter, modified and measure again', async () => {
  const { calls } = await openApp({}, BROCA);
  await look(page.getByRole('option', { name: /Log level/ }), 'all settings are there').toBeVisible();
  await press('{Meta>}f{/Meta}');
  await press('log');
  await look(page.getByText('1 of 9'), 'the filter counts').toBeVisible();
  await press('{Escape}');
  await page.getByRole('radio', { name: /Modified/ }).click();
  await look(page.getByRole('option', { name: /Database file/ }), 'defaults are left out').not.toBeInTheDocument();
  await seen('tool-probe').click();
  await eventually(() => calls('toolProbe').length, 'the status is measured').toBe(1);
});

test('a broken manifest says what and what to do, a card that is gone leads back', async () => {
  await openApp({}, `#/tool/${encodeURIComponent('global/weather-notes')}`);
  await look(page.getByRole('alert'), 'what is wrong').toHaveTextContent(/line 7: a comma is missing/);
  await look(seen('inspector'), 'what to do').toHaveTextContent(/Add the comma/);
  await closeApp();
  await openApp({}, '#/tool/nothing');
  await look(seen('error-box'), 'a card that is gone says so').toHaveTextContent(/This card is gone/);
});

test('a broken manifest without a finding still says in the page where and what', async () => {
  const broken = { file: 'tools/x/manifest.json', line: 4, column: 3, message: 'a comma is missing before `version`', hint: 'Put a comma at the end of the line before.' };
  const card = { ...sampleTools([], null)[0]!, id: 'x', broken };
  await openApp({ overrides: { toolGet: async () => ({ card, facts: [], settings: [], foreign_keys: 0, findings: [] }) } }, '#/tool/x');
  await look(seen('tool-broken'), 'line, what, what to do, and that nothing is touched').toHaveTextContent('Line 4, column 3: a comma is missing before versionPut a comma at the end of the line before. tools/x/manifest.json is left as it is.');
});
