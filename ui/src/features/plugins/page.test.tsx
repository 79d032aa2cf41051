import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { samplePlugins } from '../../platform/sample/plugin-rows';
import { eventually, expectClean, look, openApp, seen } from '../../test/kit';

const of = (id: string, tab = '') => `#/plugins/${encodeURIComponent(id)}${tab && `?${tab}`}`;
const apply = async () => { await look(seen('plan-apply'), 'the plan is shown').toBeVisible(); await seen('plan-apply').click(); };

test('one in quarantine says why, what is not touched, and both ways out', async () => {
  const { calls } = await openApp({}, of('smcp:gmail'));
  await look(seen('plugin-quarantine'), 'why and what to do').toHaveTextContent(/In quarantine: two files are not what was installed\..*SMCP runs without it, the other plugins are not touched\. If you changed these files yourself, trust them\. If not, put back what was installed\./);
  await look(seen('plugin-page'), 'what its files are now').toHaveTextContent(/Files7 as installed, 2 changed.*cli\.py.*changed.*imap_client\.py.*changed.*7 other files.*hash agrees.*content 7c1e…a90f.*expected 22d4…1b07/);
  await look(seen('plugin-enable'), 'it cannot be switched meanwhile').not.toBeInTheDocument();
  await seen('plugin-restore').click();
  await look(seen('plan-sheet'), 'a plan').toHaveTextContent('Put gmail 3.0.0 back');
  await apply();
  await look(seen('plugin-quarantine'), 'out of it').not.toBeInTheDocument();
  expect(calls('pluginRollbackPlan').at(-1), 'what was installed').toEqual(['smcp:gmail', '22d4gmail1b07']);
});

test('changed files can be trusted as they are', async () => {
  const { calls } = await openApp({}, of('smcp:gmail'));
  await seen('plugin-release').click();
  await apply();
  await look(seen('plugin-quarantine'), 'out of it').not.toBeInTheDocument();
  expect(calls('pluginReleasePlan'), 'asked').toEqual([['smcp:gmail']]);
  await look(seen('sidebar-plugins').getByRole('img', { name: '1 needs you' }), 'the sidebar follows').toBeVisible();
});

test('the overview says what it reaches and needs, and shows its readme as text', async () => {
  await openApp({}, of('smcp:gmail'));
  await look(page.getByRole('region', { name: 'What it can reach' }), 'four lines').toHaveTextContent(/Networkimap\.gmail\.com:993, smtp\.gmail\.com:465 imap_client\.py:12.*Secretsreads GMAIL_APP_PASSWORD.*FilesNone seen outside its own folder.*Runsas a child of SMCP/);
  await look(page.getByRole('region', { name: 'Needs' }), 'packages').toHaveTextContent(/beautifulsoup4>=4\.12–New in the changed cli\.py, not installed/);
  await page.getByText('Readme', { exact: true }).click();
  await look(seen('plugin-readme'), 'as text').toHaveTextContent('https://example.org/<script>');
  expect(document.querySelector('.plugin-readme a'), 'no links').toBeNull();
  await expectClean('the overview');
});

test('an error shows why, and the missing setting is one click away', async () => {
  await openApp({}, of('smcp:doc_manager'));
  await look(seen('plugin-error'), 'why').toHaveTextContent(/Asks for Letta on 8284\..*ConnectionRefusedError.*other plugins are not touched/);
  await expectClean('an error');
  await seen('plugin-set-missing').click();
  await eventually(() => location.hash, 'its settings').toBe(of('smcp:doc_manager', 'settings'));
  await eventually(() => document.activeElement?.getAttribute('data-setting'), 'the focus is on it').toBe('AGENT_API_KEY');
});

test('settings are the form of its tool with its fields alone, what is missing first', async () => {
  await openApp({}, of('athena/broca2:telegram_bot', 'settings'));
  await eventually(() => [...document.querySelectorAll('[data-setting]')].map((row) => row.getAttribute('data-setting')), 'its own').toEqual(['TELEGRAM_TOKEN', 'AGENT_API_KEY', 'POLL_INTERVAL']);
  await look(page.getByLabelText('Filter 3 settings'), 'none of the others').toBeVisible();
  await expectClean('its settings');
});

test('one without settings says so', async () => {
  await openApp({}, of('smcp:gh', 'settings'));
  await look(seen('plugin-no-settings'), 'where else to look').toHaveTextContent('No setting of it is known.');
});

test('enabling brings what it needs after asking', async () => {
  const { calls } = await openApp({}, of('smcp:demo_math'));
  await seen('plugin-enable').click();
  await look(seen('plan-sheet'), 'what comes along').toHaveTextContent('Also enables doc_manager, which it needs.');
  await apply();
  await look(seen('plugin-enable'), 'it is on').toHaveTextContent('Disable…');
  expect(calls('pluginEnablePlan'), 'asked').toEqual([['smcp:demo_math', true]]);
});

test('disabling shows what would break', async () => {
  await openApp({}, of('smcp:gh'));
  await seen('plugin-enable').click();
  await look(seen('plan-sheet'), 'what breaks').toHaveTextContent('git needs it and would stop working.');
});

test('an earlier version is put back', async () => {
  const { calls } = await openApp({}, of('smcp:git', 'versions'));
  await look(seen('plugin-panel-versions'), 'kept').toHaveTextContent(/1\.1\.0 is available.*1\.0\.0Installed.*0\.9\.0.*~\/src\/plugins/);
  await expectClean('versions');
  await seen('plugin-put-back').click();
  await apply();
  await look(seen('plugin-page'), 'back').toHaveTextContent('git 0.9.0');
  expect(calls('pluginRollbackPlan'), 'that one').toEqual([['smcp:git', '9f00git77aa']]);
});

test('an update is looked at like anything new', async () => {
  const { calls } = await openApp({}, of('smcp:git'));
  await seen('plugin-update').click();
  await look(seen('plugin-replaces'), 'what it updates').toHaveTextContent('It updates git');
  expect(calls('pluginInspect').length, 'read first').toBe(1);
});

test('removing names its size and asks about its settings; undo brings it back', async () => {
  const { calls } = await openApp({}, of('smcp:gh'));
  await seen('plugin-more').click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  await look(seen('plugin-remove-dialog'), 'size').toHaveTextContent(/9 files, 70 KB.*SMCP runs on without it/);
  await seen('plugin-keep-settings').click();
  await look(seen('plugin-deletes'), 'what goes with it, and what cannot come back').toHaveTextContent(/cleared at every level and in the files of SMCP, its data folder goes to the trash, and its secrets leave the secret store\. All but the secrets comes back with undo/);
  await seen('plugin-remove-review').click();
  await apply();
  expect(calls('pluginRemovePlan'), 'without its settings').toEqual([['smcp:gh', false]]);
  await eventually(() => document.querySelectorAll('[data-testid="plugin-row"]').length, 'gone').toBe(7);
});

test('its tools are listed with what they take; one is switched off by a plan, cannot be tried then, and undo brings it back', async () => {
  const rows = samplePlugins(null).map((row) => (row.name === 'gmail' ? { ...row, quarantined: false, enabled: true } : row));
  const { calls } = await openApp({ plugins: { rows } }, of('smcp:gmail', 'tools'));
  await look(seen('plugin-panel-tools'), 'note').toHaveTextContent(/holds for everybody who uses SMCP, and counts from its next start.*attach a tool that is off again with sanctum__tools/);
  await page.getByText('gmail__search', { exact: true }).click();
  await look(seen('plugin-tool').first(), 'what it takes').toHaveTextContent(/query text, required Words as in the search field of Gmail\..*limit whole number/);
  await expectClean('the tools');
  await page.getByRole('switch', { name: 'gmail__send on' }).click();
  await look(seen('plan-sheet'), 'a plan').toHaveTextContent('Switch gmail__send off');
  await look(seen('plan-sheet'), 'for all, and from when').toHaveTextContent(/for everybody who uses it.*SMCP is started again with it/);
  expect(calls('pluginToolPlan'), 'asked').toEqual([['smcp:gmail', 'gmail__send', false]]);
  await apply();
  const send = page.getByRole('switch', { name: 'gmail__send on' });
  await look(send, 'off').not.toBeChecked();
  const trying = page.getByRole('button', { name: 'Try gmail__send' });
  await look(trying, 'it cannot be tried').toHaveAttribute('aria-disabled', 'true');
  await trying.hover();
  await look(page.getByRole('tooltip'), 'why, and what to do').toHaveTextContent('This tool is off. Switch it on; it counts from the tool server’s next start.');
  await look(page.getByRole('button', { name: 'Try gmail__search' }), 'the others can').not.toHaveAttribute('aria-disabled', 'true');
  await expectClean('one that is off');
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await look(seen('plan-sheet'), 'undo is a plan like any other').toHaveTextContent('Undo: Switch gmail__send off');
  await apply();
  await look(send, 'undo brings it back').toBeChecked();
});

test('where single tools cannot be switched there is no switch, the note says why, and what is off cannot be tried', async () => {
  const rows = samplePlugins(null).map((row) => (row.name === 'demo_math' ? { ...row, kind: 'manifest' } : row));
  await openApp({ plugins: { rows } }, of('smcp:demo_math', 'tools'));
  await look(seen('plugin-panel-tools'), 'why').toHaveTextContent('Single tools cannot be switched here. SMCP_PROFILES names a folder of profiles');
  await look(seen('plugin-try').first(), 'off').toHaveAttribute('aria-disabled', 'true');
  expect(seen('plugin-tool-switch').elements().length, 'no switch').toBe(0);
});

test('its log shows the lines that name it, and all when asked', async () => {
  await openApp({}, of('athena/broca2:telegram_bot', 'log'));
  await look(seen('log-pane'), 'filtered').toBeVisible();
  await eventually(() => document.querySelector<HTMLInputElement>('.log-search input')?.value, 'by its name').toBe('telegram_bot');
  await seen('log-all').click();
  await look(seen('log-pane'), 'all').toHaveTextContent('Typing indicator sent');
});

test('dependencies as a list, with the way to the graph; who uses it', async () => {
  await openApp({ plugins: { cycle: true } }, of('smcp:gh', 'dependencies'));
  await look(seen('plugin-dependencies'), 'in words').toHaveTextContent(/In a circle: gh → git → gh.*What it needs and gives.*adds tools toSMCP tool.*needsrequests 2\.32\.3 package.*needsgit plugin.*Who needs or uses it.*needsgit plugin.*Without it 1 thing would break: git\./);
  await expectClean('dependencies');
  await seen('plugin-graph-link').click();
  await eventually(() => location.hash, 'the graph at it').toBe('#/plugins/smcp%3Agh?part=graph');
});

test('who uses it', async () => {
  await openApp({}, of('smcp:gh', 'used'));
  await look(seen('plugin-panel-used'), 'agents').toHaveTextContent(/Athena.*Monday.*Timbre/);
});

test('one that is gone says so', async () => {
  await openApp({}, of('smcp:nothing'));
  await look(seen('error-box'), 'what to do').toHaveTextContent('There is no such plugin.It was removed or renamed.');
});

test('the one that is shown without being chosen can be removed from its page, and the next takes its place', async () => {
  await openApp({}, '#/plugins');
  await look(seen('plugin-page'), 'the first').toHaveTextContent('gmail');
  await seen('search').fill('@update');
  await eventually(() => document.querySelectorAll('[data-testid="plugin-row"]').length, 'it is not in the list now').toBe(1);
  await seen('plugin-more').click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  await seen('plugin-remove-review').click();
  await apply();
  await seen('search').fill('');
  await look(seen('plugin-page'), 'the next').toHaveTextContent('doc_manager');
});
