import { expect, test } from 'vitest';
import type { LogLine, LogSource, LogState } from '../../bindings';
import { bytesWords, copiedLine, exportWords, lineDay, lineTime, marked, marker, readingWords } from './words';

const source = (title: string, bytes: number): LogSource => ({ instance: title, title, files: [], bytes, note: null });
const state: LogState = { total: 0, read: 0, errors: 0, warnings: 0, progress: 0.379, complete: false, generation: 0 };
const line: LogLine = { n: 0, source: 1, at: new Date(2026, 10, 28, 14, 29, 52, 114).toISOString(), level: 'error', part: 'broca.agent', text: 'refused', left_out: 0 };

test('a time is local with milliseconds; what is no time is shown as it was', () => {
  expect(lineTime(line.at!), 'local').toBe('14:29:52.114');
  expect(lineTime('yesterday\u202e'), 'not an instant, and harmless').toBe('yesterday⟨U+202E⟩');
  expect([lineDay(line.at), lineDay(null), lineDay('?')], 'its day').toEqual(['2026-11-28', null, null]);
});

test('sizes and progress are said in words', () => {
  expect([bytesWords(812), bytesWords(4_300), bytesWords(432_013_312), bytesWords(1_610_612_736)], 'sizes').toEqual(['812 B', '4.2 kB', '412 MB', '1.5 GB']);
  expect(readingWords([source('a', 400 * 1_048_576), source('b', 12 * 1_048_576)], state), 'while it is read').toBe('Reading 412 MB · 37 %');
  expect(readingWords([], { ...state, complete: true }), 'and not after').toBe(null);
  expect(exportWords(12_345, 3), 'an export').toBe('Wrote 12,345 lines. 3 values were covered.');
  expect(exportWords(1, 0), 'a small one').toBe('Wrote 1 line. Nothing had to be covered.');
});

test('a copied line has its date, its source where there are several, and nothing a terminal obeys', () => {
  const two = [source('SMCP', 1), source('Broca of Monday', 1)];
  expect(copiedLine(line, two), 'whole').toBe('2026-11-28 14:29:52.114 [Broca of Monday] error broca.agent refused');
  expect(copiedLine({ ...line, at: null, level: null, part: null, text: 'a\u001b[31m\nb', left_out: 12_000 }, two.slice(1)), 'bare').toBe('a␛[31m␊b … (12,000 more characters)');
});

const cut = (text: string, search: Parameters<typeof marker>[0]) => marked(text, marker(search), search.regex).map((part) => (part.hit ? `[${part.text}]` : part.text)).join('');

test('matches are marked as text or by pattern, with or without capitals', () => {
  expect(cut('Password, password', { text: 'password', regex: false, case: false }), 'both').toBe('[Password], [password]');
  expect(cut('Password, password', { text: 'password', regex: false, case: true }), 'as written').toBe('Password, [password]');
  expect(cut('a.c abc', { text: 'a.c', regex: false, case: false }), 'text is no pattern').toBe('[a.c] abc');
  expect(cut('a.c abc', { text: 'a.c', regex: true, case: false }), 'a pattern').toBe('[a.c] [abc]');
  expect(cut('abc', { text: '', regex: true, case: false }), 'nothing asked').toBe('abc');
});

test('a pattern that is wrong, empty or slow marks nothing and holds up nothing', () => {
  expect(cut('abc', { text: '(', regex: true, case: false }), 'wrong').toBe('abc');
  expect(cut('abc', { text: 'x*', regex: true, case: false }), 'empty matches').toBe('abc');
  expect(marker({ text: '(a+)+$', regex: true, case: false }), 'repeated repetition').toBe(null);
  expect(marker({ text: '.*.*.*x', regex: true, case: false }), 'too many repetitions').toBe(null);
});
