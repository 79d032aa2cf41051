/** Words and marks of a log: time, size, what of a line matches. Pure. */
import type { LogFilter, LogLine, LogSource, LogState } from '../../bindings';
import { visible } from '../../ui';

const two = (n: number) => String(n).padStart(2, '0');

/** "14:29:52.114" in the operator's own time zone; what is no instant stays as it is. */
export function lineTime(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return visible(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** "2026-11-28", of the operator's own day; `null` where there is no instant. */
export function lineDay(at: string | null): string | null {
  const date = at === null ? null : new Date(at);
  if (date === null || Number.isNaN(date.getTime())) return null;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "412 MB". */
export function bytesWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) { size /= 1024; unit += 1; }
  return `${size >= 10 || unit === 0 ? Math.round(size) : size.toFixed(1)} ${units[unit]!}`;
}

/** "Reading 412 MB · 37 %"; `null` where all that is there was read. */
export function readingWords(sources: LogSource[], state: LogState): string | null {
  if (state.complete) return null;
  const bytes = sources.reduce((sum, source) => sum + (source.bytes ?? 0), 0);
  return `Reading${bytes ? ` ${bytesWords(bytes)}` : ''} · ${Math.floor(Math.min(1, Math.max(0, state.progress ?? 0)) * 100)} %`;
}

export const linesWords = (n: number, kind = '') => `${n.toLocaleString('en')} ${kind}${n === 1 ? 'line' : 'lines'}`;

/** "Wrote 214 lines. 3 values were covered." */
export function exportWords(lines: number, covered: number): string {
  const values = covered === 0 ? 'Nothing had to be covered.' : `${covered.toLocaleString('en')} ${covered === 1 ? 'value was' : 'values were'} covered.`;
  return `Wrote ${linesWords(lines)}. ${values}`;
}

/** A line as it is copied: whole date, what speaks, and nothing that a terminal would obey. */
export function copiedLine(line: LogLine, sources: LogSource[]): string {
  const day = lineDay(line.at);
  const time = line.at === null ? null : day ? `${day} ${lineTime(line.at)}` : lineTime(line.at);
  const from = sources.length > 1 ? sources[line.source]?.title ?? null : null;
  const parts = [time, from && `[${visible(from)}]`, line.level, line.part && visible(line.part), oneLine(line.text)];
  return parts.filter(Boolean).join(' ') + (line.left_out ? ` … (${line.left_out.toLocaleString('en')} more characters)` : '');
}

/** Visible, and on one line whatever it holds. */
export const oneLine = (text: string) => visible(text).replace(/[\n\u2028\u2029]/g, '␊');

export type Search = Pick<LogFilter, 'text' | 'regex' | 'case'>;
export type Mark = { text: string; hit: boolean };

const MOST_MARKS = 40;
/** A regular expression marks only so much of a line: what it finds is found by the reader below, marks are for the eye. */
const MARKED_BY_PATTERN = 300;

/** What marks the matches of a line; `null` where nothing is searched, or where the pattern is one that could hold up the window. */
export function marker(search: Search): RegExp | null {
  if (search.text === '') return null;
  const flags = search.case ? 'g' : 'gi';
  if (!search.regex) return new RegExp(visible(search.text).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), flags);
  const unbounded = search.text.match(/(?<!\\)[*+]|\{\d*,\}/g)?.length ?? 0;
  if (unbounded > 2 || /\)[*+?{]|\\\d|\(\?[=!<]/.test(search.text)) return null;
  try { return new RegExp(search.text, flags); } catch { return null; }
}

/** The text cut where matches begin and end. */
export function marked(text: string, find: RegExp | null, pattern: boolean): Mark[] {
  if (find === null) return [{ text, hit: false }];
  const looked = pattern ? text.slice(0, MARKED_BY_PATTERN) : text;
  const parts: Mark[] = [];
  let end = 0;
  for (const match of looked.matchAll(find)) {
    if (match[0] === '') continue;
    if (parts.length >= 2 * MOST_MARKS) break;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), hit: false });
    parts.push({ text: match[0], hit: true });
    end = match.index + match[0].length;
  }
  if (end < text.length || parts.length === 0) parts.push({ text: text.slice(end), hit: false });
  return parts;
}
