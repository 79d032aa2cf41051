/** The words with @ that narrow a search over settings, and links to a setting. Pure. */
import type { Level } from '../../bindings';

export const levelWords: Record<Level, string> = { default: 'Default', system: 'System', agent: 'Agent', tool: 'Tool', instance: 'Instance', user: 'You' };

export interface Filter { word: string; label: string }

export const filters: Filter[] = [
  { word: '@modified', label: 'Modified' }, { word: '@secret', label: 'Secret' }, { word: '@invalid', label: 'Invalid' }, { word: '@needs-restart', label: 'Needs restart' },
];

const wordsOf = (query: string) => query.split(/\s+/).filter(Boolean);

export function hasWord(query: string, word: string): boolean {
  return wordsOf(query).includes(word);
}

/** The word is put in, or taken out where it stands already. What was typed besides stays. */
export function toggleWord(query: string, word: string): string {
  const words = wordsOf(query);
  return words.includes(word) ? words.filter((other) => other !== word).join(' ') : [...words, word].join(' ');
}

/** At most one word of a kind (`@agent:`): another one takes its place, the same one goes. */
export function chooseWord(query: string, kind: string, value: string): string {
  const word = `${kind}${value}`;
  const rest = wordsOf(query).filter((other) => !other.startsWith(kind));
  return hasWord(query, word) ? rest.join(' ') : [...rest, word].join(' ');
}

/** What stands after `kind` in the query; `null` where it does not. */
export function chosenOf(query: string, kind: string): string | null {
  return wordsOf(query).find((word) => word.startsWith(kind))?.slice(kind.length) ?? null;
}

/** A link to a setting, as “Copy link” makes it; `null` for anything else. */
export function linkIn(text: string): string | null {
  const words = text.trim();
  return /^sanctum:\/\/v1\/settings\/\S+$/.test(words) ? words : null;
}

/** A link that came into the field in one piece, as by pasting; one that is typed letter by letter waits for Enter. */
export function pastedLink(before: string, after: string): string | null {
  let head = 0;
  while (head < before.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return after.length - head - tail > 1 ? linkIn(after) : null;
}
