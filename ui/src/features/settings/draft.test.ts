import { expect, test } from 'vitest';
import type { DraftCheck } from '../../bindings';
import { type Edit, createDraft, leftOut, toWire } from './draft';

const edit = (value: unknown, more: Partial<Edit> = {}): Edit => ({ op: 'set', level: 'instance', value, text: null, byEnvironment: false, broken: null, ...more });
const check = (more: Partial<DraftCheck>): DraftCheck => ({ problems: [], after: [], touches: [], files: 1, instances: [], restarts: [], ...more });

test('a row hears of its own changes only', () => {
  const draft = createDraft();
  const heard: string[] = [];
  draft.onRow('a', () => heard.push('a'));
  draft.onRow('b', () => heard.push('b'));
  draft.put('a', edit(1));
  draft.put('a', edit(2));
  expect(heard, 'b was not told').toEqual(['a', 'a']);
  draft.told(check({ after: [{ id: 'a', value: '2', level: 'instance' }] }));
  draft.told(check({ after: [{ id: 'a', value: '2', level: 'instance' }] }));
  expect(heard, 'the same word twice is told once').toEqual(['a', 'a', 'a']);
});

test('what is wrong is left out: what cannot be sent, and what the server refused', () => {
  const draft = createDraft();
  draft.put('a', edit('x', { broken: 'not a number' }));
  draft.put('b', edit(0));
  draft.put('c', edit(5));
  draft.told(check({ problems: [{ id: 'b', code: 'invalid', message: 'too small', blocks: true }, { id: 'c', code: 'port_held', message: 'held', blocks: false }] }));
  expect(toWire(draft.edits()).map((sent) => sent.id), 'a is no value').toEqual(['b', 'c']);
  expect(leftOut(draft), 'a warning does not block').toEqual(['a', 'b']);
  draft.put('b', null);
  expect(draft.row('b').problems, 'a change that is gone has no problem').toEqual([]);
});

test('only what was applied is taken out; what was typed since stays', () => {
  const draft = createDraft();
  draft.put('a', edit(1));
  draft.put('b', edit(1));
  const sent = draft.edits();
  draft.put('b', edit(2));
  draft.settle(sent);
  expect([...draft.edits()].map(([id, left]) => [id, left.value]), 'b was typed on').toEqual([['b', 2]]);
});

test('a reset carries no value to the server', () => {
  const draft = createDraft();
  draft.put('a', edit(7, { op: 'reset' }));
  expect(toWire(draft.edits()), 'no value').toEqual([{ id: 'a', level: 'instance', op: 'reset', value: null, by_environment: false }]);
});
