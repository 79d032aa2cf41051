import { QueryClientProvider } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-react';
import { createQueryClient } from '../../app/queries';
import { PlatformProvider } from '../../platform/context';
import { createMemoryPlatform, refuse } from '../../platform/memory';
import { pastChanges } from '../../platform/sample/history';
import { closeApp, eventually, expectClean, look, openApp, press, seen } from '../../test/kit';
import { ToastProvider } from '../../ui';
import { PlanFlow } from '../plan/flow';
import { SettingHistory } from './SettingHistory';

const TARGET = 'agent:athena/broca2';

async function openHistory(id: string, overrides: NonNullable<Parameters<typeof createMemoryPlatform>[0]>['overrides'] = {}) {
  const platform = createMemoryPlatform({ overrides });
  await render(
    <PlatformProvider platform={platform}><QueryClientProvider client={createQueryClient()}><ToastProvider><PlanFlow onUndo={() => {}} undoKeys="⌘Z">
      <aside className="inspector"><section><h3>History</h3><SettingHistory target={TARGET} id={id} /></section></aside>
    </PlanFlow></ToastProvider></QueryClientProvider></PlatformProvider>,
  );
  return platform;
}

test('what a setting was, latest first; “Put back” is a plan to the value before', async () => {
  const platform = await openHistory('LONG_TASK_MAX_WAIT');
  await look(seen('setting-history'), 'both changes').toHaveTextContent(/600.*became.*900.*not set.*became.*780/);
  await expectClean('the history');
  await page.getByRole('button', { name: 'Put back to 600' }).click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent(/LONG_TASK_MAX_WAIT='600'/);
  const asked = platform.memory.calls.find((call) => call.name === 'settingsRollbackPlan')?.args;
  expect(asked, 'the change, the setting and its level').toEqual(['0193a1c0-0000-7000-7000-000000000006', TARGET, 'LONG_TASK_MAX_WAIT', 'instance']);
  expect(platform.memory.calls.some((call) => call.name === 'planApply'), 'nothing is written yet').toBe(false);
});

test('a secret shows that it was changed and offers no value; one never changed says so', async () => {
  await openHistory('AGENT_API_KEY');
  await look(seen('setting-history'), 'that it was changed').toHaveTextContent('A secret was set or taken out');
  await look(seen('history-put-back'), 'no value to put back').not.toBeInTheDocument();
  await closeApp();
  await openHistory('DATABASE_FILE');
  await look(seen('history-none'), 'none').toHaveTextContent('It was not changed from here yet.');
});

test('who may not see it is told so, without an alarm', async () => {
  await openHistory('LOG_LEVEL', { settingsHistory: async () => refuse('not_allowed', 'jonas is signed in as viewer.', 'An administrator can do this.') });
  await look(seen('history-not-allowed'), 'why it is empty').toBeVisible();
  await look(seen('error-box'), 'nothing went wrong').not.toBeInTheDocument();
});

test('a long history comes in parts', async () => {
  const many = Array.from({ length: 60 }, (_, i) => ({ ...pastChanges()[0]!, change_id: `c${i}`, before: String(i), after: String(i + 1) }));
  await openHistory('LONG_TASK_MAX_WAIT', { settingsHistory: async (_t, _i, _s, offset, limit) => ({ items: many.slice(offset, offset + limit), total: many.length }) });
  await eventually(() => page.getByTestId('history-entry').elements().length, 'the first').toBe(5);
  await look(seen('history-more'), 'how many there are').toHaveTextContent('Show 20 more of 60');
  await seen('history-more').click();
  await eventually(() => page.getByTestId('history-entry').elements().length, 'more').toBe(25);
});

test('Activity lists the settings changed since a day, with before and after, and puts one back', async () => {
  const { calls } = await openApp({}, '#/activity');
  await page.getByRole('radio', { name: 'Settings' }).click();
  await look(page.getByRole('gridcell', { name: /^Turn time limit, Instance · Athena’s Broca, 600 became 900/ }), 'before and after').toBeVisible();
  await look(seen('since-count'), 'of the last 7 days').toHaveTextContent('3 values');
  await expectClean('the settings of Activity');
  await page.getByRole('radio', { name: 'Today' }).click();
  await eventually(() => calls('settingsHistory').map(([, , since]) => since).includes(new Date(new Date().setHours(0, 0, 0, 0)).toISOString()), 'since midnight').toBe(true);
  await page.getByRole('radio', { name: 'All', exact: true }).click();
  await look(seen('since-count'), 'all').toHaveTextContent('6 values');
  await page.getByRole('radio', { name: 'Since…' }).click();
  await seen('since-date').fill('2020-01-01');
  await look(seen('since-count'), 'since a day of one’s own').toHaveTextContent('6 values');
  await page.getByRole('button', { name: 'Put Poll interval back to 5' }).click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent(/POLL_INTERVAL='5'/);
  await press('{Enter}');
  await look(page.getByRole('gridcell', { name: /^Poll interval.*10 became 5$/ }), 'applied, it is the latest change').toBeVisible();
});

test('keys alone: choosing a row shows its change set', async () => {
  await openApp({ overrides: { changeGet: async (id) => ({ row: { ...(await import('../../platform/sample/data')).sampleChanges(1)[0]!, id, title: `Set ${id.slice(-1)}` }, steps: [], took_ms: 3, conflicts: [] }) } }, '#/activity');
  await page.getByRole('radio', { name: 'Settings' }).click();
  await look(page.getByRole('gridcell', { name: /^Turn time limit/ }), 'listed').toBeVisible();
  page.getByTestId('since-row').elements()[0]!.dispatchEvent(new Event('focus'));
  (page.getByTestId('since-row').elements()[0] as HTMLElement).focus();
  await press('{Enter}');
  await look(seen('inspector'), 'the first one’s').toHaveTextContent('Set 6');
  await press('{ArrowDown}');
  await look(seen('inspector'), 'the next one’s').toHaveTextContent('Set 5');
});

test('the files of a change can be put back by themselves, new files cannot', async () => {
  const steps = [
    { group: '', kind: 'write_file' as const, title: 'Write 1 line', target: 'agents/agent-athena/broca2/config/.env', detail: '', diff_left_out: 0, state: 'done' as const, diff: [{ kind: 'del' as const, number: 1, text: 'A=1' }, { kind: 'add' as const, number: 1, text: 'A=2' }] },
    { group: '', kind: 'write_file' as const, title: 'Write 1 line', target: 'smcp/config/.env', detail: '', diff_left_out: 0, state: 'done' as const, diff: [{ kind: 'add' as const, number: 1, text: 'A=1' }] },
  ];
  const { sampleChanges } = await import('../../platform/sample/data');
  const { calls } = await openApp({ overrides: { changeGet: async (id) => ({ row: { ...sampleChanges(1)[0]!, id }, steps, took_ms: 3, conflicts: [] }) } }, '#/activity/x');
  await look(seen('file-put-back'), 'one of the two').toBeVisible();
  expect(page.getByTestId('file-put-back').elements().length, 'a file made by the change is not offered').toBe(1);
  await seen('file-put-back').click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent('Put the settings of agents/agent-athena/broca2/config/.env back');
  expect(calls('settingsRollbackFilePlan')[0], 'change and file').toEqual(['x', 'agents/agent-athena/broca2/config/.env']);
});
