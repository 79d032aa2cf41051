import { expect, test } from 'vitest';
import type { ChatEntry, ChatEvent, ChatPage, PartKind } from '../../bindings';
import { MOST, PAGE, type Said, begin, withAgain, withEvent, withNewer, withOlder, withoutFar } from './said';

const entry = (seq: number, more: Partial<ChatEntry> = {}): ChatEntry => ({
  seq, side: 'agent', at: '2026-11-25T10:00:00Z', state: 'done', reason: null, text: `text ${seq}`, parts: [], message_id: null, attempts: 0, images: [], ...more,
});
const pageOf = (from: number, to: number, before = true, after = true): ChatPage => ({ entries: Array.from({ length: to - from }, (_, i) => entry(from + i)), more_before: before, more_after: after });
const seqs = (said: Said) => said.entries.map((each) => each.seq);
const whole = (seq: number, more: Partial<ChatEntry> = {}): ChatEvent => ({ uid: 'a', seq, what: { kind: 'entry', entry: entry(seq, more) } });
const part = (seq: number, kind: PartKind, delta: string, id = 'p'): ChatEvent => ({ uid: 'a', seq, what: { kind: 'part', part: id, part_kind: kind, name: kind === 'tool_call' ? 'ports' : null, delta } });
const after = (said: Said, ...events: ChatEvent[]) => events.reduce((now, event) => withEvent(now, event)[0], said);

test('pages meet at their ends without a gap or a double', () => {
  const said = withNewer(withOlder(begin(pageOf(10, 20), null), pageOf(5, 12, false)), pageOf(18, 25, true, false));
  expect(seqs(said), 'each once, in order').toEqual(Array.from({ length: 20 }, (_, i) => i + 5));
  expect([said.moreBefore, said.moreAfter], 'both ends are known').toEqual([false, false]);
});

test('the far end is let go of, never the near one', () => {
  const said = begin(pageOf(0, MOST), null);
  const older = withoutFar(said, 'before')!;
  expect([older.entries[0]!.seq, older.moreAfter], 'the new end goes').toEqual([0, true]);
  const newer = withoutFar(said, 'after')!;
  expect([newer.entries.at(-1)!.seq, newer.moreBefore], 'the old end goes').toEqual([MOST - 1, true]);
  expect(withoutFar(begin(pageOf(0, PAGE), null), 'before'), 'a short stretch is kept').toBeNull();
});

test('an answer grows part by part, and its whole takes their place', () => {
  const started = after(begin(pageOf(0, 2, false, false), null), whole(2, { state: 'streaming', text: '' }));
  const said = after(started,
    part(2, 'reasoning', 'hm', 'r'), part(2, 'tool_call', '{"a":', 'c'), part(2, 'tool_call', '1}', 'c'), part(2, 'tool_return', 'ok', 'c'), part(2, 'text', 'One '), part(2, 'text', 'two'));
  expect(said.entries[2]!.parts.map((each) => [each.kind, each.text, each.arguments]), 'deltas are appended, call and return stay apart').toEqual([
    ['reasoning', 'hm', null], ['tool_call', '', '{"a":1}'], ['tool_return', 'ok', null], ['text', 'One two', null],
  ]);
  expect(said.entries[1], 'the others are the same objects, so that nothing else is drawn again').toBe(started.entries[1]);
  const [done, ended] = withEvent(said, whole(2, { text: 'all' }));
  expect([done.entries[2]!.text, ended?.seq], 'the whole counts, and the end is told').toEqual(['all', 2]);
  expect(withEvent(done, whole(2, { text: 'all' }))[1], 'an end is told once').toBeNull();
});

test('what happens outside of the stretch in hand waits for the eye', () => {
  const said = after(begin(pageOf(10, 20), null), whole(99), part(99, 'text', 'x'), whole(3));
  expect(seqs(said), 'nothing is put where a gap would be').toEqual(seqs(begin(pageOf(10, 20), null)));
  expect(said.arrived, 'news is counted').toEqual([99, 3]);
});

test('why it waits is known until it goes on', () => {
  const waiting = after(begin(pageOf(0, 1, false, false), null), whole(1, { side: 'user', state: 'queued' }), { uid: 'a', seq: 1, what: { kind: 'waiting', reason: 'Letta is away' } });
  expect(waiting.waiting, 'the reason').toBe('Letta is away');
  expect(after(waiting, whole(1, { side: 'user', state: 'sent' })).waiting, 'it went out').toBeNull();
});

test('the end read again replaces what is known and adds what is new; a gap begins anew', () => {
  const said = begin(pageOf(0, 5, false, false), null);
  expect(seqs(withAgain(said, pageOf(3, 8, true, false))), 'grown').toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(seqs(withAgain(said, pageOf(50, 60, true, false)))[0], 'too much came meanwhile').toBe(50);
  const far = begin(pageOf(0, 5, false, true), null);
  expect(withAgain(far, pageOf(50, 60, true, false)), 'a stretch in the past stays').toBe(far);
});
