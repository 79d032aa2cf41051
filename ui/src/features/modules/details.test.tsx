import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { eventually, expectClean, look, openApp, press, seen } from '../../test/kit';

const monday = '#/modules/instances/monday%2Fbroca2';

async function openDetails(scenario: Parameters<typeof openApp>[0] = {}, hash = monday) {
  const opened = await openApp(scenario, hash);
  await look(seen('modules-view'), 'the view').toBeVisible();
  await page.getByRole('button', { name: 'Show the inspector' }).click();
  return opened;
}

const apply = async () => { await look(seen('plan-apply'), 'the plan is shown').toBeVisible(); await seen('plan-apply').click(); };

test('status with evidence, figures, what happened and who did it', async () => {
  await openDetails();
  await look(seen('inspector'), 'status and evidence').toHaveTextContent(/Broca of Monday.*Degraded.*Letta refused the password.*401 Unauthorized: invalid password/);
  await look(seen('inspector'), 'figures').toHaveTextContent(/Process48377.*Port9101, kept free, nothing listens.*Memory68 MB/);
  await look(seen('module-restart-why'), 'which file it does not know yet').toHaveTextContent('agents/agent-monday/broca2/config/.env says something else');
  await look(seen('inspector'), 'what is odd about it').toHaveTextContent('Broca opens no port');
  await look(seen('module-events'), 'history').toHaveTextContent(/Degraded.*Ready.*Startedby mara/);
  await look(page.getByRole('img', { name: /^CPU from \d\d:\d\d to \d\d:\d\d: .* %, now .* %$/ }), 'the chart in words').toBeVisible();
  await expectClean('the details of a module');
});

test('it is measured again when asked', async () => {
  const { calls } = await openDetails();
  await seen('module-check').click();
  await look(seen('inspector'), 'fresh').toHaveTextContent('Measured just now');
  expect(calls('moduleCheck'), 'this one').toEqual([['monday/broca2']]);
});

test('its settings and its log are one click away', async () => {
  await openDetails();
  await seen('module-log').click();
  await eventually(() => location.hash, 'the log').toBe(`${monday}?log`);
  await look(seen('module-log'), 'the same button hides it').toHaveTextContent('Hide log');
  await seen('module-settings').click();
  await look(seen('tool-settings'), 'its settings').toBeVisible();
  await press('{Meta>}[[{/Meta}');
  await look(seen('inspector'), 'back where one was').toBeVisible();
});

test('while its log is open, find means the log, from wherever it is asked for', async () => {
  const { platform } = await openApp({}, `${monday}?log`);
  await look(seen('log-pane'), 'the log').toBeVisible();
  expect(document.activeElement?.closest('.log-pane') ?? null, 'one is not in the log').toBeNull();
  await press('{Meta>}f{/Meta}');
  await look(seen('log-search'), 'the log is searched, not the list over it').toHaveFocus();
  await page.getByRole('radio', { name: /^All / }).first().click();
  await look(seen('log-search'), 'left').not.toHaveFocus();
  // The same press from the page and from the menu counts once, so the menu comes a moment later.
  await eventually(() => { platform.memory.emitMenu({ id: 'find.here' }); return document.activeElement?.getAttribute('data-testid'); }, 'and so from the menu').toBe('log-search');
  await seen('log-close').click();
  await look(seen('log-pane'), 'closed').not.toBeInTheDocument();
  await eventually(() => { platform.memory.emitMenu({ id: 'find.here' }); return document.activeElement?.getAttribute('data-find'); }, 'without it, the list').toBe('');
});

test('run by the system, and at login: both through a plan', async () => {
  const { calls, platform } = await openDetails();
  await look(seen('way-app'), 'at first this app runs it').toBeChecked();
  await look(seen('way-login'), 'which starts nothing at login, so nothing says it could').not.toBeInTheDocument();
  await platform.modulesStop(['monday/broca2']);
  await seen('way-system').click();
  await look(seen('plan-sheet'), 'what is written').toHaveTextContent(/Run Broca of Monday by the system.*launchd/);
  await apply();
  await look(seen('way-system'), 'it is so').toBeChecked();
  await seen('way-login').click();
  await apply();
  await look(seen('way-login'), 'at login').toHaveAttribute('aria-checked', 'true');
  await seen('way-app').click();
  await apply();
  await look(seen('way-app'), 'and back, which ends the start at login').toBeChecked();
  await look(seen('way-login'), 'with its switch').not.toBeInTheDocument();
  expect(calls('moduleWayPlan'), 'asked so that nothing is refused').toEqual([['monday/broca2', 'system', false], ['monday/broca2', 'system', true], ['monday/broca2', 'app', false]]);
});

test('who runs it is not changed while it runs, and it says what to do', async () => {
  await openDetails();
  await seen('way-system').click();
  await look(page.getByText('Stop it first; then change who runs it.'), 'as the app answers').toBeVisible();
});

test('the sample refuses what the app refuses', async () => {
  const { platform } = await openDetails();
  await expect(platform.moduleWayPlan('monday/broca2', 'app', true), 'this app starts nothing at login').rejects.toMatchObject({ code: 'way_unknown' });
  await expect(platform.moduleWayPlan('monday/broca2', 'by_hand', false), 'nobody is told to start it by hand').rejects.toMatchObject({ code: 'way_unknown' });
});

test('a plan that is left changes nothing', async () => {
  const { platform } = await openDetails();
  await platform.modulesStop(['monday/broca2']);
  await seen('way-system').click();
  await look(seen('plan-sheet'), 'the plan').toBeVisible();
  await press('{Escape}');
  await look(seen('way-app'), 'as before').toBeChecked();
});

test('where the system cannot run it, it says why', async () => {
  const { sampleAgents } = await import('../../platform/sample/data');
  const { detailOf, sampleRows } = await import('../../platform/sample/module-rows');
  const row = sampleRows(sampleAgents(3), null).find(({ id }) => id === 'monday/broca2')!;
  await openDetails({ overrides: { moduleGet: async () => ({ ...detailOf(row), no_system: 'systemd gives this account no services of its own.' }) } });
  await look(seen('way-system'), 'not to be chosen').toBeDisabled();
  await look(seen('module-way'), 'why').toHaveTextContent('systemd gives this account no services of its own.');
});

test('code is installed from a folder, an archive, git or a link, and shown before it is written', async () => {
  const { calls } = await openDetails();
  await seen('module-install').click();
  await look(seen('install-sheet'), 'what is there now').toHaveTextContent('There now: 3.0.0, copied from ~/src/broca2.');
  await look(seen('install-url'), 'the public code is offered').toHaveValue('https://github.com/sanctumos/broca2.git');
  await expectClean('the sheet');
  await page.getByRole('radio', { name: 'Folder' }).click();
  await look(seen('install-review'), 'nothing to install from').toHaveAttribute('aria-disabled', 'true');
  await seen('install-pick').click();
  await look(seen('install-path'), 'the chosen folder').toHaveValue('/Users/mara/elsewhere');
  await seen('install-review').click();
  await look(seen('plan-sheet'), 'what is written').toHaveTextContent(/Install Broca of Monday.*From \/Users\/mara\/elsewhere/);
  await apply();
  await look(seen('toast'), 'done').toHaveTextContent('applied, read back');
  expect(calls('moduleInstallPlan'), 'as meant').toEqual([['monday/broca2', { kind: 'folder', path: '/Users/mara/elsewhere' }]]);
});

test('a source that is refused says why', async () => {
  await openDetails({ overrides: { moduleInstallPlan: async () => refuse('source_unreachable', 'The address does not answer.', 'Check it, or install from a folder.') } });
  await seen('module-install').click();
  await seen('install-review').click();
  await look(seen('error-box'), 'why').toHaveTextContent('The address does not answer.Check it, or install from a folder.');
});

test('an instance that is gone says so', async () => {
  await openDetails({}, '#/modules/instances/nobody%2Fbroca2');
  await look(seen('inspector'), 'what to do').toHaveTextContent('There is no such instance.');
});

test('the bar over the log is moved by keys and keeps its place', async () => {
  await openApp({}, `${monday}?log`);
  const bar = page.getByRole('separator', { name: 'Height of the log' });
  await look(bar, 'the log is open').toBeVisible();
  (bar.element() as HTMLElement).focus();
  const height = () => document.querySelector<HTMLElement>('.split-lower')?.offsetHeight ?? 0;
  const before = height();
  await press('{ArrowDown}{ArrowDown}');
  await eventually(height, 'lower').toBe(before - 48);
  expect(localStorage.getItem('sanctum.modules.split'), 'kept').toBe(String(before - 48));
  await press('{End}');
  await eventually(height, 'never gone').toBe(160);
  await expectClean('the log under the list');
});

test('settings that wait for a restart offer it', async () => {
  const { calls } = await openApp({}, '#/tool/agent%3Amonday%2Fbroca2');
  await look(seen('restart-bar'), 'why').toHaveTextContent('Broca of Monday runs with older settings.');
  await seen('restart-now').click();
  await look(seen('restart-bar'), 'done, so nothing is offered').not.toBeInTheDocument();
  expect(calls('modulesRestart'), 'this one').toEqual([[['monday/broca2']]]);
});

test('a restart that is due is offered as soon as the change was applied', async () => {
  const { platform } = await openApp({}, '#/tool/agent%3Aathena%2Fbroca2');
  const field = page.getByRole('textbox', { name: /^Turn time limit/ }).or(page.getByRole('spinbutton', { name: /^Turn time limit/ })).first();
  await look(field, 'a setting').toBeVisible();
  await look(seen('restart-bar'), 'nothing waits').not.toBeInTheDocument();
  await field.fill('905');
  await press('{Tab}');
  await seen('draft-review').click();
  const { modules } = platform.memory;
  modules.rows = modules.rows.map((row) => (row.id === 'athena/broca2' ? { ...row, restart_needed: true } : row));
  await apply();
  await look(seen('restart-bar'), 'the way on').toHaveTextContent('Broca of Athena runs with older settings.');
  await expectClean('settings that wait for a restart');
});

test('an agent’s page starts and stops its modules', async () => {
  const { calls } = await openApp({}, '#/agents/timbre');
  await page.getByRole('button', { name: 'Start Broca of Timbre' }).click();
  await look(page.getByRole('button', { name: 'Stop Broca of Timbre' }), 'it runs').toBeVisible();
  await page.getByRole('button', { name: 'Stop Broca of Timbre' }).click();
  await look(page.getByRole('button', { name: 'Start Broca of Timbre' }), 'it is off').toBeVisible();
  expect([calls('modulesStart'), calls('modulesStop')], 'asked for').toEqual([[[['timbre/broca2']]], [[['timbre/broca2']]]]);
});

test('built-in cards of ports and Python lead to their parts, and so do commands', async () => {
  const { sampleAgents, sampleTools } = await import('../../platform/sample/data');
  const tools = sampleTools(sampleAgents(3), null).map((card) => (card.name === 'ports' || card.name === 'python' ? { ...card, id: `b:${card.name}`, kind: 'builtin' } : card));
  await openApp({ tools });
  await page.getByRole('gridcell', { name: /^Ports,/ }).click();
  await look(seen('modules-ports'), 'ports').toBeVisible();
  await page.getByRole('radio', { name: 'Python' }).click();
  await look(seen('modules-python'), 'Python').toBeVisible();
  await page.getByRole('radio', { name: 'Instances' }).click();
  await look(seen('modules-grid'), 'instances').toBeVisible();
});

test('the icon in the menu bar opens the instance that was chosen there', async () => {
  const { platform } = await openApp();
  await look(seen('tools-grid'), 'elsewhere').toBeVisible();
  platform.memory.emitMenu({ id: 'module.show:monday/broca2' });
  await look(seen('module-trouble'), 'what is wrong with it').toHaveTextContent('Broca of Monday: Letta refused the password');
});

test('words of a module are tamed in tooltips too', async () => {
  const { platform } = await openApp({}, '#/modules');
  await look(seen('module-row').first(), 'the rows').toBeVisible();
  platform.memory.modules.rows[0]!.status.reason = 'ended: gpj\u202eexe';
  platform.memory.emitChanged({ topics: ['modules'], source: 'test' });
  await eventually(() => [...document.querySelectorAll<HTMLElement>('.why')].map((each) => each.title).filter((title) => title.includes('ended: gpj')), 'written out').toEqual(['ended: gpj⟨U+202E⟩exe']);
});

test('the bar over the log says how high the log is', async () => {
  await openApp({}, '#/modules/instances/monday%2Fbroca2?log');
  await look(seen('log-lines'), 'open').toBeVisible();
  const bar = () => seen('split-bar').element();
  await eventually(() => Number(bar().getAttribute('aria-valuenow')), 'as it is drawn').toBe(document.querySelector<HTMLElement>('.split-lower')!.offsetHeight);
  bar().focus();
  const before = Number(bar().getAttribute('aria-valuenow'));
  await press('{ArrowUp}');
  await eventually(() => Number(bar().getAttribute('aria-valuenow')), 'and follows the keys').toBe(before + 24);
  expect(Number(bar().getAttribute('aria-valuemax')), 'up to what there is').toBeGreaterThan(before + 24);
});

test('where nothing runs, stopping all says so instead of asking', async () => {
  await openApp({ modules: { rows: 0 } }, '#/modules');
  await seen('modules-more').click();
  await page.getByRole('menuitem', { name: 'Stop all' }).click();
  await look(seen('stop-all'), 'nothing to ask').toHaveTextContent(/No module runs\..*There is nothing to stop\./);
  await look(seen('stop-all-yes'), 'nor to do').toHaveAttribute('aria-disabled', 'true');
});

test('where it is Python that is missing, it says so and one click makes it', async () => {
  const { platform } = await openApp({}, '#/modules');
  await look(seen('module-row').first(), 'the rows').toBeVisible();
  const row = platform.memory.modules.rows.find((one) => one.id === 'scheduler')!;
  Object.assign(row, { state: 'stopped', cannot_start: 'the shared Python environment is missing', mend: { kind: 'python', env: 'smcp' } });
  platform.memory.emitChanged({ topics: ['modules'], source: 'test' });
  await page.getByRole('gridcell', { name: /^Scheduler/ }).click();
  await look(seen('module-trouble'), 'why').toHaveTextContent(/The shared Python environment is missing\. Its code is there or comes with it; what it lacks is the Python environment/);
  await look(seen('trouble-install'), 'code would not help').not.toBeInTheDocument();
  await look(seen('trouble-settings'), 'nor would its settings').not.toBeInTheDocument();
  await seen('trouble-python').click();
  await look(page.getByRole('dialog'), 'one click to its making').toHaveTextContent(/Create.*SMCP/);
  await expectClean('the making of an environment');
});
