import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { eventually, expectClean, look, press, seen, type } from '../../test/kit';
import { belowEnd, field, lastAnswer, mine, openChat, send, shownSeqs, transcript } from './test-kit';

/** Places an entry has in the window, from the transcript's upper edge. */
const topOf = (seq: number) => {
  const at = document.querySelector(`[data-seq="${seq}"]`);
  return at ? Math.round(at.getBoundingClientRect().top - transcript().getBoundingClientRect().top) : null;
};
const firstSeq = () => Number(transcript().dataset.first);
const lastSeq = () => Number(transcript().dataset.last);

async function scrollTo(top: number) {
  transcript().scrollTop = top;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

test.each([10_000, 100_000])('%i entries: the end is read, older ones come when the eye is near, and nothing jumps', async (entries) => {
  const { calls } = await openChat({ entries });
  await eventually(belowEnd, 'it begins at the end').toBeLessThan(4);
  expect(calls('chatPage').map((args) => args[2]), 'one page of fifty was read').toEqual([50]);
  await eventually(() => shownSeqs().includes(entries - 1), 'the last is drawn').toBe(true);
  for (let round = 0; round < 4; round += 1) {
    const before = firstSeq();
    await scrollTo(900);
    await scrollTo(300);
    const anchor = shownSeqs()[2]!;
    const place = topOf(anchor)!;
    await eventually(firstSeq, 'older ones came').toBe(before - 50);
    await eventually(() => { const now = topOf(anchor); return now !== null && Math.abs(now - place) <= 40; }, `entry ${anchor} stays under the eye`).toBe(true);
  }
  expect(document.querySelectorAll('*').length, 'only what is near the eye is drawn').toBeLessThan(2_500);
  expect(shownSeqs().every((seq, i, all) => i === 0 || seq === all[i - 1]! + 1), 'in order, each once').toBe(true);
});

test('the far end is let go of on a long way back, and comes again on the way forth', async () => {
  await openChat({ entries: 100_000 });
  await eventually(belowEnd, 'it begins at the end').toBeLessThan(4);
  for (let round = 0; round < 9; round += 1) {
    const before = firstSeq();
    await scrollTo(1_200);
    await scrollTo(100);
    await eventually(firstSeq, 'older ones came').toBeLessThan(before);
  }
  expect(lastSeq(), 'the end was let go of').toBeLessThan(99_999);
  expect(lastSeq() - firstSeq(), 'few are in hand').toBeLessThan(400);
  const left = lastSeq();
  await scrollTo(transcript().scrollHeight);
  await eventually(lastSeq, 'newer ones came').toBeGreaterThan(left);
  expect(shownSeqs().every((seq, i, all) => i === 0 || seq === all[i - 1]! + 1), 'in order, each once').toBe(true);
  await scrollTo(1_200);
  await seen('chat-newest').click();
  await eventually(lastSeq, 'and the end in one step').toBe(99_999);
  await eventually(belowEnd, 'in sight').toBeLessThan(4);
});

test('Home and End go to the first and the last of a hundred thousand', async () => {
  await openChat({ entries: 100_000 });
  await eventually(belowEnd, 'it begins at the end').toBeLessThan(4);
  transcript().focus();
  await press('{Home}');
  await eventually(() => shownSeqs()[0], 'the first').toBe(0);
  await look(page.getByText('Here the conversation begins.'), 'and it says so').toBeVisible();
  transcript().focus();
  await press('{End}');
  await eventually(() => shownSeqs().at(-1), 'the last').toBe(99_999);
});

test('who reads further up is not moved; what came meanwhile is counted and one step away', async () => {
  const { hooks } = await openChat({ entries: 400 });
  await eventually(belowEnd, 'at the end').toBeLessThan(4);
  await look(seen('chat-newest'), 'nothing to jump to').not.toBeInTheDocument();
  await scrollTo(transcript().scrollTop - 1_500);
  await look(seen('chat-newest'), 'a way back').toHaveTextContent('Jump to newest');
  const anchor = shownSeqs()[4]!;
  const place = topOf(anchor);
  hooks.say('athena', 'One more thing.');
  hooks.say('athena', 'And another.');
  await look(seen('chat-newest'), 'counted').toHaveTextContent('2 new, jump to newest');
  expect(topOf(anchor), 'the eye stays').toBe(place);
  await seen('chat-newest').click();
  await eventually(lastAnswer, 'the newest').toBe('And another.');
  await eventually(belowEnd, 'in sight').toBeLessThan(4);
  await send('thanks');
  await eventually(belowEnd, 'what is sent is in sight').toBeLessThan(4);
});

test('a long answer is followed while it grows, and left alone once the eye goes up', async () => {
  const { hooks } = await openChat({ entries: 60, reply: 'word '.repeat(900) });
  await send('Tell');
  await look(seen('chat-answering'), 'it answers').toBeVisible();
  for (let i = 0; i < 400; i += 1) hooks.step('athena');
  await eventually(() => lastAnswer().length > 1_500 && belowEnd() < 8, 'followed').toBe(true);
  for (let i = 0; i < 200; i += 1) hooks.step('athena');
  await eventually(() => lastAnswer().length > 2_500 && belowEnd() < 8, 'further').toBe(true);
  await userEvent.wheel(page.elementLocator(transcript()), { delta: { y: -600 } }).catch(() => scrollTo(transcript().scrollTop - 600));
  await look(seen('chat-newest'), 'left').toBeVisible();
  const top = transcript().scrollTop;
  for (let i = 0; i < 200; i += 1) hooks.step('athena');
  await eventually(() => lastAnswer().length > 3_400, 'it grows on').toBe(true);
  expect(Math.abs(transcript().scrollTop - top), 'the eye stays').toBeLessThan(3);
});

test('only the answer that is being written is drawn again', async () => {
  const { hooks } = await openChat({ entries: 40 });
  await send('Tell');
  await look(seen('chat-answering'), 'it answers').toBeVisible();
  await eventually(() => mine().at(-1)?.dataset.state, 'sent').toBe('sent');
  hooks.step('athena');
  await look(seen('chat-reasoning').last(), 'the first words').toBeVisible();
  const touched = new Set<string>();
  const watcher = new MutationObserver((changes) => changes.forEach((change) => {
    const seq = (change.target instanceof HTMLElement ? change.target : change.target.parentElement)?.closest<HTMLElement>('[data-seq]')?.dataset.seq;
    if (seq) touched.add(seq);
  }));
  watcher.observe(transcript(), { subtree: true, childList: true, characterData: true, attributes: true });
  for (let i = 0; i < 12; i += 1) hooks.step('athena');
  await eventually(() => lastAnswer().includes('plan for it'), 'words came').toBe(true);
  watcher.disconnect();
  expect([...touched], 'no other entry was touched').toEqual(['41']);
});

test('a day is gone to; a day outside is refused with what there is', async () => {
  const { calls } = await openChat({ entries: 2_000, now: Date.parse('2026-11-25T12:00:00Z') });
  await seen('chat-day-open').click();
  await look(seen('chat-day-field'), 'the last day first').toHaveValue('2026-11-25');
  await expectClean('the choice of a day');
  await seen('chat-day-field').fill('2019-01-01');
  await look(page.getByRole('alert'), 'refused with what there is').toHaveTextContent(/Something was said from 2026-10-\d\d to 2026-11-25/);
  await seen('chat-day-field').fill('2026-11-03');
  await seen('chat-day-go').click();
  await eventually(() => calls('chatPage').map((args) => args[1]), 'that day is read').toContainEqual({ at: 'day', day: '2026-11-03' });
  await look(seen('chat-day').first(), 'and shown').toHaveTextContent('3 Nov 2026');
  await look(seen('chat-day-field'), 'the choice closes').not.toBeInTheDocument();
});

test('⌘F finds in this chat; Enter goes from hit to hit and marks it; all chats can be searched; Esc closes', async () => {
  const { calls } = await openChat({ entries: 1_000 });
  await field().click();
  await press('{Meta>}f{/Meta}');
  await look(seen('chat-find'), 'the field has the focus').toHaveFocus();
  await type('write that down');
  await eventually(() => calls('chatSearch').at(-1), 'this chat is searched').toEqual(['athena', 'write that down', 0, 100]);
  await look(seen('chat-hit').first(), 'hits say when and what').toHaveTextContent(/You.*Write that down/);
  await eventually(() => document.querySelector('[data-testid="chat-hit"] mark')?.textContent?.toLowerCase(), 'what was found is marked').toBe('write that down');
  await expectClean('a search with hits');
  await press('{Enter}');
  await eventually(() => document.querySelectorAll('.entry-marked').length, 'the place is marked').toBe(1);
  const at = Number(document.querySelector<HTMLElement>('.entry-marked')!.dataset.seq);
  expect(location.hash, 'and has an address').toBe(`#/chat/athena?at=${at}`);
  await eventually(() => { const top = topOf(at); return top !== null && top > 0 && top < transcript().clientHeight; }, 'in sight').toBe(true);
  await press('{Enter}');
  await eventually(() => Number(document.querySelector<HTMLElement>('.entry-marked')?.dataset.seq), 'the next one, further back').toBeLessThan(at);
  await page.getByRole('radio', { name: 'All chats' }).click();
  await eventually(() => calls('chatSearch').at(-1)?.[0], 'all are searched').toBeNull();
  await seen('chat-find').fill('nobody said this');
  await look(page.getByText(/Nobody said/), 'nothing found is said').toBeVisible();
  await press('{Escape}');
  await press('{Escape}');
  await look(seen('chat-list'), 'the chats are back').toBeVisible();
});

test('⇧⌘F searches all chats from anywhere; a link to a message opens it', async () => {
  await openChat({ entries: 5_000 }, {}, '#/chat/athena?at=2500');
  await eventually(() => Number(document.querySelector<HTMLElement>('.entry-marked')?.dataset.seq), 'the message of the address').toBe(2_500);
  await seen('sidebar-activity').click();
  await look(seen('activity-view'), 'elsewhere').toBeVisible();
  await press('{Meta>}{Shift>}f{/Shift}{/Meta}');
  await look(seen('chat-find'), 'the search').toHaveFocus();
  await look(page.getByRole('radio', { name: 'All chats' }), 'over all').toBeChecked();
});

test('a conversation is exported to a file and to the clipboard', async () => {
  const { calls, platform } = await openChat({ entries: 24 });
  await seen('chat-export').click();
  await page.getByRole('menuitem', { name: 'Save as JSON' }).click();
  await eventually(() => calls('chatExportTo'), 'where it was chosen').toEqual([['athena', 'json', '/Users/mara/chat-athena.json']]);
  await look(seen('toast'), 'how many and where').toHaveTextContent('Exported 24 entries as JSON. Written to /Users/mara/chat-athena.json.');
  await seen('chat-export').click();
  await page.getByRole('menuitem', { name: 'Copy as Markdown' }).click();
  await eventually(() => platform.memory.world.copied[0]?.slice(0, 26), 'the text').toBe('# Conversation with Athena');
});

test('what another process wrote down is read when it is told, once, and never into a stretch of the past', async () => {
  const { platform, hooks, calls } = await openChat({ entries: 200 });
  await eventually(belowEnd, 'at the end').toBeLessThan(4);
  hooks.elsewhere('athena', 'from the terminal');
  expect(shownSeqs().includes(200), 'nobody told it yet').toBe(false);
  platform.memory.emitChanged({ topics: ['chats'], source: 'cli' });
  await eventually(() => mine().at(-1)?.textContent, 'it is there').toMatch(/from the terminal/);
  platform.memory.emitChanged({ topics: ['chats'], source: 'cli' });
  await eventually(() => shownSeqs().filter((seq) => seq === 200).length, 'once').toBe(1);
  transcript().focus();
  await press('{Home}');
  await eventually(() => shownSeqs()[0], 'in the past').toBe(0);
  const pages = calls('chatPage').length;
  hooks.elsewhere('athena', 'and another');
  platform.memory.emitChanged({ topics: ['chats'], source: 'cli' });
  await eventually(() => calls('chatPage').length, 'it is asked for').toBeGreaterThan(pages);
  expect(lastSeq(), 'and not put where it does not belong').toBeLessThan(200);
});

test('Esc in the search leads back to where is written', async () => {
  await openChat({ entries: 20 });
  await press('{Meta>}f{/Meta}');
  await look(seen('chat-find'), 'the search has the focus').toHaveFocus();
  await press('{Escape}');
  await look(seen('chat-find'), 'closed').not.toBeInTheDocument();
  await look(field(), 'one can go on writing').toHaveFocus();
});

test('Enter right after typing goes to the first hit of what was typed, not of what was typed before', async () => {
  const hit = (seq: number, said: string) => ({ uid: 'athena', agent: 'Athena', seq, side: 'agent' as const, at: '2026-11-25T10:00:00Z', snippet: ['', said, ''] });
  const answers: Record<string, ReturnType<typeof hit>[]> = { por: [hit(3, 'porch')], ports: [hit(11, 'ports')] };
  const { calls } = await openChat({ entries: 20 }, {
    overrides: { chatSearch: async (_, query) => { await new Promise((done) => setTimeout(done, query === 'ports' ? 300 : 0)); const items = answers[query] ?? []; return { items, total: items.length }; } },
  });
  await press('{Meta>}f{/Meta}');
  await look(seen('chat-find'), 'the search has the focus').toHaveFocus();
  await type('por');
  await eventually(() => document.querySelector('[data-testid="chat-hit"]')?.textContent, 'hits of the beginning').toContain('porch');
  await type('ts');
  await press('{Enter}');
  await eventually(() => location.hash, 'what was meant').toContain('at=11');
  expect(calls('chatPage').some((args) => JSON.stringify(args[1]) === '{"at":"around","seq":3}'), 'the other place was never shown').toBe(false);
});

test('after the jump to the newest one can write', async () => {
  await openChat({ entries: 1_000 });
  await scrollTo(300);
  await look(seen('chat-newest'), 'offered').toBeVisible();
  (seen('chat-newest').element() as HTMLElement).focus();
  await press('{Enter}');
  await look(seen('chat-newest'), 'there').not.toBeInTheDocument();
  await look(field(), 'the focus is not lost with the button').toHaveFocus();
});
