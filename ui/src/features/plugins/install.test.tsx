import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';

const at = '#/plugins';
const apply = async () => { await look(seen('plan-apply'), 'the plan is shown').toBeVisible(); await seen('plan-apply').click(); };

async function drop(path: string, scenario: Parameters<typeof openApp>[0] = {}) {
  const opened = await openApp(scenario, at);
  await look(seen('plugin-row').first(), 'the list').toBeVisible();
  opened.platform.memory.drop([path]);
  return opened;
}

test('a dropped archive goes into quarantine, is read, trusted, planned, installed; what is missing is one click away', async () => {
  const { platform, calls } = await openApp({}, at);
  await look(seen('plugin-row').first(), 'the list').toBeVisible();
  platform.memory.dragOver(true);
  await look(seen('drop-over'), 'the whole window takes it').toHaveTextContent('Let go to look at it as a plugin');
  platform.memory.drop(['/Users/mara/Downloads/weather.zip']);
  await look(seen('plugin-who'), 'what it is').toHaveTextContent(/weather 1\.2\.0 · Plugin of SMCP · licence MIT.*from \/Users\/mara\/Downloads\/weather\.zip/);
  expect(calls('pluginInspect'), 'as an archive').toEqual([[{ kind: 'archive', path: '/Users/mara/Downloads/weather.zip' }]]);
  await look(seen('plugin-sheet'), 'everything in words').toHaveTextContent(/nothing of it has run.*3 files, 7 KB.*content.*Network.*api\.open-meteo\.com:443.*cli\.py:14.*None seen outside its own folder.*httpx>=0\.280\.27\.2.*API key.*WEATHER_API_KEY.*Required.*Secret, kept in the keychain/);
  expect(calls('pluginTrust').length, 'nothing ran yet').toBe(0);
  await expectClean('the trust sheet');
  await seen('plugin-trust').click();
  await look(seen('plugin-trusted'), 'its tools').toHaveTextContent(/weather__add.*weather__subtract/);
  await seen('plugin-review').click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent(/Install weather.*Put 3 files.*Install httpx >=0\.28.*watch for 30 s.*SMCP restarts/);
  await apply();
  await look(seen('what-changed'), 'what changed').toHaveTextContent(/Install weather: done.*1 setting missing.*Set WEATHER_API_KEY/);
  expect(calls('pluginInstallPlan').at(-1), 'as asked').toEqual([{ inspection: 'inspection-1', dir: '.', tool: 'smcp', name: 'weather', enable: true }]);
  await expectClean('what changed');
  await seen('changed-set-WEATHER_API_KEY').click();
  await eventually(() => location.hash, 'one click').toBe('#/plugins/smcp%3Aweather?settings');
  expect(calls('pluginDiscard').length, 'what was installed is not thrown away').toBe(0);
  await look(seen('toast').first(), 'and undo').toHaveTextContent('Install weather: applied, read back.');
});

test('looking can be called off; what still comes is taken out of quarantine', async () => {
  const { platform, calls } = await openApp({}, at);
  let looked = () => {};
  platform.memory.plugins.looked = () => new Promise((done) => { looked = done; });
  await look(seen('plugin-row').first(), 'the list').toBeVisible();
  platform.memory.drop(['/Users/mara/weather']);
  await look(seen('plugin-looking'), 'what is waited for').toHaveTextContent('Putting it in quarantine and reading it');
  await page.getByRole('button', { name: 'Stop waiting' }).click();
  await look(seen('plugin-look'), 'back at the choice').toBeVisible();
  looked();
  await eventually(() => calls('pluginDiscard'), 'thrown away').toEqual([['inspection-1']]);
  await press('{Escape}');
  await look(seen('plugin-sheet'), 'closed').not.toBeInTheDocument();
});

test('closing the sheet takes the source out of quarantine', async () => {
  const { calls } = await drop('/Users/mara/weather');
  await look(seen('plugin-who'), 'read').toBeVisible();
  await press('{Escape}');
  await eventually(() => calls('pluginDiscard'), 'gone').toEqual([['inspection-1']]);
});

test('a finding that is an error stands in the way, in words', async () => {
  const { calls } = await drop('/Users/mara/evil.zip');
  await look(seen('plugin-sheet'), 'what and what to do').toHaveTextContent(/Two files differ only in capitals: cli\.py and CLI\.py\..*Ask its author for a version without this\./);
  await look(seen('plugin-review'), 'no plan').toHaveAttribute('aria-disabled', 'true');
  await look(seen('plugin-trust'), 'no trust').toHaveAttribute('aria-disabled', 'true');
  await press('{Meta>}{Enter}{/Meta}');
  expect(calls('pluginInstallPlan').length, 'not by keyboard either').toBe(0);
  await expectClean('a blocked plugin');
});

test('an archive that leads out of itself is refused, and another can be chosen', async () => {
  await drop('/Users/mara/broken.zip');
  await look(seen('error-box'), 'why').toHaveTextContent(/which leads out of it.*Nothing was unpacked/);
  await page.getByRole('button', { name: 'Choose another' }).click();
  await page.getByRole('radio', { name: 'Git', exact: true }).click();
  await seen('plugin-url').click();
  await type('https://example.org/weather.git');
  await seen('plugin-rev').click();
  await type('v2');
  await press('{Enter}');
  await look(seen('plugin-who'), 'read').toHaveTextContent('from https://example.org/weather.git');
});

test('of several in one source one is chosen, the others are offered afterwards', async () => {
  const { calls } = await drop('/Users/mara/many');
  await look(seen('candidates'), 'which').toHaveTextContent(/3 plugins in it.*plugins\/weather.*plugins\/tides.*plugins\/moon/);
  await look(seen('plugin-review'), 'none chosen yet').toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('radio', { name: /tides/ }).click();
  await seen('plugin-name').fill('my tides');
  await look(seen('plugin-sheet'), 'a bad name is said').toHaveTextContent('letters, digits');
  await seen('plugin-name').fill('sea');
  await seen('plugin-enable-now').click();
  await seen('plugin-review').click();
  await apply();
  expect(calls('pluginInstallPlan').at(-1), 'as chosen').toEqual([{ inspection: 'inspection-1', dir: 'plugins/tides', tool: 'smcp', name: 'sea', enable: false }]);
  await seen('changed-more').click();
  await look(seen('candidates'), 'the others').toBeVisible();
});

test('a plan that is left leads back to what was read', async () => {
  const { calls } = await drop('/Users/mara/weather');
  await seen('plugin-review').click();
  await look(seen('plan-apply'), 'the plan').toBeVisible();
  await press('{Escape}');
  await look(seen('plugin-who'), 'still there').toBeVisible();
  expect([calls('pluginInspect').length, calls('pluginDiscard').length], 'nothing is read anew').toEqual([1, 0]);
});

test('a plugin that hangs when it is asked is stopped; it can be installed without, or not', async () => {
  const { platform } = await drop('/Users/mara/hangs');
  let answered = () => {};
  platform.memory.plugins.answered = () => new Promise((done) => { answered = done; });
  await seen('plugin-trust').click();
  await look(page.getByText('Asking it for its tools'), 'waited for').toBeVisible();
  await page.getByRole('button', { name: 'Stop waiting' }).click();
  await look(seen('plugin-trust'), 'called off').toBeVisible();
  await seen('plugin-trust').click();
  answered();
  await look(seen('error-box'), 'why').toHaveTextContent('did not end within 10 s');
  await look(seen('plugin-review'), 'without').not.toHaveAttribute('aria-disabled');
});

test('what is offered is chosen from a list; a newer version says what it updates', async () => {
  const { calls } = await openApp({}, at);
  await seen('plugins-install').click();
  await look(seen('offer-git'), 'offered').toBeVisible();
  await expectClean('the choice of a source');
  await seen('offer-git').click();
  await seen('plugin-look').click();
  await look(seen('plugin-replaces'), 'an update').toHaveTextContent('It updates git from 1.0.0 of SMCP.The version that is there is kept');
  await seen('plugin-review').click();
  await apply();
  await look(seen('what-changed'), 'done').toHaveTextContent('Update git: done');
  await page.getByRole('button', { name: 'Open it' }).click();
  await look(seen('plugin-page'), 'the newer one').toHaveTextContent('git 1.1.0');
  expect(calls('pluginInspect').at(-1), 'from where it was offered').toEqual([{ kind: 'git', url: 'https://github.com/sanctumos/smcp-git.git', rev: 'v1.1.0' }]);
});

test('an update may be installed beside under another name; a name that differs in spelling only is refused', async () => {
  const { calls } = await openApp({}, at);
  await seen('plugins-install').click();
  await seen('offer-git').click();
  await seen('plugin-look').click();
  await look(seen('plugin-replaces'), 'proposed as an update').toBeVisible();
  await look(seen('plugin-name'), 'its name is shown').toHaveValue('git');
  await expectClean('an update');
  await seen('plugin-name').fill('Git');
  await look(seen('plugin-sheet'), 'why not').toHaveTextContent('differs from the installed git only in spelling');
  await look(seen('plugin-review'), 'no plan').toHaveAttribute('aria-disabled', 'true');
  await seen('plugin-name').fill('git_new');
  await look(seen('plugin-replaces'), 'nothing is replaced').not.toBeInTheDocument();
  await seen('plugin-review').click();
  await apply();
  expect(calls('pluginInstallPlan').at(-1), 'beside').toEqual([expect.objectContaining({ tool: 'smcp', name: 'git_new' })]);
});

test('for one of several tools it is asked which', async () => {
  const { calls } = await drop('/Users/mara/broca-signal');
  await seen('fits-monday/broca2').click();
  await seen('plugin-review').click();
  await eventually(() => calls('pluginInstallPlan').length, 'planned').toBe(1);
  expect(calls('pluginInstallPlan')[0], 'for that one').toEqual([{ inspection: 'inspection-1', dir: '.', tool: 'monday/broca2', name: 'signal', enable: true }]);
});

test('what is dropped on a conversation belongs to its message', async () => {
  const { platform, calls } = await openApp({}, '#/chat/athena');
  await look(seen('sidebar-plugins'), 'the window').toBeVisible();
  platform.memory.dragOver(true);
  platform.memory.drop(['/Users/mara/picture.png']);
  await look(seen('plugin-sheet'), 'no sheet').not.toBeInTheDocument();
  expect(calls('pluginInspect').length, 'not looked at').toBe(0);
});

test('what is dropped while a plan is open is left alone, and that is said', async () => {
  const { platform, calls } = await drop('/Users/mara/weather');
  await seen('plugin-review').click();
  await look(seen('plan-apply'), 'the plan').toBeVisible();
  platform.memory.drop(['/Users/mara/other']);
  await look(seen('toast'), 'said').toHaveTextContent('Finish or close what is open first');
  expect(calls('pluginInspect').length, 'not looked at').toBe(1);
});

test('a bundle says its tools in a file, so nothing has to be asked', async () => {
  await drop('/Users/mara/weather.mcpb');
  await look(seen('plugin-who'), 'what it is').toHaveTextContent('MCP bundle');
  await look(seen('plugin-review'), 'the plan is next').toHaveTextContent('Review plan');
  expect(seen('plugin-trust').elements().length, 'no question').toBe(0);
});
