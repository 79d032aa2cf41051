import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { sampleState } from '../platform/sample/data';
import { eventually, look, openApp, press, seen } from '../test/kit';

test('a sample Sanctum is labelled and can be left', async () => {
  const { calls } = await openApp({ state: { install: { ...sampleState.install!, sample: true } } });
  await look(seen('sample-banner'), 'it says that nothing is the operator’s').toHaveTextContent(/Sample Sanctum: nothing here is yours/);
  await seen('sample-leave').click();
  await eventually(() => calls('installClose').length, 'leaving closes it').toBe(1);
});

test('a real Sanctum has no such banner', async () => {
  await openApp();
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  await look(seen('sample-banner'), 'no banner').not.toBeInTheDocument();
});

test('what a crash cut off is told once and leads to its change set', async () => {
  const note = { change_id: '0193a1c0-0000-7000-8000-000000000012', title: 'Add Timbre', outcome: 'rolled_back' as const, message: 'All files are as before.' };
  await openApp({ state: { recovered: [note] } });
  await look(seen('recovered-banner'), 'what was done about it').toHaveTextContent(/“Add Timbre” was cut off and has been taken back/);
  await page.getByRole('button', { name: 'Show it' }).click();
  await look(seen('activity-view'), 'it leads to Activity').toBeVisible();
});

test('a secret store that cannot be reached is said', async () => {
  const status = { word: 'Degraded' as const, reason: 'it did not answer within 2 s', evidence: [], measured_at: null };
  await openApp({ state: { secret_store: { kind: 'os', name: 'Keychain', status } } });
  await look(seen('secrets-banner'), 'what is wrong and what is not affected').toHaveTextContent(/Keychain can’t be reached.*nothing else is affected/);
});

test('the sidebar counts what needs the operator and leads there', async () => {
  await openApp({}, '#/agents');
  await look(seen('side-foot'), 'tools and changes are counted').toHaveTextContent(/7 things need you/);
  await seen('sidebar-activity').click();
  await look(seen('activity-view'), 'Activity opens').toBeVisible();
  await press('{Meta>}[[{/Meta}');
  await look(seen('agents-view'), 'back').toBeVisible();
  await press('{Meta>}]{/Meta}');
  await look(seen('activity-view'), 'forward').toBeVisible();
});

test('only views that exist are offered', async () => {
  await openApp();
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  expect([...document.querySelectorAll('nav .side-row')].map((row) => row.textContent), 'agents, Tools, Plugins, Modules, Settings, Activity').toEqual(['AAthena', 'MMonday', 'TTimbre', 'Tools', 'Plugins', 'Modules', 'Settings', 'Activity']);
});

test('an unknown command is refused by its name', async () => {
  const { platform } = await openApp();
  await expect((platform as unknown as Record<string, () => Promise<void>>).nonsense!(), 'the in-memory platform is loud').rejects.toMatchObject({ code: 'internal', details: ['the in-memory platform has no command "nonsense"'] });
});

test('a link from outside opens the setting, once, and one that leads nowhere says so', async () => {
  const { platform, calls } = await openApp({}, '#/activity');
  await look(seen('activity-view'), 'the view is there').toBeVisible();
  platform.memory.world.link = 'sanctum://v1/settings/athena/broca2/LOG_LEVEL';
  platform.memory.emitChanged({ topics: ['link'], source: 'outside' });
  await look(seen('tool-detail'), 'the tool opens').toBeVisible();
  await eventually(() => calls('settingsFind').length, 'the link was looked up').toBe(1);
  platform.memory.world.link = 'sanctum://v1/settings/nobody/nothing/AT_ALL';
  platform.memory.emitChanged({ topics: ['link'], source: 'outside' });
  await look(page.getByText(/leads to no setting/).first(), 'a link that leads nowhere is said').toBeInTheDocument();
});

test('what an agent’s modules share is one click from the agent', async () => {
  await openApp({}, '#/agents/athena');
  await seen('agent-settings').click();
  await eventually(() => decodeURIComponent(location.hash), 'its settings open').toBe('#/tool/a:athena');
});
