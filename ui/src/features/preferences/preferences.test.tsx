import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-react';
import { App } from '../../app/App';
import { type Timer } from '../../app/idle';
import { createQueryClient } from '../../app/queries';
import { startRouter } from '../../app/router';
import { TimerContext } from '../../app/use-preferences';
import type { Platform } from '../../platform/platform';
import { createMemoryPlatform, refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

const theme = () => document.documentElement.dataset.theme;
const kept = () => localStorage.getItem('sanctum.appearance');

test('sections stand at the left and lead to their forms', async () => {
  await openApp({}, '#/settings/preferences');
  await look(seen('tool-settings'), 'the form of the preferences').toHaveTextContent(/Appearance.*Lock after.*Stay signed in.*Start at login/);
  await look(seen('preferences-section'), 'what the system says is measured').toHaveTextContent('Start at login, as measuredOffthere is no login item');
  await expectClean('the preferences');
  await seen('settings-section-system').click();
  await look(seen('system-section'), 'paths and environment').toHaveTextContent('Sanctum folder');
  await page.getByRole('tab', { name: 'Ports' }).click();
  await look(seen('system-section'), 'ports').toHaveTextContent('Base ports');
  await expectClean('the system settings');
  await seen('settings-section-secrets').click();
  await look(seen('secrets-section'), 'secrets').toHaveTextContent('All secret settings');
  await expectClean('the secrets');
});

test('the sidebar leads to the settings', async () => {
  await openApp();
  await seen('sidebar-settings').click();
  await look(seen('settings-view'), 'the view').toBeVisible();
  await look(seen('sidebar-settings'), 'and it is marked').toHaveAttribute('aria-current', 'page');
});

test('the menu’s appearance is a preference: painted at once, recorded as a change, taken back with undo', async () => {
  const { platform, calls } = await openApp();
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  await eventually(() => calls('preferences').length, 'what is preferred was asked').toBe(1);
  platform.memory.emitMenu({ id: 'appearance.dark' });
  await eventually(theme, 'painted').toBe('dark');
  await look(seen('toast'), 'and recorded').toHaveTextContent('Appearance dark: applied, read back.');
  expect(calls('settingsPlan'), 'as the person’s own setting').toEqual([['b:preferences', [{ id: 'appearance', level: 'user', op: 'set', value: 'dark', by_environment: false }]]]);
  expect(kept(), 'and kept for the first paint').toBe('dark');
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await look(seen('plan-sheet'), 'undo is a plan').toBeVisible();
  await press('{Enter}');
  await eventually(theme, 'light again').toBe('light');
});

test('an appearance that cannot be recorded is painted back and says why', async () => {
  const { platform } = await openApp({ overrides: { settingsPlan: async () => refuse('registry_busy', 'The registry is busy.', 'Try again.') } });
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
  platform.memory.emitMenu({ id: 'appearance.dark' });
  await look(seen('toast'), 'why').toHaveTextContent('The registry is busy.');
  expect(theme(), 'painted back').toBe('light');
});

test('before sign-in the appearance is the window’s own', async () => {
  const { platform, calls } = await openApp({ phase: 'sign_in' });
  await look(seen('signin-user'), 'the sign-in').toBeVisible();
  platform.memory.emitMenu({ id: 'appearance.dark' });
  await eventually(theme, 'painted').toBe('dark');
  expect(calls('settingsPlan').length, 'nobody’s setting').toBe(0);
  platform.memory.emitMenu({ id: 'appearance.light' });
  await eventually(theme, 'and back').toBe('light');
});

test('an appearance that is chosen in the form is painted as soon as it is applied', async () => {
  await openApp({}, '#/settings/preferences');
  await page.getByRole('combobox', { name: 'Appearance' }).selectOptions('Dark');
  expect(theme(), 'a draft paints nothing').toBe('light');
  await press('{Meta>}{Enter}{/Meta}');
  await look(seen('plan-sheet'), 'the plan').toBeVisible();
  await press('{Enter}');
  await eventually(theme, 'applied').toBe('dark');
  expect(kept(), 'and kept for the first paint').toBe('dark');
  document.documentElement.dataset.theme = 'light';
});

test('a preference that was set elsewhere is painted', async () => {
  const preferences = { appearance: 'dark', lock_after_min: 0, stay_signed_in_days: 30, start_at_login: false, starts_at_login: { word: 'Off' as const, reason: 'there is no login item', evidence: [], measured_at: null } };
  const { platform } = await openApp({ overrides: { preferences: async () => ({ ...preferences }) } });
  await eventually(theme, 'as the person prefers').toBe('dark');
  preferences.appearance = 'light';
  platform.memory.emitChanged({ topics: ['settings'], source: 'cli' });
  await eventually(theme, 'changed in the terminal').toBe('light');
});

/** A clock that goes only when told to. */
function clock() {
  let now = 0;
  let waiting: { at: number; run: () => void } | null = null;
  const timer: Timer = { now: () => now, after: (ms, run) => { const mine = { at: now + ms, run }; waiting = mine; return () => { if (waiting === mine) waiting = null; }; } };
  const go = (ms: number) => { now += ms; const due = waiting; if (due && due.at <= now) { waiting = null; due.run(); } };
  return { timer, go, waits: () => waiting?.at ?? null };
}

async function openWith(timer: Timer, minutes: number, overrides: Partial<Platform> = {}) {
  localStorage.clear();
  history.replaceState(null, '', '#/tools/global');
  startRouter();
  const off = { word: 'Off' as const, reason: '', evidence: [], measured_at: null };
  const platform = createMemoryPlatform({ overrides: { preferences: async () => ({ appearance: 'auto', lock_after_min: minutes, stay_signed_in_days: 30, start_at_login: false, starts_at_login: off }), ...overrides } });
  await render(<TimerContext value={timer}><App platform={platform} client={createQueryClient()} /></TimerContext>);
  await look(seen('tools-grid'), 'the view is there').toBeVisible();
}

test('left alone for as long as preferred, the window locks; a key starts the wait again', async () => {
  const { timer, go, waits } = clock();
  await openWith(timer, 5);
  await eventually(waits, 'it waits').toBe(300_000);
  go(200_000);
  await press('{Shift}');
  go(200_000);
  await look(seen('tools-grid'), 'somebody was there').toBeVisible();
  go(200_000);
  await look(seen('unlock-password'), 'nobody was').toBeVisible();
});

test('a lock that fails is said, and tried again after the same time', async () => {
  const { timer, go, waits } = clock();
  let tries = 0;
  await openWith(timer, 5, { sessionLock: async () => { tries += 1; return refuse('registry_busy', 'The registry is busy.', 'Lock it by hand.'); } });
  await eventually(waits, 'it waits').toBe(300_000);
  go(300_000);
  await look(seen('toast'), 'why it is still open').toHaveTextContent('The registry is busy.');
  await eventually(waits, 'and waits again').toBe(600_000);
  go(300_000);
  await eventually(() => tries, 'the second try').toBe(2);
});

test('beside an inspector a narrow window leaves the sections their icons, with their names', async () => {
  await page.viewport(900, 600);
  await openApp({}, '#/settings/preferences');
  await look(seen('tool-settings'), 'the form').toHaveTextContent('Appearance');
  await look(page.getByRole('link', { name: /^Secrets/ }), 'a name for who cannot see the icon').toBeInTheDocument();
  await eventually(() => seen('settings-section-secrets').element().getBoundingClientRect().width, 'narrow').toBeLessThan(60);
  await expectClean('the preferences in a narrow window');
  await seen('settings-section-secrets').click();
  await eventually(() => seen('settings-section-secrets').element().getBoundingClientRect().width, 'without an inspector there is room').toBeGreaterThan(100);
  await page.viewport(1440, 900);
});

test('0 never locks', async () => {
  const { timer, go, waits } = clock();
  await openWith(timer, 0);
  go(86_400_000);
  await look(seen('tools-grid'), 'a day later').toBeVisible();
  expect(waits(), 'nothing waits').toBeNull();
});

test('secrets in plain text: all are selected, one can be left out, moving is a plan, afterwards they are gone', async () => {
  const { calls } = await openApp({}, '#/settings/secrets');
  await look(seen('plain-move'), 'how many and where to').toHaveTextContent('Move 2 to memory…');
  await page.getByTestId('plain-secret').first().getByRole('checkbox').click();
  await look(seen('plain-move'), 'one left out').toHaveTextContent('Move 1 to memory…');
  await seen('plain-all').click();
  await look(seen('plain-move'), 'all again').toHaveTextContent('Move 2 to memory…');
  await seen('plain-all').click();
  await look(seen('plain-move'), 'none').toHaveAttribute('aria-disabled', 'true');
  await seen('plain-all').click();
  await seen('plain-move').click();
  await look(seen('plan-sheet'), 'a plan').toBeVisible();
  expect(calls('secretsMovePlan')[0]?.[0], 'of both').toHaveLength(2);
  await seen('plan-apply').click();
  await look(seen('plain-none'), 'nothing is left in plain text').toBeVisible();
  await look(page.getByRole('grid', { name: 'Secret settings' }), 'all secret settings below').toHaveTextContent(/Letta API key/);
});

test('a secret that cannot be moved says why and is not counted; one in git is marked', async () => {
  const plain = { id: 'a', file: 'x/.env', line: 3, key: 'TOKEN', title: 'Token', target: null, why_not: 'The file is read-only.', tracked: true };
  await openApp({ overrides: { secretsPlain: async () => [plain] } }, '#/settings/secrets');
  await look(page.getByTestId('plain-secret'), 'why').toHaveTextContent(/The file is read-only\./);
  await look(page.getByTestId('plain-secret'), 'and git').toHaveTextContent(/tracked by git/);
  await look(seen('plain-move'), 'nothing to move').toHaveAttribute('aria-disabled', 'true');
});

test('while no setting is chosen the inspector says what it is for, so that its button does something', async () => {
  await openApp({}, '#/settings/system');
  await look(seen('inspector'), 'beside the settings').toHaveTextContent(/Choose a setting to see where its value comes from/);
  await page.getByRole('button', { name: 'Hide the inspector' }).click();
  await look(seen('inspector'), 'hidden').not.toBeInTheDocument();
});
