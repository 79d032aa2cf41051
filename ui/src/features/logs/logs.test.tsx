import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refuse } from '../../platform/memory';
import { type LogScenario, sampleLogs } from '../../platform/sample/logs';
import type { Platform } from '../../platform/platform';
import { eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';
import { LogPane } from './LogPane';
import { stage } from './test-kit';

const lines = () => document.querySelector<HTMLElement>('[data-testid="log-lines"]')!;
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-line]')];
const row = (n: number) => document.querySelector<HTMLElement>(`[data-line="${n}"]`);
const last = () => Math.max(...rows().map((each) => Number(each.dataset.line)));
const belowEnd = () => Math.round(lines().scrollHeight - lines().scrollTop - lines().clientHeight);
const current = () => document.querySelector<HTMLElement>('.l.on')?.dataset.line ?? null;
const follow = () => seen('log-follow');

async function openLog(scenario: LogScenario = {}, instances = ['monday/broca2'], overrides: Partial<Platform> = {}) {
  const logs = sampleLogs(scenario);
  let closed = 0;
  const opened = await stage(<LogPane instances={instances} onClose={() => { closed += 1; }} />, { overrides: { ...logs.commands, ...overrides } });
  logs.emit = opened.platform.memory.emitLog;
  return { ...opened, logs, closed: () => closed };
}

const shownText = (n: number) => row(n)?.querySelector('.log-text')?.textContent ?? '';

test('a log of 200,000 lines keeps only what is seen, at the end, in the middle and at the top', async () => {
  await openLog({ lines: 200_000 });
  await eventually(() => shownText(199_999), 'it opens at the newest line').toContain('(200000)');
  expect(rows().length, 'few rows').toBeLessThan(200);
  lines().scrollTop = 100_000 * 20;
  await eventually(() => shownText(100_010), 'the middle').toContain('(100011)');
  expect(rows().length, 'still few').toBeLessThan(200);
  lines().focus();
  await press('{Home}');
  await eventually(() => shownText(0), 'the first').toContain('(1)');
  expect(document.querySelectorAll('.log-pane *').length, 'nodes of the whole pane').toBeLessThan(1_500);
  await press('{End}');
  await eventually(() => shownText(199_999), 'and back').toContain('(200000)');
});

test('a log longer than a browser can draw is scrolled to its last line, and the wheel goes line by line', async () => {
  const total = 40_000_000;
  const state = { total, read: total, errors: 0, warnings: 0, progress: 1, complete: true, generation: 0 };
  await openLog({}, ['smcp'], {
    logOpen: async (instances) => ({ id: 'huge', sources: instances.map((instance) => ({ instance, title: 'SMCP', files: ['smcp/logs/a.log'], bytes: 4e9, note: null })), state }),
    logPage: async (_view, offset, limit) => ({ items: Array.from({ length: Math.min(limit, total - offset) }, (_, i) => ({ n: offset + i, source: 0, at: null, level: null, part: null, text: `line ${offset + i + 1}`, left_out: 0 })), state }),
  });
  await eventually(() => shownText(total - 1), 'the last line').toBe(`line ${total}`);
  const before = last();
  lines().dispatchEvent(new WheelEvent('wheel', { deltaY: -2_000, bubbles: true, cancelable: true }));
  await eventually(() => before - last(), 'a hundred lines up, no more').toBeGreaterThan(80);
  expect(before - last(), 'no more').toBeLessThan(120);
  await look(follow(), 'and it is paused').toHaveTextContent('Paused');
  lines().scrollTop = 0;
  await eventually(() => shownText(0), 'the bar reaches the first').toBe('line 1');
});

test('new lines are followed; scrolling up pauses and counts them; the button goes back to the newest', async () => {
  const { logs } = await openLog({ lines: 300 });
  await eventually(() => shownText(299), 'the end').toContain('(300)');
  logs.write('monday/broca2', { text: 'first news' });
  await eventually(() => shownText(300), 'followed').toBe('first news');
  await look(follow(), 'it says so').toHaveTextContent(/^Following$/);
  expect(belowEnd(), 'at the end').toBeLessThanOrEqual(1);
  lines().scrollTop = 1_000;
  await look(follow(), 'paused').toHaveTextContent(/^Paused$/);
  await look(page.elementLocator(lines()), 'what is scrolled by is not read aloud').toHaveAttribute('aria-live', 'off');
  const top = lines().scrollTop;
  for (let i = 0; i < 214; i += 1) logs.write('monday/broca2', { text: `news ${i}` });
  await look(follow(), 'counted').toHaveTextContent('Paused · 214 new lines');
  expect(lines().scrollTop, 'the eye stays where it was').toBe(top);
  await expectClean('a paused log');
  await follow().click();
  await eventually(() => shownText(514), 'the newest').toBe('news 213');
  await look(follow(), 'following again').toHaveTextContent(/^Following$/);
  lines().scrollTop = 0;
  await look(follow(), 'paused once more').toHaveTextContent('Paused');
  lines().scrollTop = 1_000_000;
  await look(follow(), 'scrolling to the end follows').toHaveTextContent('Following');
});

test('a log that is written without a pause can be left all the same', async () => {
  const { logs } = await openLog({ lines: 300 });
  await eventually(() => shownText(299), 'the end').toContain('(300)');
  lines().scrollTop = 1_000;
  for (let i = 0; i < 5; i += 1) { logs.write('monday/broca2', { text: `news ${i}` }); await Promise.resolve(); }
  await look(follow(), 'paused though lines came before the scroll was told').toHaveTextContent('Paused');
  expect(lines().scrollTop, 'where it was scrolled to').toBe(1_000);
  await follow().click();
  lines().dispatchEvent(new WheelEvent('wheel', { deltaY: -40, bubbles: true, cancelable: true }));
  await look(follow(), 'a turn of the wheel is enough').toHaveTextContent('Paused');
});

test('a search counts its matches and goes from one to the next and round; Shift goes back', async () => {
  await openLog({ lines: 28 });
  await eventually(() => shownText(27), 'open').toContain('(28)');
  await seen('log-search').click();
  await type('password');
  await look(seen('log-count'), 'the newest of four').toHaveTextContent('4 of 4');
  await eventually(current, 'its line').toBe('23');
  expect(row(23)?.querySelector('mark')?.textContent, 'marked').toBe('password');
  await press('{Enter}');
  await look(seen('log-count'), 'round to the first').toHaveTextContent('1 of 4');
  await eventually(current, 'its line').toBe('2');
  await press('{Enter}');
  await look(seen('log-count'), 'the second').toHaveTextContent('2 of 4');
  await press('{Shift>}{Enter}{/Shift}');
  await look(seen('log-count'), 'back').toHaveTextContent('1 of 4');
  await expectClean('a search');
  await seen('log-only').click();
  await eventually(() => rows().length, 'only what matches').toBe(4);
  await look(seen('log-count'), 'still on the same line').toHaveTextContent('1 of 4');
  await seen('log-search').click();
  await press('{Enter}{Enter}');
  await look(seen('log-count'), 'further').toHaveTextContent('3 of 4');
  await press('{Escape}');
  await eventually(() => rows().length, 'cleared, all lines').toBe(28);
  await eventually(current, 'and the match among its neighbours').toBe('16');
});

test('capitals and patterns are switches; a pattern that cannot be read is said under the field and shows no less', async () => {
  const { calls } = await openLog({ lines: 28 });
  await seen('log-search').click();
  await type('PASSWORD');
  await look(seen('log-count'), 'capitals do not count').toHaveTextContent('of 4');
  await seen('log-case').click();
  await look(seen('log-count'), 'now they do').toHaveTextContent('No match');
  await seen('log-case').click();
  await seen('log-regex').click();
  await page.getByLabelText('Search this log').fill('^40(');
  await look(seen('log-bad'), 'why').toHaveTextContent(/This pattern cannot be read.*search for the text as it stands/);
  await look(page.getByLabelText('Search this log'), 'marked as wrong').toHaveAttribute('aria-invalid', 'true');
  expect(rows().length, 'the lines stay').toBe(28);
  await expectClean('a bad pattern');
  await page.getByLabelText('Search this log').fill('^40\\d');
  await look(seen('log-count'), 'a good one').toHaveTextContent('of 4');
  await look(seen('log-bad'), 'nothing is wrong').not.toBeInTheDocument();
  expect(calls('logSeek').at(-1)?.[2], 'asked as it was typed').toBe('^40\\d');
});

test('levels filter, E goes to the next error and Shift+E back, arrows move line by line', async () => {
  const { calls } = await openLog({ lines: 28 });
  await page.getByRole('radio', { name: /Warnings/ }).click();
  await eventually(() => rows().length, 'warnings and errors').toBe(8);
  expect(calls('logFilter').at(-1)?.[1], 'asked for').toEqual({ level: 'warn', text: '', regex: false, case: false });
  await page.getByRole('radio', { name: /Errors/ }).click();
  await eventually(() => rows().length, 'errors').toBe(4);
  await page.elementLocator(row(1)!).click();
  await page.getByRole('radio', { name: /All levels/ }).click();
  await eventually(() => rows().length, 'all').toBe(28);
  await eventually(current, 'the error that was chosen, among its neighbours').toBe('9');
  lines().focus();
  await press('e');
  await eventually(current, 'the next').toBe('16');
  await press('e');
  await press('e');
  await eventually(current, 'round to the first').toBe('2');
  await press('{Shift>}E{/Shift}');
  await eventually(current, 'and back').toBe('23');
  await press('{ArrowUp}');
  await eventually(current, 'a line up').toBe('22');
  await press('{End}');
  await eventually(current, 'the last').toBe('27');
  await press('{PageUp}');
  await eventually(() => Number(current()), 'a page up').toBeLessThan(27);
});

test('another log is merged by time, has its own mark, and can be removed; views that are not shown are closed', async () => {
  const { logs, unmount } = await openLog({ lines: 20 });
  await look(seen('log-chip'), 'one').toHaveTextContent('Broca of Monday');
  await page.elementLocator(row(9)!).click();
  expect(page.getByRole('button', { name: /Remove the log/ }).elements().length, 'the only one stays').toBe(0);
  await seen('log-add').click();
  await look(seen('log-add-dialog'), 'asks which').toBeVisible();
  await expectClean('another log');
  await type('smcp');
  await look(seen('log-add-row'), 'found').toHaveTextContent('SMCP');
  await press('{Enter}');
  await eventually(() => rows().length, 'both logs').toBe(40);
  await eventually(() => document.querySelector('.l.on .log-text')?.textContent, 'the line that was chosen is found again').toContain('(10)');
  expect(page.getByTestId('log-chip').elements().map((chip) => chip.textContent), 'a chip each').toEqual(['MBroca of Monday', 'SSMCP']);
  const sources = rows().sort((a, b) => Number(a.dataset.line) - Number(b.dataset.line)).map((each) => each.querySelector('.log-source-name')?.textContent);
  expect(new Set(sources.slice(0, 6)), 'lines of both stand between each other').toEqual(new Set(['Broca of Monday', 'SMCP']));
  await expectClean('two logs');
  expect(logs.open().length, 'the first view was closed').toBe(1);
  await page.getByRole('button', { name: 'Remove the log of Broca of Monday' }).click();
  await eventually(() => rows().length, 'one left').toBe(20);
  await look(seen('log-chip'), 'the other').toHaveTextContent('SMCP');
  await unmount();
  await eventually(() => logs.open().length, 'all closed').toBe(0);
});

test('an export says how many lines it wrote and how many values were covered; the folder can be shown', async () => {
  const { calls, shown } = await openLog({ lines: 28 });
  await look(seen('log-lines'), 'open').toBeVisible();
  await seen('log-export').click();
  await look(seen('toast'), 'what came of it').toHaveTextContent(/Wrote 28 lines\. 4 values were covered\..*\/Users\/mara\/broca-of-monday\.log/);
  expect(calls('logExportTo').length, 'once').toBe(1);
  await seen('log-more').click();
  await page.getByRole('menuitem', { name: 'Show the folder' }).click();
  expect(shown, 'the folder of its file').toEqual(['agents/agent-monday/broca2/logs']);
});

test('an export says how far it is and can be stopped; nothing else is said to be written', async () => {
  const { calls } = await openLog({ lines: 28, exportHangs: true });
  await look(seen('log-lines'), 'open').toBeVisible();
  await seen('log-export').click();
  await look(seen('log-exporting'), 'what it waits for, and how far').toHaveTextContent(/Writing the export, secrets covered: 42 %.*Stop the export/);
  await expectClean('an export on its way');
  await page.getByRole('button', { name: 'Stop the export' }).click();
  await look(seen('toast'), 'said').toHaveTextContent('The export was stopped. Nothing was written.');
  await look(seen('log-exporting'), 'and over').not.toBeInTheDocument();
  expect(calls('logExportStop').length, 'really stopped, not left alone').toBe(1);
});

test('Esc closes the log once nothing in it needs it first', async () => {
  const { closed } = await openLog({ lines: 28 });
  await eventually(() => shownText(27), 'open').toContain('(28)');
  await page.elementLocator(row(24)!).click();
  await page.elementLocator(row(26)!).click({ modifiers: ['Shift'] });
  await press('{Escape}');
  expect([closed(), document.querySelectorAll('[data-selected]').length], 'first the chosen lines').toEqual([0, 0]);
  await seen('log-more').click();
  await press('{Escape}');
  expect(closed(), 'then its menu').toBe(0);
  await seen('log-add').click();
  await look(page.getByRole('dialog'), 'a sheet over it').toBeVisible();
  await press('{Escape}');
  await look(page.getByRole('dialog'), 'the sheet').not.toBeInTheDocument();
  expect(closed(), 'and not the log under it').toBe(0);
  await seen('log-search').click();
  await type('401');
  await press('{Escape}');
  expect(closed(), 'a search is cleared').toBe(0);
  await press('{Escape}');
  expect(closed(), 'and left').toBe(0);
  await press('{Escape}');
  expect(closed(), 'then the log closes').toBe(1);
});

test('lines are chosen by click and Shift-click and copied whole', async () => {
  const { platform } = await openLog({ lines: 28 });
  await eventually(() => shownText(27), 'open').toContain('(28)');
  await page.elementLocator(row(24)!).click();
  await page.elementLocator(row(26)!).click({ modifiers: ['Shift'] });
  await eventually(() => document.querySelectorAll('[data-selected]').length, 'three').toBe(3);
  await press('{Meta>}c{/Meta}');
  await look(seen('toast'), 'said').toHaveTextContent('Copied 3 lines.');
  const text = platform.memory.world.copied.at(-1)!.split('\n');
  expect(text.length, 'a line each').toBe(3);
  expect(text[0], 'whole').toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} warn broca\.queue Message kept, next try in 10 s \(25\)$/);
});

test('hostile lines are text: no markup, no terminal codes, no turned direction, one line each', async () => {
  await openLog({ rows: [{ text: '<img src=x onerror="alert(1)">\u001b[31mred\u202etxt.exe\nsecond', part: '<b>part</b>', level: 'error' }, { text: 'x'.repeat(4_096), left_out: 996_000 }] });
  await eventually(() => shownText(0), 'written out').toBe('<img src=x onerror="alert(1)">␛[31mred⟨U+202E⟩txt.exe␊second');
  expect(lines().querySelector('img, b'), 'no element of it').toBe(null);
  expect(row(0)!.offsetHeight, 'one row').toBe(20);
  expect(shownText(1), 'what was left out is said').toContain('996,000 more characters');
  expect(row(1)!.offsetHeight, 'cut while it is not wrapped').toBe(20);
  lines().focus();
  await press('w');
  await eventually(() => row(1)!.offsetHeight, 'wrapped it is whole').toBeGreaterThan(100);
  expect(lines().scrollWidth, 'and nothing stands outside').toBeLessThanOrEqual(lines().clientWidth);
});

test('wrapped lines are windowed too, and what is read stays where it is', async () => {
  await openLog({ rows: Array.from({ length: 5_000 }, (_, i) => ({ text: `${i} ${'words of a long line '.repeat(i % 5 === 0 ? 30 : 1)}` })) });
  lines().focus();
  await press('w');
  await eventually(() => shownText(4_999), 'the end').toContain('4999 ');
  expect(rows().length, 'few rows').toBeLessThan(200);
  lines().scrollTop = 40_000;
  await eventually(() => rows().length > 0 && rows().every((each) => each.textContent !== '…'), 'there').toBe(true);
  await eventually(() => {
    const boxes = rows().map((each) => each.getBoundingClientRect()).sort((a, b) => a.top - b.top);
    return boxes.every((box, i) => i === 0 || Math.abs(box.top - boxes[i - 1]!.bottom) < 1);
  }, 'each line begins where the one before ends').toBe(true);
});

test('a new day is marked where it begins, times are local with the date in their title', async () => {
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 0, 0, 7).toISOString();
  await openLog({ rows: [{ at: at(27, 23), text: 'evening' }, { at: null, text: 'a line without time' }, { at: at(28, 1), text: 'night' }, { at: at(28, 2), text: 'later' }] });
  await eventually(() => rows().map((each) => each.querySelector('.log-day')?.textContent ?? ''), 'first line and change').toEqual(['27 Nov 2026', '', '28 Nov 2026', '']);
  expect(row(2)!.firstElementChild!.textContent, 'local').toBe('01:00:00.007');
  expect(row(2)!.firstElementChild!.getAttribute('title'), 'whole').toBe('28 Nov 2026, 01:00:00');
});

test('while a big file is read it says how far; notes of sources stand above the lines', async () => {
  const { logs } = await openLog({ lines: 1_000, progress: 0.37, silent: ['smcp'] }, ['monday/broca2', 'smcp']);
  await look(seen('log-progress'), 'how far').toHaveTextContent('Reading 88 kB · 37 %');
  await look(seen('log-notes'), 'why a part is missing').toHaveTextContent('SMCP: It has written nothing yet.');
  await expectClean('a log that is read');
  logs.read(1);
  await look(seen('log-progress'), 'done').not.toBeInTheDocument();
  await eventually(() => shownText(999), 'and at the end').toContain('(1000)');
});

test('a file that was replaced is paged anew', async () => {
  const { logs } = await openLog({ lines: 40 });
  await eventually(() => shownText(39), 'as it was').toContain('(40)');
  logs.replace('monday/broca2', [{ text: 'after the rotation' }, { text: 'second' }]);
  await eventually(() => rows().map((each) => each.querySelector('.log-text')?.textContent), 'as it is').toEqual(['after the rotation', 'second']);
});

test('nothing written, nothing that fits, and a log that does not open each say what to do', async () => {
  const { logs, show } = await openLog({ lines: 5, silent: ['smcp'] }, ['smcp']);
  await look(page.getByRole('heading', { name: 'Nothing written yet' }), 'empty').toBeVisible();
  await expectClean('an empty log');
  logs.write('smcp', { text: 'hello' });
  await eventually(() => shownText(0), 'its first line').toBe('hello');
  await page.getByRole('radio', { name: /Errors/ }).click();
  await look(page.getByRole('heading', { name: 'No line fits' }), 'filtered away').toBeVisible();
  await seen('log-all').click();
  await eventually(() => shownText(0), 'all again').toBe('hello');
  await show(<LogPane instances={['monday/broca2']} onClose={() => {}} />);
  await look(seen('log-chip'), 'another instance, another log').toHaveTextContent('Broca of Monday');
});

test('a log that cannot be opened says why and is opened again', async () => {
  let closed = true;
  const inner = sampleLogs({ lines: 3 });
  await openLog({}, ['smcp'], { ...inner.commands, logOpen: async (...args) => (closed ? refuse('log_unreadable', 'The log cannot be read: permission denied.', 'Look at the rights of its folder.') : inner.commands.logOpen(...args)) });
  await look(seen('error-box'), 'why').toHaveTextContent('The log cannot be read: permission denied.');
  closed = false;
  await page.getByRole('button', { name: 'Open it again' }).click();
  await eventually(() => rows().length, 'open').toBe(3);
});

test('a view that was closed from the other side is opened again', async () => {
  const { logs } = await openLog({ lines: 2_000 });
  await eventually(() => shownText(1_999), 'open').toContain('(2000)');
  logs.forget();
  lines().scrollTop = 20_000;
  await look(seen('error-box'), 'why lines are missing').toHaveTextContent('This view of logs is not open any more.');
  await page.getByRole('button', { name: 'Open it again' }).click();
  await eventually(() => shownText(1_999), 'there again').toContain('(2000)');
  await look(seen('error-box'), 'and well').not.toBeInTheDocument();
});

test('going through instances quickly opens the last of them, not each', async () => {
  const { calls, show, logs } = await openLog({ lines: 3 }, ['smcp']);
  await eventually(() => rows().length, 'open').toBe(3);
  for (const instance of ['a/broca2', 'b/broca2', 'c/broca2', 'd/broca2']) await show(<LogPane instances={[instance]} onClose={() => {}} />);
  await look(seen('log-chip'), 'the last').toHaveTextContent('Broca of D');
  expect(calls('logOpen').length, 'few were opened').toBeLessThan(5);
  await eventually(() => logs.open().length, 'and one is left').toBe(1);
});

test('the choice of another log keeps its list apart from its button', async () => {
  await openApp({}, '#/modules/instances/monday%2Fbroca2?log');
  await seen('log-add').click();
  await look(seen('log-add-row').first(), 'instances').toBeVisible();
  const list = document.querySelector('.log-add-list')!.getBoundingClientRect();
  const close = document.querySelector('[data-testid="log-add-dialog"] footer')!.getBoundingClientRect();
  expect(close.top - list.bottom, 'some room').toBeGreaterThan(8);
});
