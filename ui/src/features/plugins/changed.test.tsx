/** Files that are not what was installed, and what an update would change. */
import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { PluginDetail, PluginFile } from '../../bindings';
import { pluginDetail, samplePlugins } from '../../platform/sample/plugin-rows';
import { expectClean, look, openApp, press, seen } from '../../test/kit';

const file = (path: string, state: string): PluginFile => ({ path, size: 1_024, state });

function changed(): PluginDetail {
  const row = samplePlugins(null).find((one) => one.id === 'smcp:gh')!;
  const detail = pluginDetail({ ...row, needs_you: true, status: { ...row.status, word: 'Error', reason: 'its files are not what was installed' } }, undefined, new Set());
  return { ...detail, files: [file('cli.py', 'changed'), file('new.py', 'added'), file('old.py', 'gone'), file('LICENSE', 'same')], findings: [{ code: 'plugin_changed', level: 'error', message: 'Its files are not what was installed: somebody changed them where they lie.', hint: '', path: null }] };
}

test('one whose files were changed names them, says that it still runs, and can be trusted or switched off', async () => {
  const { calls } = await openApp({ overrides: { pluginGet: async () => changed() } }, '#/plugins/smcp%3Agh');
  await look(seen('plugin-changed'), 'what it is and what to do').toHaveTextContent(/Its files are not what was installed\..*3 files differ, listed below\. SMCP loads it as it is now\. If that was you, trust them\./);
  await look(page.getByRole('region', { name: 'Files' }), 'each with what became of it').toHaveTextContent(/1 as installed, 1 changed, 1 added, 1 gone.*cli\.py.*changed.*new\.py.*added.*old\.py.*gone.*1 other file/);
  await expectClean('a changed plugin');
  await seen('plugin-release').click();
  await look(seen('plan-sheet'), 'a plan to read').toHaveTextContent('Trust the files of gh');
  expect(calls('pluginReleasePlan'), 'asked').toEqual([['smcp:gh']]);
});

test('an update is held against what is installed before anybody trusts it', async () => {
  const { platform } = await openApp({}, '#/plugins');
  await look(seen('plugin-row').first(), 'the list').toBeVisible();
  platform.memory.drop(['/Users/mara/git']);
  await look(seen('plugin-drift'), 'what it reaches for and needs').toHaveTextContent(/What the update changes.*\+Networkapi\.open-meteo\.com:443new.*~Packagemcp<2 → any|\+Packagehttpx >=0\.28new/);
  await look(seen('plugin-sheet').getByRole('region', { name: 'Files' }), 'the files that differ come first').toHaveTextContent(/1 as installed, 1 changed, 1 added, 1 gone.*cli\.py.*changed.*forecast\.py.*new.*old\.py.*gone.*1 other file.*as installed/);
  await expectClean('an update');
  await press('{Escape}');
});

test('a file that differs opens into its lines, and only then; hostile text stays text', async () => {
  const { platform, calls } = await openApp({}, '#/plugins');
  await look(seen('plugin-row').first(), 'the list').toBeVisible();
  platform.memory.drop(['/Users/mara/git']);
  await look(seen('plugin-drift'), 'read').toBeVisible();
  expect(calls('pluginLines').length, 'no line is read before somebody asks').toBe(0);
  await seen('plugin-sheet').getByTestId('plugin-file').first().getByText('cli.py').click();
  await look(seen('file-lines'), 'what goes and what comes').toHaveTextContent(/removed: PLACE = "here".*added: PLACE = "⟨U\+202E⟩<b>there<\/b>".*7 more lines are not shown/);
  expect(calls('pluginLines'), 'against the installed one').toEqual([[{ kind: 'update', inspection: 'inspection-1', dir: '.', id: 'smcp:git' }, 'cli.py']]);
  await expectClean('lines of an update');
});

test('an earlier version is compared with what is installed before it is put back', async () => {
  const { calls } = await openApp({}, '#/plugins/smcp%3Agit?versions');
  await seen('plugin-compare').first().click();
  await look(seen('compare-sheet'), 'which files').toHaveTextContent(/git: from 1\.0\.0 to .*1 as installed, 2 changed.*cli\.py.*logo\.png/);
  await seen('plugin-file').nth(1).getByText('logo.png').click();
  await look(seen('file-note'), 'what has no lines is named').toHaveTextContent('Not text, so there are no lines to compare');
  await expectClean('a comparison');
  await page.getByRole('button', { name: 'Put back…' }).last().click();
  await look(seen('plan-sheet'), 'the plan').toBeVisible();
  expect(calls('pluginRollbackPlan').length, 'asked once').toBe(1);
});

test('where nothing of what was installed is kept, that is said and no lines are made up', async () => {
  await openApp({ overrides: { pluginGet: async () => changed() } }, '#/plugins/smcp%3Agh');
  await seen('plugin-file').first().getByText('cli.py').click();
  await look(seen('error-box'), 'why').toHaveTextContent('only which files differ is known, not their lines');
});
