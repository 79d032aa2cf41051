import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

const at = '#/plugins?part=graph';
const nodes = () => document.querySelectorAll('[data-testid="graph-node"]');

test('the drawing marks what is wrong by shape and word, and explains what is chosen', async () => {
  await openApp({ plugins: { cycle: true, missing: true } }, at);
  await look(seen('graph-troubles'), 'in words').toHaveTextContent(/1 circle, 1 missing.*In a circle: gh → git → gh\..*gmail needs beautifulsoup4/);
  await look(page.getByRole('button', { name: /^plugin gh, in a circle, adds tools to SMCP, needs requests/ }), 'a node in words').toBeVisible();
  expect(document.querySelectorAll('.gnode[data-odd] path.gmark').length, 'trouble has its shape').toBe(3);
  expect(document.querySelectorAll('.gnode[data-cycle] circle.gmark').length, 'a circle its own').toBe(2);
  await expectClean('the drawing');
  await page.getByRole('button', { name: /^plugin gmail/ }).click();
  await look(seen('graph-explain'), 'its ties').toHaveTextContent(/plugingmail.*in quarantine.*What it needs and gives.*adds tools toSMCP.*needsgoogle-auth.*beautifulsoup4.*readsGMAIL_APP_PASSWORD/);
  await eventually(() => location.hash, 'an address').toBe('#/plugins/smcp%3Agmail?part=graph');
  await expectClean('the drawing with its explanation');
  await seen('graph-open').click();
  await look(seen('plugin-page'), 'its page').toHaveTextContent('gmail');
});

test('the drawing by keyboard: one stop, arrows, Enter', async () => {
  await openApp({}, at);
  await look(seen('graph-node').first(), 'drawn').toBeVisible();
  expect([...nodes()].filter((node) => node.getAttribute('tabindex') === '0').length, 'one stop').toBe(1);
  document.querySelector<SVGGElement>('.gnode[tabindex="0"]')?.focus();
  await press('{ArrowRight}{ArrowRight}{ArrowDown}');
  await eventually(() => document.activeElement?.getAttribute('data-kind'), 'at a plugin').toBe('plugin');
  await press('{Enter}');
  await look(seen('graph-explain'), 'explained').toBeVisible();
});

test('the list says the same and is searched; ties lead on', async () => {
  await openApp({ plugins: { cycle: true } }, at);
  await page.getByRole('radio', { name: 'List' }).click();
  await look(page.getByRole('gridcell', { name: 'beautifulsoup4, not installed, ties: 1 to it' }), 'a row in words').toBeVisible();
  await look(page.getByRole('gridcell', { name: /^gh, in a circle, ties: 3 from it, 1 to it$/ }), 'circles too').toBeVisible();
  await expectClean('the list');
  await page.getByRole('gridcell', { name: /^gmail,/ }).click();
  await page.getByRole('button', { name: /^google-auth/ }).click();
  await look(seen('graph-explain'), 'what leans on it').toHaveTextContent(/packagegoogle-auth.*needs itgmail/);
  await page.getByLabelText('Search the graph').fill('gmail_app');
  await eventually(() => document.querySelectorAll('[data-testid="graph-row"]').length, 'found').toBe(1);
  await page.getByRole('radio', { name: 'Drawing' }).click();
});

test('of a thousand a part is drawn, what is left out is said, a tool narrows it, the list has all', async () => {
  const { calls } = await openApp({ plugins: { rows: 1_000 } }, at);
  await look(seen('graph-left'), 'said').toHaveTextContent(/^940 are left out of the drawing/);
  expect(nodes().length, 'few nodes').toBeLessThan(100);
  await seen('graph-tool').click();
  await page.getByRole('menuitem', { name: 'Broca of Athena' }).click();
  await look(seen('graph-left'), 'now all fit').not.toBeInTheDocument();
  expect(calls('pluginsGraph').at(-1), 'asked for one tool').toEqual(['athena/broca2']);
  await seen('graph-tool').click();
  await page.getByRole('menuitem', { name: 'All tools' }).click();
  await page.getByRole('radio', { name: 'List' }).click();
  await look(seen('graph-sum'), 'all').toHaveTextContent('1,015 things');
  expect(document.querySelectorAll('*').length, 'a small page').toBeLessThan(1_500);
  await page.getByRole('radio', { name: 'Drawing' }).click();
});
