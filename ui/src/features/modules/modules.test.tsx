import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { moduleRow } from '../../platform/sample/module-rows';
import { closeApp, eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';

const at = '#/modules';
const names = () => [...document.querySelectorAll('[data-testid="module-row"]')].map((cell) => cell.getAttribute('aria-label'));
const cell = (name: RegExp) => page.getByRole('gridcell', { name });
const focusFirst = async () => { await look(seen('module-row').first(), 'the list').toBeVisible(); document.querySelector<HTMLElement>('[data-testid="module-row"]')?.focus(); };
const focused = () => document.activeElement?.getAttribute('aria-label');

test('what needs the operator comes first; each row says why, since when, and what it takes', async () => {
  await openApp({}, at);
  await look(cell(/^Broca of Monday, Degraded: Letta refused the password, needs a restart$/), 'a row in words').toBeVisible();
  expect(names().slice(0, 2), 'what needs you').toEqual(['Broca of Monday, Degraded: Letta refused the password, needs a restart', 'Web chat bridge, Unknown: probe timed out after 2 s']);
  await look(cell(/^Web chat bridge/), 'its figures').toHaveTextContent(/48391.*8000.*11\.4 %.*212 MB.*4 h 0\d min/);
  await look(seen('modules-sum'), 'all of them').toHaveTextContent('5 running · 466 MB · measured every 5 s');
  await look(page.getByText('8 instances'), 'how many').toBeVisible();
  await look(page.getByTitle('Kept free for it, nothing listens').first(), 'a port that nobody listens on').toHaveTextContent('9101');
  await expectClean('the modules');
});

test('segments and search narrow the list, the figures come from the server', async () => {
  const { calls } = await openApp({}, at);
  await page.getByRole('radio', { name: /^Running 5/ }).click();
  await eventually(() => names().length, 'only what runs').toBe(5);
  await page.getByRole('radio', { name: /^Need you 2/ }).click();
  await eventually(() => names().length, 'only what needs you').toBe(2);
  await press('{Meta>}f{/Meta}');
  await type('bridge');
  await eventually(() => names().length, 'both').toBe(1);
  await eventually(() => calls('modulesList').at(-1), 'asked with both').toEqual(['needs_you', 'bridge', 'status', 0, 100]);
  await press('{Enter}');
  await eventually(() => location.hash, 'Enter chooses the first').toBe('#/modules/instances/web_bridge');
  await press('{Escape}');
  await eventually(() => names().length, 'Esc clears').toBe(2);
});

test('a header sorts', async () => {
  const { calls } = await openApp({}, at);
  await seen('sort-memory').click();
  await eventually(() => names()[0], 'the largest first').toMatch(/^Web chat bridge/);
  await look(seen('sort-memory'), 'marked').toHaveAttribute('aria-pressed', 'true');
  expect(calls('modulesList').at(-1)?.[2], 'asked of the server').toBe('memory');
});

test('by keyboard alone: move, details, log, start, stop', async () => {
  const { calls } = await openApp({}, at);
  await focusFirst();
  await press('{ArrowDown}');
  await eventually(focused, 'down').toMatch(/^Web chat bridge/);
  await eventually(() => location.hash, 'the row is chosen').toBe('#/modules/instances/web_bridge');
  await press(' ');
  await look(seen('inspector'), 'Space shows its details').toHaveTextContent(/Web chat bridge.*Unknown/);
  await eventually(focused, 'and stays').toMatch(/^Web chat bridge/);
  await press(' ');
  await look(seen('inspector'), 'and hides them').not.toBeInTheDocument();
  await press('{Enter}');
  await eventually(() => document.activeElement?.classList.contains('mod-ins'), 'Enter goes into the details').toBe(true);
  await press('{Escape}');
  await look(seen('inspector'), 'Esc closes them').not.toBeInTheDocument();
  await focusFirst();
  await press('{End}s');
  await eventually(() => calls('modulesStart').at(-1), 'S starts what is off').toEqual([['timbre/thalamus']]);
  await eventually(focused, 'the focus goes along with its row').toMatch(/^Thalamus of Timbre, Healthy/);
  await press('s');
  await eventually(() => calls('modulesStop').at(-1), 'and stops what runs').toEqual([['timbre/thalamus']]);
  await press('l');
  await eventually(() => location.hash, 'L shows the log').toContain('?log');
  await look(page.getByRole('separator', { name: 'Height of the log' }), 'under the list').toBeVisible();
  await press('l');
  await eventually(() => location.hash, 'and hides it').not.toContain('?log');
  await press('{Meta>}l{/Meta}');
  await eventually(() => location.hash, '⌘L as well').toContain('?log');
});

test('rows stay in place under the pointer, and go where they belong once it has left', async () => {
  await openApp({}, at);
  const start = page.getByRole('button', { name: 'Start Broca of Timbre' });
  await look(start, 'it is off').toBeVisible();
  const before = names().map((name) => name?.split(',')[0]);
  await start.click();
  await look(cell(/^Broca of Timbre, Healthy/), 'it runs').toBeVisible();
  expect(names().map((name) => name?.split(',')[0]), 'no other row came under the pointer').toEqual(before);
  await look(page.getByRole('button', { name: 'Stop Broca of Timbre' }), 'the focus stays on the button').toHaveFocus();
  await page.getByRole('heading', { name: 'Modules' }).hover();
  await eventually(() => names().findIndex((name) => name?.startsWith('Broca of Timbre')), 'among what runs').toBe(3);
});

test('a start says what it waits for and can be called off, which is no failure', async () => {
  const { platform, calls } = await openApp({}, at);
  let ready = () => {};
  platform.memory.modules.ready = () => new Promise((done) => { ready = done; });
  await look(page.getByRole('button', { name: 'Start Broca of Timbre' }), 'it is off').toBeVisible();
  await page.getByRole('button', { name: 'Start Broca of Timbre' }).click();
  await look(cell(/^Broca of Timbre/), 'what it waits for').toHaveTextContent(/Starting.*waiting for “Application started successfully”/);
  await page.getByRole('button', { name: 'Stop Broca of Timbre' }).click();
  await look(cell(/^Broca of Timbre, Off/), 'called off').toHaveTextContent('stopped by mara');
  ready();
  await look(page.getByRole('button', { name: 'Start Broca of Timbre' }), 'it can be started again').toBeVisible();
  await new Promise((done) => setTimeout(done, 100));
  expect(calls('modulesStop'), 'asked once').toEqual([[['timbre/broca2']]]);
  await look(seen('module-failure'), 'what was called off has not failed').not.toBeInTheDocument();
});

test('a start that failed says in its own words why, what to do, and shows its log', async () => {
  const words = 'ended with exit code 1 after 0.4 s: ModuleNotFoundError: No module named ‘croniter’';
  const { platform } = await openApp({ modules: { failing: { scheduler: words } } }, at);
  await page.getByRole('button', { name: 'Start Scheduler' }).click();
  await look(seen('module-failure'), 'what happened and what to do').toHaveTextContent(`Scheduler could not be started.Ended with exit code 1 after 0.4 s: ModuleNotFoundError: No module named ‘croniter’. Look at its log; the last lines say why.`);
  await look(cell(/^Scheduler, Error/), 'the row says it too').toBeVisible();
  await expectClean('a failed start');
  await seen('trouble-copy').click();
  await eventually(() => platform.memory.world.copied[0], 'to paste elsewhere').toContain('Scheduler: Ended with exit code 1');
  await seen('trouble-log').click();
  await eventually(() => location.hash, 'its log').toBe('#/modules/instances/scheduler?log');
  await seen('trouble-dismiss').click();
  await look(seen('module-failure'), 'read').not.toBeInTheDocument();
  await look(seen('module-trouble'), 'what is still true of the chosen one').toHaveTextContent('Scheduler: ended with exit code 1');
});

test('a question that is refused says so in place', async () => {
  await openApp({ overrides: { modulesStop: async () => refuse('forbidden', 'Stopping is for administrators.', 'Ask mara.') } }, at);
  await page.getByRole('button', { name: 'Stop SMCP' }).click();
  await look(seen('error-box'), 'why').toHaveTextContent('Stopping is for administrators.Ask mara.');
});

test('a failure that comes while another view is open is not lost', async () => {
  const { platform } = await openApp({ modules: { failing: { scheduler: 'ended with exit code 1' } } }, at);
  let ready = () => {};
  platform.memory.modules.ready = () => new Promise((done) => { ready = done; });
  await page.getByRole('button', { name: 'Start Scheduler' }).click();
  await look(cell(/^Scheduler/), 'under way').toHaveTextContent('Starting');
  await seen('sidebar-activity').click();
  await look(seen('activity-view'), 'elsewhere').toBeVisible();
  ready();
  await look(seen('toast'), 'said there').toHaveTextContent('Scheduler could not be started.');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await look(seen('module-failure'), 'and here').toHaveTextContent('Ended with exit code 1.');
});

test('all that are ready are started, all that run are stopped after a question that names how many', async () => {
  const { calls } = await openApp({}, at);
  await seen('start-all').click();
  await look(seen('toast'), 'how many').toHaveTextContent('3 modules started.');
  await look(page.getByRole('radio', { name: /^Running 8/ }), 'counted').toBeVisible();
  await look(seen('start-all'), 'nothing is left').toHaveAttribute('aria-disabled', 'true');
  await seen('modules-more').click();
  await page.getByRole('menuitem', { name: 'Stop all…' }).click();
  await look(seen('stop-all'), 'asked').toHaveTextContent('Stop all 8 modules that run?');
  await expectClean('the question');
  expect(calls('modulesStop'), 'nothing was stopped yet').toEqual([]);
  await seen('stop-all-yes').click();
  await look(page.getByRole('radio', { name: /^Running 0/ }), 'all ended').toBeVisible();
  expect(calls('modulesStop'), 'all at once').toEqual([[[]]]);
});

test('a service that is not there yet is added by a plan', async () => {
  const { calls } = await openApp({}, at);
  await seen('modules-more').click();
  await page.getByRole('menuitem', { name: 'Add Letta…' }).click();
  await look(seen('plan-view'), 'what it would do').toHaveTextContent('Create the folder');
  expect(calls('moduleAddPlan'), 'the one that was chosen').toEqual([['letta']]);
});

test('what cannot start says why and offers its code', async () => {
  const row = moduleRow({ id: 'scheduler', module: 'scheduler', title: 'Scheduler', icon: 'service', port: null, state: 'stopped', status: { word: 'Inactive', reason: 'no code yet', evidence: [], measured_at: null }, more: { cannot_start: 'no code installed yet', mend: { kind: 'code' } } });
  const { calls } = await openApp({ modules: { rows: [row] } }, '#/modules/instances/scheduler');
  await look(page.getByRole('button', { name: 'Start Scheduler' }), 'not now').toHaveAttribute('aria-disabled', 'true');
  await look(cell(/^Scheduler/), 'an age that nobody measured is not claimed').toHaveTextContent('not measured');
  await look(seen('module-trouble'), 'why').toHaveTextContent('No code installed yet. What it lacks is its code.');
  await look(seen('trouble-python'), 'Python would not help').not.toBeInTheDocument();
  await focusFirst();
  await press('s');
  expect(calls('modulesStart'), 'a key does not start it either').toEqual([]);
  await seen('trouble-install').click();
  await look(seen('install-sheet'), 'the way out').toBeVisible();
});

test('empty lists say why and what to do', async () => {
  await openApp({ modules: { rows: 0 } }, at);
  await look(page.getByRole('heading', { name: 'No modules yet' }), 'teaches').toBeVisible();
  await expectClean('no modules');
  await closeApp();
  const off = [moduleRow({ id: 'scheduler', module: 'scheduler', title: 'Scheduler', icon: 'service', port: null, state: 'stopped', status: { word: 'Ready', reason: 'never started', evidence: [], measured_at: null } })];
  await openApp({ modules: { rows: off } }, at);
  await page.getByRole('radio', { name: /^Running 0/ }).click();
  await look(page.getByRole('heading', { name: 'Nothing runs' }), 'no running ones').toBeVisible();
  await page.getByRole('radio', { name: /^Need you 0/ }).click();
  await look(page.getByRole('heading', { name: 'Nothing needs you' }), 'none needs you').toBeVisible();
  await page.getByRole('button', { name: 'Show all 1' }).click();
  await look(cell(/^Scheduler/), 'back').toBeVisible();
  await press('{Meta>}f{/Meta}');
  await type('nonsense');
  await look(page.getByRole('heading', { name: 'No module fits' }), 'nothing found').toBeVisible();
});

test('a list that cannot be read says what to do and is read again', async () => {
  let broken = true;
  await openApp({ overrides: { modulesList: async () => (broken ? refuse('registry_locked', 'The registry is locked.', 'Close the other program.') : { items: [], total: 0, all: 0, running: 0, needs_you: 0, can_start: 0, memory: 0, measured_at: null, every: 5 }) } }, at);
  await look(page.getByText('Close the other program.'), 'what to do').toBeVisible();
  broken = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await look(page.getByRole('heading', { name: 'No modules yet' }), 'read again').toBeVisible();
});

test('what is measured shows by itself, in the list, the sidebar and its foot', async () => {
  const { platform } = await openApp({}, at);
  await look(cell(/^Broca of Athena, Healthy/), 'before').toBeVisible();
  await look(seen('side-foot'), 'tools, modules, plugins and changes').toHaveTextContent(/7 things need you.*measured (just now|\d+ s ago)/);
  await look(seen('sidebar-modules').getByRole('img', { name: '2 need you' }), 'the place is marked').toBeVisible();
  const { modules, emitOverview } = platform.memory;
  modules.rows = modules.rows.map((row) => ({ ...row, needs_you: false, status: { ...row.status, word: 'Healthy' as const, reason: 'answered in 2 ms' } }));
  emitOverview({ word: 'Healthy', text: '5 of 8 running', problems: [], running: 5, can_start: 3, measured_at: new Date().toISOString() });
  await look(cell(/^Broca of Monday, Healthy: answered in 2 ms/), 'the list').toBeVisible();
  await look(seen('sidebar-modules').getByRole('img'), 'the place is not marked any more').not.toBeInTheDocument();
  await look(seen('side-foot'), 'the foot').toHaveTextContent(/measured just now/);
});

test('ten thousand instances stay light, also at the far end', async () => {
  const { calls } = await openApp({ modules: { rows: 10_000 } }, at);
  await look(page.getByText('10,000 instances'), 'all are counted').toBeVisible();
  await focusFirst();
  expect(document.querySelectorAll('*').length, 'nodes at the top').toBeLessThan(2_000);
  await press('{End}');
  await eventually(() => document.activeElement?.getAttribute('data-cell'), 'the last has the focus').toBe('9999');
  expect(document.querySelectorAll('*').length, 'nodes at the end').toBeLessThan(2_000);
  expect(calls('modulesList').every(([, , , , limit]) => limit === 100), 'only pages of 100 are asked for').toBe(true);
  expect(calls('modulesList').length, 'pages that nobody looked at were not asked for').toBeLessThan(12);
});

test('hostile names are text', async () => {
  const hostile = '<img src=x onerror="window.owned=1">\u202E';
  const row = moduleRow({ id: 'evil/../x', module: hostile, title: hostile, icon: '__proto__', port: null, state: 'running', status: { word: 'Degraded', reason: `\u001b[31m${hostile}`, evidence: [hostile], measured_at: null }, needs: true, more: { agent: 'evil', agent_title: hostile } });
  await openApp({ modules: { rows: [row] } }, at);
  await look(page.getByText('<img src=x onerror="window.owned=1">⟨U+202E⟩').first(), 'as written').toBeVisible();
  await seen('module-row').dblClick();
  await look(seen('inspector'), 'in the details').toHaveTextContent('<img src=x onerror="window.owned=1">⟨U+202E⟩');
  await look(seen('module-trouble'), 'under the list').toHaveTextContent('␛[31m<img');
  expect(document.querySelector('#root img'), 'nothing is loaded').toBeNull();
  expect((window as { owned?: number }).owned, 'nothing ran').toBeUndefined();
  await expectClean('hostile names');
});

test('the smallest window drops what the details also say, never the status', async () => {
  await page.viewport(900, 600);
  try {
    await openApp({}, at);
    await look(cell(/^Broca of Monday/).getByText('Letta refused the password'), 'the reason stays').toBeVisible();
    const shown = ['Module', 'Agent', 'Status', 'PID', 'Port', 'CPU', 'Memory', 'Running'].filter((name) => [...document.querySelectorAll<HTMLElement>('.mod-head > span')].some((head) => head.textContent?.startsWith(name) && head.offsetWidth > 0));
    expect(shown, 'columns').toEqual(['Module', 'Status', 'Port']);
    expect(document.documentElement.scrollWidth, 'nothing hangs over the edge').toBe(900);
    await seen('module-row').first().dblClick();
    await look(seen('inspector'), 'the rest stands in the details').toHaveTextContent(/Process48377.*Running2 h/);
  } finally {
    await page.viewport(1440, 900);
  }
});
