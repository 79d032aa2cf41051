import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { sampleChanges } from '../../platform/sample/data';
import { closeApp, eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

const CONFLICT = '#/activity/0193a1c0-0000-7000-8000-000000000008';

test('change sets stand by day with who, when and state; the inspector has the steps', async () => {
  await openApp({}, '#/activity');
  await look(page.getByRole('heading', { name: 'Earlier' }), 'days are headings').toBeVisible();
  await look(page.getByRole('gridcell', { name: 'Add Timbre, Applied, read back', exact: true }), 'a row says its state').toHaveTextContent(/14 steps, 9 files.*mara/);
  await look(seen('inspector'), 'the first is opened with who, when, how long').toHaveTextContent(/By mara from the app.*in 84 ms/);
  await look(seen('inspector'), 'and its lines').toHaveTextContent(/PORT='9004'/);
  await expectClean('activity');
});

test('undo is a plan; applying it marks the change undone and offers redo', async () => {
  const { calls } = await openApp({}, '#/activity');
  await page.getByRole('button', { name: 'Undo Add Timbre', exact: true }).click();
  await look(seen('plan-sheet'), 'undo shows its plan').toHaveTextContent(/Undo: Add Timbre/);
  expect(calls('planApply').length, 'nothing was taken back yet').toBe(0);
  await seen('plan-apply').click();
  await look(page.getByRole('gridcell', { name: 'Add Timbre, Undone' }), 'the change is marked').toBeVisible();
  await look(page.getByRole('gridcell', { name: 'Add Timbre, Undone' }).getByTestId('change-redo'), 'and can be redone').toBeVisible();
  await press('{Meta>}{Shift>}z{/Shift}{/Meta}');
  await look(seen('plan-sheet'), '⇧⌘Z takes the undo back').toHaveTextContent(/Redo:/);
});

test('⇧⌘Z redoes what was undone last, as long as nothing was changed since', async () => {
  const { calls } = await openApp({}, '#/activity');
  await look(page.getByRole('heading', { name: 'Earlier' }), 'the view is there').toBeVisible();
  await press('{Meta>}{Shift>}z{/Shift}{/Meta}');
  await look(seen('toast'), 'nothing was undone yet').toHaveTextContent(/Nothing to redo/);
  await press('{Meta>}z{/Meta}');
  await look(seen('plan-sheet'), 'undo').toHaveTextContent(/Undo: Add Timbre/);
  await press('{Enter}');
  await look(page.getByRole('gridcell', { name: 'Add Timbre, Undone' }), 'undone').toBeVisible();
  await press('{Meta>}{Shift>}z{/Shift}{/Meta}');
  await look(seen('plan-sheet'), 'redo').toHaveTextContent(/Redo:/);
  expect(calls('changesLastRedoable').length, 'the registry was asked each time').toBe(2);
});

test('⌘Z undoes the last change set, but in a text field it belongs to the text', async () => {
  const { calls } = await openApp({}, '#/activity');
  await look(page.getByRole('heading', { name: 'Earlier' }), 'the view is there').toBeVisible();
  await press('{Meta>}f{/Meta}');
  await press('abc');
  await press('{Meta>}z{/Meta}');
  expect(calls('changesLastUndoable').length, 'in the search field nothing is undone').toBe(0);
  await press('{Escape}{Escape}');
  await press('{Meta>}z{/Meta}');
  await look(seen('plan-sheet'), 'elsewhere the plan comes').toHaveTextContent(/Undo: Add Timbre/);
});

test('a conflict says what changed and that nothing is taken back', async () => {
  await openApp({}, CONFLICT);
  await look(seen('change-conflicts'), 'the target and what happened to it').toHaveTextContent(/agent-monday\/broca2\/config\/\.env.*changed outside after we wrote it/);
  await look(seen('inspector-undo'), 'there is no undo that would overwrite').not.toBeInTheDocument();
});

test('an undo that is refused shows the conflict and writes nothing', async () => {
  const row = { ...sampleChanges(1)[0]!, undoable: true };
  const { refuse } = await import('../../platform/memory');
  const { calls } = await openApp({ changes: [row], overrides: { changeUndoPlan: async () => refuse('undo_conflict', 'Undo would overwrite a newer edit.', 'Nothing was taken back. The details say what changed.', ['config/.env: changed outside']) } }, '#/activity');
  await seen('undo-last').click();
  await look(seen('error-box'), 'the conflict is shown').toHaveTextContent(/overwrite a newer edit/);
  expect(calls('planApply').length, 'nothing is applied').toBe(0);
});

test('segments and search filter, an empty result says how to go on', async () => {
  const { calls } = await openApp({}, '#/activity');
  await page.getByRole('radio', { name: 'From the terminal' }).click();
  await eventually(() => calls('changesList').some(([, filter]) => filter === 'cli'), 'the terminal’s changes are asked for').toBe(true);
  await press('{Meta>}f{/Meta}');
  await press('zzz');
  await look(page.getByRole('heading', { name: 'No change set fits' }), 'nothing fits').toBeVisible();
  await closeApp();
  await openApp({ changes: 0 }, '#/activity');
  await look(page.getByRole('heading', { name: 'Nothing has been changed yet' }), 'an empty journal teaches').toBeVisible();
  await press('{Meta>}z{/Meta}');
  await look(seen('toast'), '⌘Z with nothing to undo says so').toHaveTextContent(/Nothing to undo/);
});

test('ten thousand change sets stay light', async () => {
  await openApp({ changes: 10_000 }, '#/activity');
  await look(page.getByText('10,000 change sets'), 'all are counted').toBeVisible();
  expect(document.querySelectorAll('*').length, 'nodes').toBeLessThan(1_500);
});
