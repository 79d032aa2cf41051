import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

const ROOT = '/Users/mara/sanctum';
const damaged = { code: 'registry_damaged', level: 'error' as const, message: 'The registry is damaged.', hint: 'Salvage what can be read.', path: ROOT };
const newer = { ...damaged, code: 'registry_newer', message: 'The registry was written by a newer version.', hint: 'Update the app.' };
const busy = { ...damaged, code: 'root_busy', message: 'Another window holds this Sanctum.', hint: 'Close the other one.' };
const inTrouble = (trouble: typeof damaged) => ({ phase: 'trouble' as const, state: { trouble, install: null } });

test('a damaged registry is salvaged after a question, and what came of it stays until it was read', async () => {
  const { platform, calls } = await openApp(inTrouble(damaged));
  await look(seen('trouble-copy'), 'a copy is offered besides').toBeVisible();
  await expectClean('a damaged registry');
  await seen('trouble-salvage').click();
  await look(seen('repair-dialog'), 'it says what happens to the rows and to the damaged file').toHaveTextContent(/Every row that can be read goes into a new registry.*The damaged file is kept beside it/);
  await expectClean('the question before the salvage');
  await press('{Enter}');
  expect(calls('registrySalvage').length, 'Enter lands on Cancel: nothing was done').toBe(0);
  await seen('trouble-salvage').click();
  await seen('repair-confirm').click();
  await look(seen('salvaged'), 'rows, where the damaged file is, and what is missing').toHaveTextContent(/1,204 rows.*registry\.db\.damaged-20261120-133010.*One thing could not be read.*Table audit: 3 rows/);
  platform.memory.emitChanged({ topics: ['install'], source: 'app' });
  await expectClean('the result of the salvage');
  await look(seen('salvaged'), 'an event does not take the result away').toBeVisible();
  await press('{Enter}');
  await look(seen('signin-user'), 'Go on leads to the sign-in').toBeVisible();
});

test('a salvage that fails says why and leaves the ways out', async () => {
  await openApp({ ...inTrouble(damaged), overrides: { registrySalvage: () => refuse('registry_failed', 'The disk is full.', 'Make room, then try again.') } });
  await seen('trouble-salvage').click();
  await seen('repair-confirm').click();
  await look(seen('repair-dialog'), 'the reason stands in the dialog').toHaveTextContent(/The disk is full.*Make room/);
  await press('{Escape}');
  await look(seen('trouble-salvage'), 'it can be tried again').toBeVisible();
});

test('a copy is put back after a question; a newer registry is not salvaged', async () => {
  const { calls } = await openApp(inTrouble(newer));
  await look(seen('trouble-copy'), 'the copy has its date').toHaveTextContent(/19 Nov 2026/);
  await look(seen('trouble-salvage'), 'nothing is damaged, so nothing is salvaged').not.toBeInTheDocument();
  await seen('trouble-copy').getByRole('button').click();
  await look(seen('repair-dialog'), 'what is there now is kept').toHaveTextContent(/The one that is there now is kept beside it/);
  await expectClean('the question before a copy is put back');
  await seen('repair-confirm').click();
  await eventually(() => calls('registryRestore'), 'this copy was put back').toEqual([[`${ROOT}/control/registry.db.bak-20261119-081500`]]);
  await look(seen('signin-user'), 'the sign-in follows').toBeVisible();
  await look(seen('toast'), 'what was done is said').toHaveTextContent(/is the registry now.*kept beside it/);
});

test('without a copy there is no list', async () => {
  const { calls } = await openApp({ ...inTrouble(newer), overrides: { registryCopies: async () => [] } });
  await eventually(() => calls('registryCopies').length, 'copies were looked for').toBe(1);
  await look(seen('trouble-copies'), 'an empty list is not shown').not.toBeInTheDocument();
});

test('copies that cannot be looked for are said and asked for again', async () => {
  const { calls } = await openApp({ ...inTrouble(damaged), overrides: { registryCopies: () => refuse('io', 'The folder cannot be read.', '') } });
  await look(seen('trouble-copies-failed'), 'why there is no list').toHaveTextContent(/could not be looked for. The folder cannot be read/);
  await seen('trouble-copies-failed').getByRole('button').click();
  await eventually(() => calls('registryCopies').length, 'it looks again').toBe(2);
  await look(seen('trouble-salvage'), 'the salvage is not affected').toBeVisible();
});

test('another trouble asks for no copies; Try again opens the same folder', async () => {
  const { calls } = await openApp(inTrouble(busy));
  await look(seen('trouble'), 'the trouble is named').toHaveTextContent(/Another window holds this Sanctum/);
  expect(calls('registryCopies').length, 'a copy would not help').toBe(0);
  await page.getByRole('button', { name: 'Try again' }).click();
  await eventually(() => calls('installOpen'), 'the folder of the trouble').toEqual([[ROOT]]);
});
