import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { sampleTools } from '../../platform/sample/data';
import { detailWith } from '../settings/test-kit';
import { closeApp, eventually, expectClean, look, openApp, seen } from '../../test/kit';

const BROCA = `#/tool/${encodeURIComponent('agent:athena/broca2')}`;

test('head, status, facts and the form stand together', async () => {
  const { calls } = await openApp({}, BROCA);
  await look(seen('setting-LONG_TASK_MAX_WAIT'), 'a setting with its level').toHaveTextContent(/Turn time limit.*seconds.*Instance/);
  await look(seen('setting-input-LONG_TASK_MAX_WAIT'), 'and its value').toHaveValue('900');
  expect(document.body.textContent, 'other lines of the file are named').toContain('3 other lines');
  await look(seen('inspector'), 'while nothing is chosen: how the status was measured, and the facts').toHaveTextContent(/Status.*What was looked at.*Folder.*agents\/agent-athena\/broca2/);
  await seen('tool-probe').click();
  await eventually(() => calls('toolProbe').length, 'the status is measured').toBe(1);
  await expectClean('a tool’s details');
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
  await openApp({ overrides: { toolGet: async () => ({ ...(await detailWith([])), card, facts: [], foreign_keys: 0, findings: [] }) } }, '#/tool/x');
  await look(seen('tool-broken'), 'line, what, what to do, and that nothing is touched').toHaveTextContent('Line 4, column 3: a comma is missing before versionPut a comma at the end of the line before. tools/x/manifest.json is left as it is.');
});
