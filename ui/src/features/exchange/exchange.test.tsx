import { expect, test } from 'vitest';
import { refuse } from '../../platform/memory';
import { plan } from '../../platform/sample/plans';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';
import { countWords } from './use-exchange';

test('counts read as people say them', () => {
  expect(countWords(1, 0), 'one').toBe('1 setting, no secret among them');
  expect(countWords(1_412, 1), 'one secret').toBe('1,412 settings, 1 secret as a reference');
  expect(countWords(2, 6), 'several').toBe('2 settings, 6 secrets as references');
});

test('export asks where, writes there and says how much; leaving the dialog writes nothing', async () => {
  const { calls } = await openApp({}, '#/settings/exchange');
  await look(seen('exchange-section'), 'the section').toBeVisible();
  await expectClean('import and export');
  await seen('export-file').click();
  await look(seen('toast'), 'counts and place').toHaveTextContent(/Exported \d+ settings, \d+ secrets as references\. Written to \/Users\/mara\/sanctum-settings\.toml/);
  expect(calls('settingsExportTo'), 'to the place that was chosen').toEqual([['/Users/mara/sanctum-settings.toml']]);
});

test('a dialog that was left writes nothing, and one that fails is said', async () => {
  const { calls } = await openApp({ overrides: { pickSave: async () => null, settingsImportFilePlan: async () => refuse('import_invalid', 'Line 3 is no setting.', 'Nothing was changed.') } }, '#/settings/exchange');
  await seen('export-file').click();
  await eventually(() => calls('pickSave').length, 'asked').toBe(1);
  expect(calls('settingsExportTo').length, 'nothing is written').toBe(0);
  await seen('import-file').click();
  await look(seen('error-box'), 'why it cannot be imported').toHaveTextContent('Line 3 is no setting.');
});

test('as text on the clipboard, without a secret’s value', async () => {
  const { platform } = await openApp({}, '#/settings/exchange');
  await seen('export-copy').click();
  await eventually(() => platform.memory.world.copied.length, 'copied').toBe(1);
  expect(platform.memory.world.copied[0], 'a reference').toMatch(/AGENT_API_KEY = \{ secret = "athena\/broca2\/AGENT_API_KEY" \}/);
});

test('import from a file and from a text are plans; a text that is none is refused with its line', async () => {
  const { calls } = await openApp({}, '#/settings/exchange');
  await seen('import-file').click();
  await look(seen('plan-sheet'), 'the plan of the file').toHaveTextContent('Import 2 settings');
  expect(calls('settingsImportFilePlan'), 'the file that was chosen').toEqual([['/Users/mara/file']]);
  await press('{Escape}');
  await look(seen('import-review'), 'no text, no plan').toHaveAttribute('aria-disabled', 'true');
  await seen('import-text').fill('hello');
  await seen('import-review').click();
  await look(seen('error-box'), 'refused').toHaveTextContent('Line 1 is no settings file of this app.');
  await press('{Escape}');
  await seen('import-text').fill('version = 1\n[athena/broca2]\nLOG_LEVEL = "INFO"');
  await seen('import-review').click();
  await look(seen('plan-sheet'), 'the plan of the text').toHaveTextContent(/LOG_LEVEL='INFO'/);
  await press('{Enter}');
  await look(seen('import-text'), 'applied, the text is gone').toHaveValue('');
});

test('the menu imports and exports too', async () => {
  const { platform, calls } = await openApp();
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  platform.memory.emitMenu({ id: 'settings.export' });
  await eventually(() => calls('settingsExportTo').length, 'exported').toBe(1);
  platform.memory.emitMenu({ id: 'settings.import' });
  await look(seen('plan-sheet'), 'imported through a plan').toBeVisible();
});

test('imported values in the wrong place are offered for a move only where there are some', async () => {
  await openApp({}, '#/settings/exchange');
  await look(seen('exchange-section'), 'the section').toBeVisible();
  await look(seen('homes'), 'none').not.toBeInTheDocument();
});

test('they move through a plan, and the look at it leaves none behind', async () => {
  const { calls } = await openApp({ overrides: { settingsHomesPlan: async () => plan('Move 4 imported values', 'From configurations to their homes.', [], 'Move 4 values') } }, '#/settings/exchange');
  await look(seen('homes'), 'what there is').toHaveTextContent('Move 4 imported values');
  expect(calls('planDiscard').length, 'the plan that was only looked at is given back').toBe(1);
  await seen('homes-move').click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent('Move 4 imported values');
});
