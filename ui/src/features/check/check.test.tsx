import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { Finding } from '../../bindings';
import { refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';

const finding = (level: Finding['level'], n = 0): Finding => ({ code: `sample_${level}`, level, message: `${level} ${n} happened.`, hint: 'Do this.', path: level === 'error' ? 'tools/weather/manifest.json' : null });

async function check() {
  await look(seen('shell'), 'the window is open').toBeVisible();
  await press('{Meta>}k{/Meta}');
  await type('check this');
  await press('{Enter}');
  await look(seen('check-sheet'), 'the palette opens the check').toBeVisible();
}

test('nothing wrong is said plainly, with the time it took, and can be looked at again', async () => {
  const { calls } = await openApp();
  await check();
  await look(seen('check-fine'), 'the result').toHaveTextContent('Nothing is wrong.');
  await look(seen('check-took'), 'what was looked at and for how long').toHaveTextContent(/Layout, modes, ports.*\d+ ms/);
  await expectClean('the check');
  await seen('check-again').click();
  await eventually(() => calls('doctor').length, 'it looks again').toBe(2);
  await press('{Escape}');
  await look(seen('check-sheet'), 'Esc closes it').not.toBeInTheDocument();
});

test('findings stand by level with a path to copy; the worst first', async () => {
  const { platform } = await openApp({ overrides: { doctor: async () => [finding('info'), finding('warn'), finding('error')] } });
  await check();
  await look(seen('check-sheet').getByRole('region', { name: 'Wrong' }), 'message, hint and path').toHaveTextContent(/error 0 happened.*Do this.*tools\/weather\/manifest\.json/);
  expect([...document.querySelectorAll('[data-testid="check-finding"]')].map((line) => line.getAttribute('data-code')), 'the order').toEqual(['sample_error', 'sample_warn', 'sample_info']);
  await look(seen('check-fine'), 'something is wrong').not.toBeInTheDocument();
  await expectClean('findings');
  await page.getByRole('button', { name: 'Copy the path' }).click();
  await eventually(() => platform.memory.world.copied, 'the path is on the clipboard').toEqual(['tools/weather/manifest.json']);
});

test('what is only worth knowing is nothing wrong', async () => {
  await openApp({ overrides: { doctor: async () => [finding('info')] } });
  await check();
  await look(seen('check-fine'), 'nothing is wrong').toBeVisible();
  await look(seen('check-sheet').getByRole('region', { name: 'Worth knowing' }), 'and this is known').toBeVisible();
});

test('the wait names what is looked at; a refusal says why', async () => {
  let answer: (() => void) | undefined;
  await openApp({ overrides: { doctor: () => new Promise((_, fail) => { answer = () => { try { refuse('not_allowed', 'Only an administrator may look.', 'Sign in as one.'); } catch (thrown) { fail(thrown); } }; }) } });
  await check();
  await look(page.getByText('Looking at the layout, file modes, ports, the registry, manifests and settings files'), 'the wait has words').toBeVisible();
  answer?.();
  await look(seen('error-box'), 'the refusal').toHaveTextContent(/Only an administrator may look/);
});

test('very many findings stay light and are counted', async () => {
  await openApp({ overrides: { doctor: async () => Array.from({ length: 10_000 }, (_, n) => finding('error', n)) } });
  await check();
  await look(page.getByText(/And 9,900 more/), 'the rest is counted').toBeInTheDocument();
});
