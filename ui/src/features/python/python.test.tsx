import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { PythonEnv, PythonTry } from '../../bindings';
import { refuse } from '../../platform/memory';
import type { Platform } from '../../platform/platform';
import { pythonSample, sampleEnvs } from '../../platform/sample/python';
import { eventually, expectClean, look, press, seen, type } from '../../test/kit';
import { stage } from '../logs/test-kit';
import { PythonView } from './PythonView';

const agents = () => seen('python-env-agents');

async function openPython(envs?: PythonEnv[], overrides: Partial<Platform> = {}) {
  let plans = new Map() as Parameters<typeof pythonSample>[0]['plans'];
  let changed = (_topics: string[]) => {};
  const sample = pythonSample({ get plans() { return plans; }, changed: (topics) => changed(topics), latency: 0 }, envs ?? sampleEnvs());
  const opened = await stage(<PythonView />, { overrides: { ...sample.commands, ...overrides } });
  ({ plans, changed } = opened.platform.memory.world);
  return { ...opened, sample };
}

test('an environment says how it is, what is wrong with it, what is in it and who uses it', async () => {
  await openPython();
  await look(agents(), 'one line').toHaveTextContent(/Agentsagents\/venv.*Degraded.*Python 3\.12\.7 · 12 packages · 102 MB/);
  await look(agents(), 'who').toHaveTextContent('Used by Broca of Athena, Broca of Monday, Broca of Timbre, Thalamus of Athena, Thalamus of Timbre');
  await look(seen('python-problems-agents'), 'what is wrong').toHaveTextContent(/The pins ask for httpx 0\.28.*telegram_bot cannot be imported/);
  await look(seen('python-env-smcp'), 'one that is not there').toHaveTextContent(/Off.*Not made yet\. What runs in it cannot start before it is\./);
  await look(page.getByTestId('python-interpreter').nth(2), 'an interpreter that cannot be used').toHaveTextContent(/Python 3\.9\.6the system\/usr\/bin\/python3Error.*Broca needs 3\.11 or newer/);
  await look(seen('python-installer'), 'what installs').toHaveTextContent('Installed with uv 0.5.4');
  await expectClean('the environments');
});

test('packages are searched, and pinned ones are marked', async () => {
  await openPython();
  await page.getByText('12 packages', { exact: true }).click();
  const table = seen('python-packages-agents');
  await look(table, 'all').toHaveTextContent(/aiogram.*pinned.*anyio.*came with another/);
  await expectClean('packages');
  await page.getByLabelText('Search packages of Agents').fill('pydantic');
  await eventually(() => table.element().querySelectorAll('tbody tr').length, 'found').toBe(2);
  await page.getByRole('button', { name: 'Remove pydantic…' }).click();
  await look(seen('python-sheet'), 'it is chosen already').toHaveTextContent('Remove packages from Agents');
  expect(page.getByRole('checkbox', { checked: true }).elements().length, 'one').toBe(1);
  await seen('python-try').click();
  await look(seen('python-result'), 'what goes').toHaveTextContent(/It fits\. ?1 goes\..*pydantic.*goes/);
});

test('packages are tried first; what fits becomes a plan with its progress, and is there afterwards', async () => {
  const { calls } = await openPython();
  await seen('python-add-agents').click();
  await look(seen('python-try'), 'nothing is asked yet').toHaveAttribute('aria-disabled', 'true');
  await expectClean('the sheet');
  await seen('python-names').click();
  await type('rich==13.9.0');
  await press('{Enter}');
  await type('tqdm');
  await press('{Meta>}{Enter}{/Meta}');
  await look(seen('python-result'), 'what would come').toHaveTextContent(/It fits\. ?2 are new\. Looked up in 1\.3 s; nothing was installed\..*rich–13\.9\.0new/);
  await expectClean('a dry run');
  expect(calls('pythonPlan').length, 'no plan yet').toBe(0);
  await page.getByText('What the installer printed').click();
  await look(seen('python-result'), 'for copying').toHaveTextContent('Resolved 13 packages in 214ms');
  await seen('python-review').click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent(/Add packages to Agents.*Built beside the one that is there/);
  expect(calls('pythonPlan')[0], 'of what was tried').toEqual(['agents', { kind: 'add', packages: ['rich==13.9.0', 'tqdm'] }]);
  await press('{Enter}');
  await look(agents(), 'there').toHaveTextContent('14 packages');
});

test('packages that do not fit are explained in words, and lead to no plan', async () => {
  const { calls } = await openPython();
  await seen('python-add-agents').click();
  await seen('python-names').click();
  await type('broken');
  await press('{Meta>}{Enter}{/Meta}');
  await look(seen('python-conflicts'), 'why').toHaveTextContent(/It cannot be done like this\..*broken needs pydantic below 2, but aiogram needs 2\.4 or newer\..*Nothing was changed\./);
  await look(seen('python-review'), 'no plan').toHaveAttribute('aria-disabled', 'true');
  await expectClean('a conflict');
  await press('{Meta>}{Enter}{/Meta}');
  expect(calls('pythonPlan').length, 'not with the keys either').toBe(0);
  await seen('python-names').fill('rich');
  await look(seen('python-conflicts'), 'what was found goes with what was asked').not.toBeInTheDocument();
  await look(seen('python-try'), 'it can be tried again').toBeVisible();
});

test('a dry run that takes long is stopped where nobody waits for it; what comes of it is not shown later', async () => {
  let finish: (result: PythonTry) => void = () => {};
  const { calls } = await openPython(undefined, { pythonTry: () => new Promise((done) => { finish = done; }) });
  await seen('python-repair-agents').click();
  await look(seen('python-sheet'), 'repair is tried at once').toHaveTextContent('Looking up what fits; this can take a minute or two');
  await press('{Escape}');
  await look(seen('python-sheet'), 'left').not.toBeInTheDocument();
  expect(calls('pythonTryStop'), 'what it runs is ended with the sheet').toEqual([['agents']]);
  finish({ ok: true, moves: [], conflicts: [], output: [], took_ms: 1 });
  await look(seen('python-result'), 'nothing comes of it').not.toBeInTheDocument();
  await seen('python-add-agents').click();
  await seen('python-names').fill('rich');
  await seen('python-try').click();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await look(seen('python-try'), 'back at the form').toHaveTextContent('Try it');
  expect(calls('pythonTryStop').length, 'and with Stop').toBe(2);
  await press('{Escape}');
  await look(seen('python-sheet'), 'left again').not.toBeInTheDocument();
  expect(calls('pythonTryStop').length, 'where nothing runs nothing is stopped').toBe(2);
});

test('an environment that is not there is created with a Python that can be used', async () => {
  const { calls } = await openPython();
  await seen('python-create-smcp').click();
  const choices = page.getByTestId('python-choice').elements() as HTMLInputElement[];
  expect(choices.map((choice) => [choice.checked, choice.disabled]), 'the healthy one is chosen, the old one cannot be').toEqual([[true, false], [false, false], [false, true]]);
  await expectClean('the choice of a Python');
  await seen('python-try').click();
  await seen('python-review').click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent('Make SMCP');
  expect(calls('pythonPlan')[0], 'with that Python').toEqual(['smcp', { kind: 'create', python: '/opt/homebrew/bin/python3.12' }]);
  await press('{Enter}');
  await look(seen('python-env-smcp'), 'made').toHaveTextContent('Healthy');
});

test('pins are edited as text, and are only tried when they changed', async () => {
  const { calls } = await openPython();
  await seen('python-edit-agents').click();
  await look(seen('python-pins'), 'there').toBeVisible();
  expect((seen('python-pins').element() as HTMLTextAreaElement).value, 'as they are').toMatch(/^# What the modules of this environment need\.\naiogram==/);
  await look(seen('python-try'), 'nothing changed').toHaveAttribute('aria-disabled', 'true');
  await expectClean('the pins');
  await seen('python-pins').fill('httpx==0.28.1\n');
  await seen('python-try').click();
  await look(seen('python-result'), 'found').toHaveTextContent(/1 changes\..*httpx0\.27\.20\.28\.1/);
  await seen('python-review').click();
  await look(seen('plan-sheet'), 'the plan').toBeVisible();
  expect(calls('pythonPlan')[0], 'the whole text').toEqual(['agents', { kind: 'pins', text: 'httpx==0.28.1\n' }]);
});

test('pins that are proposed say where they come from, and can be taken as they are', async () => {
  const { calls } = await openPython(undefined, { pythonPins: async () => ({ text: 'aiogram==3.21.0\n', proposed: 'agents/agent-athena/broca2/app/requirements.txt' }) });
  await seen('python-edit-agents').click();
  await look(seen('python-sheet'), 'where from').toHaveTextContent(/some is proposed from agents\/agent-athena\/broca2\/app\/requirements\.txt/);
  await seen('python-try').click();
  expect(calls('pythonTry')[0], 'the proposal, untouched').toEqual(['agents', { kind: 'pins', text: 'aiogram==3.21.0\n' }]);
});

test('an earlier environment says what differs, and is put back by a plan that can be undone', async () => {
  const { calls } = await openPython();
  await page.getByText('2 earlier environments were kept').click();
  const first = page.getByTestId('python-kept').first();
  await look(first, 'what it is').toHaveTextContent(/Python 3\.12\.7 · 11 packages · 96 MB.*made 2 days ago, replaced by “Add aiogram 3\.21”/);
  await first.getByTestId('python-diff').click();
  await look(seen('python-differs'), 'what putting it back does').toHaveTextContent(/Put back: 1 changes, 1 goes\..*aiogram3\.21\.0–goes.*httpx0\.27\.20\.26\.0/);
  await expectClean('what differs');
  await first.getByTestId('python-back').click();
  await look(seen('plan-sheet'), 'the plan').toHaveTextContent(/Put Agents back.*As it was with Python 3\.12\.7 and 11 packages/);
  expect(calls('pythonRollbackPlan')[0], 'that one').toEqual(['agents', '20261126-101200']);
  await press('{Enter}');
  await look(agents(), 'put back').toHaveTextContent('11 packages');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await look(seen('plan-sheet'), 'and it can be taken back').toHaveTextContent('Undo: Put Agents back');
});

test('a check is carried out and says what came of it', async () => {
  const { calls } = await openPython();
  await seen('python-check-agents').click();
  await look(seen('toast'), 'said').toHaveTextContent('Agents: 2 things are wrong.');
  expect(calls('pythonCheck'), 'once').toEqual([['agents']]);
});

test('a check says what it waits for, and is stopped', async () => {
  let stop = () => {};
  const { calls } = await openPython(undefined, {
    pythonCheck: () => new Promise((_, no) => { stop = () => { try { refuse('python_check_stopped', 'The check was stopped.', 'Nothing was changed. Check again to know.', []); } catch (thrown) { no(thrown as Error); } }; }),
    pythonCheckStop: async () => { stop(); return true; },
  });
  await seen('python-check-agents').click();
  await look(seen('python-checking-agents'), 'what it does').toHaveTextContent(/Checking its packages against each other and importing what is pinned.*Stop the check/);
  await expectClean('a check on its way');
  await page.getByRole('button', { name: 'Stop the check' }).click();
  await look(seen('toast'), 'said').toHaveTextContent('The check of Agents was stopped.');
  await look(seen('python-checking-agents'), 'over').not.toBeInTheDocument();
  expect(calls('pythonCheckStop'), 'really stopped').toEqual([['agents']]);
});

test('names of packages are text', async () => {
  const env = { ...sampleEnvs()[0]!, packages: [{ name: '<img src=x onerror=alert(1)>', version: '\u202e1.0', pinned: true }, { name: 'x'.repeat(400), version: '1', pinned: false }], problems: ['<b>bold</b> \u001b[31m'] };
  await openPython([env]);
  await page.getByText('2 packages', { exact: true }).click();
  await look(seen('python-packages-agents'), 'written out').toHaveTextContent(/<img src=x onerror=alert\(1\)>⟨U\+202E⟩1\.0/);
  await look(seen('python-problems-agents'), 'problems too').toHaveTextContent('<b>bold</b> ␛[31m');
  expect(document.querySelector('.py-env img, .py-problems b'), 'no element of it').toBe(null);
  expect(document.documentElement.scrollWidth, 'a long name widens nothing').toBeLessThanOrEqual(window.innerWidth);
});

test('no Python, no environment, and a look that fails each say what to do', async () => {
  await openPython([], { pythonView: async () => ({ interpreters: [], envs: [], installer: 'pip' }) });
  await look(page.getByRole('heading', { name: 'No environment is needed' }), 'none').toBeVisible();
  await look(page.getByText('No Python was found. Install Python 3.11 or newer, then look again.'), 'and no Python').toBeVisible();
  await expectClean('nothing');
});

test('a look that fails says why and can be tried again', async () => {
  let broken = true;
  const { commands } = pythonSample({ plans: new Map(), changed: () => {}, latency: 0 });
  await stage(<PythonView />, { overrides: { ...commands, pythonView: async () => (broken ? refuse('python_unread', 'The environments cannot be read.', 'Look at the rights of the folder.') : commands.pythonView()) } });
  await look(seen('error-box'), 'why').toHaveTextContent('The environments cannot be read.');
  broken = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await look(agents(), 'there').toBeVisible();
});
