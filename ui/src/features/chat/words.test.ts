import { expect, test } from 'vitest';
import type { ChatEntry, ChatRow } from '../../bindings';
import { announcement, canRetry, canTakeOut, dayWords, listLine, localDay, textOf } from './words';

const entry = (more: Partial<ChatEntry>): ChatEntry => ({ seq: 1, side: 'agent', at: '2026-11-25T10:00:00Z', state: 'done', reason: null, text: '', parts: [], message_id: null, attempts: 0, images: [], ...more });
const row = (more: Partial<ChatRow>) => ({ answering: false, waiting: 0, last: null, ...more }) as ChatRow;

test('days are the operator’s own, near ones have a name', () => {
  const now = new Date(2026, 10, 25, 9).getTime();
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString();
  expect([at(25, 0), at(24, 23), at(22, 12), at(3, 12)].map((each) => dayWords(each, now)), 'today back to a date').toEqual(['Today', 'Yesterday', 'Sunday', '3 Nov 2026']);
  expect(dayWords('nonsense', now), 'what is no time').toBe('On an unknown day');
  expect(localDay(at(3, 23)), 'late in the evening is that day').toBe('2026-11-03');
});

test('an assistive technology hears whole sentences, without marks, and never endless ones', () => {
  expect(announcement('Athena', entry({ text: '# Ports\n\n- **9201** is `free`\n\n```sh\nls\n```' })), 'no marks').toBe('Athena answered: Ports - 9201 is free (code)');
  expect(announcement('Athena', entry({ text: 'x'.repeat(5_000) })).length, 'cut').toBeLessThan(480);
  expect(announcement('Athena', entry({ state: 'interrupted', reason: 'Letta closed the connection.' })), 'why').toBe('The answer of Athena was cut off. Letta closed the connection.');
  expect(announcement('Athena', entry({ side: 'user', state: 'answered' })), 'nothing of what went well').toBe('');
});

test('what can be sent again or taken out', () => {
  expect(['failed', 'cancelled', 'interrupted', 'queued', 'sent', 'answered'].map((state) => canRetry(entry({ state: state as ChatEntry['state'], message_id: 4 }))), 'only what ended badly').toEqual([true, true, true, false, false, false]);
  expect(canRetry(entry({ state: 'interrupted' })), 'an answer is not sent').toBe(false);
  expect([canTakeOut(entry({ state: 'queued', message_id: 4 })), canTakeOut(entry({ state: 'sent', message_id: 4 }))], 'only what waits').toEqual([true, false]);
});

test('the list says the news before the last words', () => {
  expect(listLine(row({ answering: true, waiting: 2, last: 'x' })), 'answering').toBe('Answering…');
  expect(listLine(row({ waiting: 2, last: 'x' })), 'waiting').toBe('2 waiting');
  expect(listLine(row({ last: 'counts from `9200`, **one** is a_b' })), 'words without marks').toBe('counts from 9200, one is a_b');
  expect(listLine(row({})), 'nothing yet').toBe('Nothing was said yet.');
});

test('what was said leaves out how it was found', () => {
  const part = { id: 'a', name: null, arguments: null, ok: null };
  expect(textOf(entry({ text: 'old', parts: [{ ...part, kind: 'reasoning', text: 'hm' }, { ...part, kind: 'text', text: 'One' }, { ...part, id: 'b', kind: 'text', text: 'Two' }] })), 'text parts').toBe('One\n\nTwo');
  expect(textOf(entry({ text: 'plain' })), 'without parts').toBe('plain');
});
