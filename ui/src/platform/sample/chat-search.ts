/** Search in and export of the sample's conversations. */
import type { ChatEntry, ChatHit, Page } from '../../bindings';
import type { Talk } from './chat';

/** Text around the first hit, in pieces; every second one is what was found. */
function snippet(text: string, words: string): string[] {
  const at = text.toLowerCase().indexOf(words);
  const from = Math.max(0, at - 30);
  return [(from > 0 ? '…' : '') + text.slice(from, at), text.slice(at, at + words.length), text.slice(at + words.length, at + words.length + 80)];
}

export function searchSaid(talks: Talk[], all: (talk: Talk) => ChatEntry[], query: string, offset: number, limit: number): Page<ChatHit> {
  const words = query.trim().toLowerCase();
  if (words === '') return { items: [], total: 0 };
  const hits = talks.flatMap((talk) => all(talk).filter((entry) => entry.text.toLowerCase().includes(words)).map((entry) => ({ talk, entry })));
  hits.sort((a, b) => b.entry.at.localeCompare(a.entry.at));
  return {
    total: hits.length,
    items: hits.slice(offset, offset + limit).map(({ talk, entry }) => ({ uid: talk.agent.uid, agent: talk.agent.name, seq: entry.seq, side: entry.side, at: entry.at, snippet: snippet(entry.text.replace(/\s+/g, ' '), words) })),
  };
}

export function exportText(name: string, entries: ChatEntry[], format: string): string {
  if (format === 'json') return JSON.stringify({ agent: name, entries }, null, 2);
  return [`# Conversation with ${name}`, ...entries.map((entry) => `## ${entry.side === 'user' ? 'You' : name}, ${entry.at}\n\n${entry.text}`)].join('\n\n');
}
