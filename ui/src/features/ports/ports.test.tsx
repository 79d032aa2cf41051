import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { LedgerRow } from '../../bindings';
import { refuse } from '../../platform/memory';
import { status } from '../../platform/sample/data';
import { portRow, portSample, sampleLedger } from '../../platform/sample/ports';
import { eventually, expectClean, look, press, seen, type } from '../../test/kit';
import { stage } from '../logs/test-kit';
import { PortsView } from './PortsView';

const ports = () => page.getByTestId('port-row').elements().map((row) => row.firstElementChild?.textContent);
const line = (text: string) => page.getByTestId('port-row').filter({ hasText: text });

async function openPorts(rows?: LedgerRow[]) {
  if (!rows) return stage(<PortsView />);
  // The plans of the sample are those of the platform, which is made afterwards.
  let plans = new Map() as Parameters<typeof portSample>[0]['plans'];
  let changed = (_topics: string[]) => {};
  const sample = portSample({ get plans() { return plans; }, changed: (topics) => changed(topics) }, rows);
  const opened = await stage(<PortsView />, { overrides: sample.commands });
  ({ plans, changed } = opened.platform.memory.world);
  return { ...opened, sample };
}

test('conflicts stand first, each with what happened and what it means; the offer leads to a plan that settles it', async () => {
  const { calls } = await openPorts();
  await look(seen('port-banner'), 'what happened').toHaveTextContent(/node, process 5123, listens on port 9201, which is kept for Thalamus of Monday\..*cannot start there/);
  expect(ports()[0], 'first in the table').toBe('9201');
  await look(seen('ports-measured'), 'how old this is').toHaveTextContent('measured 12 s ago');
  await expectClean('the ledger');
  await seen('port-move').click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent(/Move Thalamus of Monday to 9253.*PORT='9253'/);
  await look(seen('plan-sheet'), 'and what restarts').toHaveTextContent('Restarts');
  expect(calls('portMovePlan')[0], 'as offered').toEqual(['monday/thalamus', 9253]);
  await press('{Enter}');
  await look(seen('port-banner'), 'settled').not.toBeInTheDocument();
  await look(line('Thalamus of Monday'), 'it has the new one').toHaveTextContent('9253');
});

test('a row says who listens, with process and address, and whether others reach it', async () => {
  await openPorts();
  await look(line('Web chat bridge'), 'open to all').toHaveTextContent(/8000Web chat bridgepython3 · 483910\.0\.0\.0open to othersHealthyanswered in 4 ms/);
  await look(line('Web chat bridge'), 'said to whoever does not see it').toHaveAccessibleName(/python3, process 48391 listens on 0\.0\.0\.0, reachable from other machines/);
  await look(line('Broca of Athena'), 'kept free').toHaveTextContent(/9100Broca of AthenanothingReady/);
  expect(document.querySelectorAll('.port-row .reserved').length, 'ports that are never opened are underlined').toBe(3);
});

test('another port is asked for by number; what cannot be is said under the field', async () => {
  const { calls } = await openPorts();
  await seen('port-other').click();
  const field = page.getByLabelText('Port', { exact: true });
  await look(field, 'the offer').toHaveValue('9253');
  await expectClean('the dialog');
  await field.fill('80');
  await press('{Enter}');
  await look(seen('port-dialog'), 'checked here').toHaveTextContent('Ports below 1024 belong to the system.');
  expect(calls('portMovePlan').length, 'not asked').toBe(0);
  await field.fill('9300');
  await press('{Enter}');
  await look(seen('port-dialog'), 'refused there, in its words').toHaveTextContent('9300 is kept for SMCP. Choose another number, or move that one first.');
  await field.fill('9400');
  await press('{Enter}');
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent('Move Thalamus of Monday to 9400');
  expect(calls('portMovePlan').length, 'asked once for each').toBe(2);
});

test('two that want one port are one banner, and more than three banners lead to the table', async () => {
  const wanted = (port: number, one: string, other: string) => [portRow(port, one, { conflict: other, offer: port + 53, status: status('Degraded', 'two want it', 1) }), portRow(port, other, { conflict: one, status: status('Degraded', 'two want it', 1) })];
  await openPorts([...wanted(9_000, 'SMCP', 'Router'), ...wanted(9_001, 'A', 'B'), ...wanted(9_002, 'C', 'D'), ...wanted(9_003, 'E', 'F'), portRow(8_000, 'Bridge')]);
  await eventually(() => page.getByTestId('port-banner').elements().length, 'three').toBe(3);
  await look(page.getByTestId('port-banner').first(), 'both names').toHaveTextContent('Port 9000 is wanted by SMCP and Router.');
  await look(page.getByTestId('port-move').first(), 'which of them is moved').toHaveTextContent('Move SMCP to 9053…');
  await seen('ports-more').click();
  await eventually(() => ports().length, 'only conflicts').toBe(8);
});

test('a search counts, segments filter, keys move and open', async () => {
  await openPorts();
  await look(seen('ports-list'), 'there').toBeVisible();
  await seen('ports-search').click();
  await type('timbre');
  await eventually(ports, 'two').toEqual(['9102', '9202']);
  await look(page.getByText('2', { exact: true }), 'counted').toBeVisible();
  await press('{Escape}');
  await page.getByRole('radio', { name: /Listening/ }).click();
  await eventually(() => ports().length, 'who listens').toBe(6);
  document.querySelector<HTMLElement>('[data-cell="0"]')!.focus();
  await press('{ArrowDown}{ArrowDown}{ArrowUp}');
  await eventually(() => (document.activeElement as HTMLElement).dataset.cell, 'the second').toBe('1');
  await press('{Enter}');
  await look(seen('port-dialog'), 'Enter moves').toHaveTextContent('Another port for Web chat bridge');
});

test('two thousand ports keep only what is seen', async () => {
  await openPorts(Array.from({ length: 2_000 }, (_, i) => portRow(20_000 + i, `Worker ${i}`)));
  await look(page.getByTestId('port-row').first(), 'there').toBeVisible();
  expect(ports().length, 'few rows').toBeLessThan(60);
});

test('names of programs and modules are text', async () => {
  await openPorts([portRow(9_000, '<img src=x onerror=alert(1)>', { listener: { process: '\u202e<b>evil</b>', pid: 7, address: '::', open_to_all: true }, status: status('Degraded', '<i>reason</i>', 1) })]);
  await look(seen('port-banner'), 'written out').toHaveTextContent('⟨U+202E⟩<b>evil</b>, process 7, listens on port 9000');
  expect(document.querySelector('.ports img, .ports .port-cell b, .ports i'), 'no element of it').toBe(null);
});

test('no ports, no conflicts, and a look that fails each say what there is', async () => {
  const { sample } = await openPorts([portRow(9_000, 'Router')]) as Awaited<ReturnType<typeof openPorts>> & { sample: ReturnType<typeof portSample> };
  await page.getByRole('radio', { name: /Conflicts/ }).click();
  await look(page.getByRole('heading', { name: 'No conflicts' }), 'none').toBeVisible();
  sample.put([]);
  await look(page.getByRole('heading', { name: 'No ports are kept yet' }), 'empty').toBeVisible();
  await expectClean('an empty ledger');
});

test('a look that fails says why and can be tried again', async () => {
  let broken = true;
  await stage(<PortsView />, { overrides: { portsList: async () => (broken ? refuse('ports_unseen', 'Who listens could not be seen.', 'Try once more.') : { rows: sampleLedger(), conflicts: 1, listening: 6, measured_at: null }) } });
  await look(seen('error-box'), 'why').toHaveTextContent('Who listens could not be seen.');
  broken = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await look(line('9300'), 'there').toBeVisible();
  await look(seen('ports-measured'), 'no age without a look').toHaveTextContent('not measured yet');
});
