/** Words of the chat: how far an entry came, its day, and what an assistive technology is told. Pure. */
import type { ChatEntry, ChatRow, ChatWay, EntryState } from '../../bindings';
import { clock, day } from '../../ui';

export const wayWords: Record<ChatWay, string> = { letta: 'Letta', broca: 'Through Broca', echo: 'Echo, no model' };

/** What an agent is reached by, for an empty conversation. */
export const wayFacts: Record<ChatWay, string> = {
  letta: 'The app asks its agent in Letta and shows the answer while it is written.',
  broca: 'What you write waits at the bridge until Broca fetches it; the answer comes back the same way.',
  echo: 'The echo says back what you write. No model is behind it, and nothing leaves this machine.',
};

const stateWords: Record<EntryState, string> = {
  queued: 'waits to be sent', sent: 'sent', answered: 'answered', failed: 'not answered', cancelled: 'stopped', streaming: 'is being written', done: '', interrupted: 'cut off',
};

export function stateWord(entry: ChatEntry): string {
  if (entry.side === 'agent' && entry.state === 'failed') return 'failed';
  return stateWords[entry.state];
}

/** A message that can go out once more. */
export const canRetry = (entry: ChatEntry) => entry.message_id !== null && ['failed', 'cancelled', 'interrupted'].includes(entry.state);
export const canTakeOut = (entry: ChatEntry) => entry.message_id !== null && entry.state === 'queued';

/** All that was said in an entry, without how it was found out. */
export function textOf(entry: ChatEntry): string {
  const parts = entry.parts.filter((part) => part.kind === 'text').map((part) => part.text);
  return parts.length > 0 ? parts.join('\n\n') : entry.text;
}

const pad = (n: number) => String(n).padStart(2, '0');

/** The day in the operator's own time zone: "2026-11-25". */
export function localDay(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });

/** "Today", "Yesterday", "Tuesday", "3 Nov 2026". */
export function dayWords(at: string, now: number): string {
  const key = localDay(at);
  if (key === '') return 'On an unknown day';
  const start = new Date(now);
  for (let back = 0; back < 7; back += 1) {
    const that = new Date(start.getFullYear(), start.getMonth(), start.getDate() - back, 12);
    if (localDay(that.toISOString()) === key) return back === 0 ? 'Today' : back === 1 ? 'Yesterday' : weekday.format(that);
  }
  return day(at);
}

/** The last time in a list: the clock today, the day before. */
export function lastWords(at: string, now: number): string {
  const words = dayWords(at, now);
  return words === 'Today' ? clock(at) : words;
}

const plain = (text: string) => text.replace(/```[\s\S]*?(```|$)/g, ' (code) ').replace(/[*`~]+|^[#>\s]+/gm, '').replace(/[|]+/g, ' ').replace(/\s+/g, ' ').trim();

/** What is said to a screen reader when an entry came to its end. */
export function announcement(name: string, entry: ChatEntry): string {
  const words = plain(textOf(entry));
  const short = words.length > 400 ? `${words.slice(0, 400)}… The rest stands in the conversation.` : words;
  if (entry.side === 'user') return entry.state === 'failed' ? `Your message was not answered. ${entry.reason ?? ''}`.trim() : entry.state === 'cancelled' ? 'Your message was stopped.' : '';
  if (entry.state === 'done') return `${name} answered: ${short || 'nothing in words.'}`;
  if (entry.state === 'cancelled') return `The answer of ${name} was stopped.`;
  return `The answer of ${name} was cut off. ${entry.reason ?? ''}`.trim();
}

/** What the second line of a chat says: the news, then the last words. */
export function listLine(row: ChatRow): string {
  if (row.answering) return 'Answering…';
  if (row.waiting > 0) return `${row.waiting.toLocaleString('en')} waiting`;
  return row.last === null ? 'Nothing was said yet.' : plain(row.last);
}
