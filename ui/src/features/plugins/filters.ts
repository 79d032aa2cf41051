/** The words with @ that narrow the list of plugins. Pure. */
export { chooseWord, chosenOf, hasWord, toggleWord } from '../search/filters';

export const flags = [
  { word: '@quarantined', label: 'Quarantined' }, { word: '@error', label: 'Error' }, { word: '@update', label: 'Update' }, { word: '@disabled', label: 'Disabled' },
];

/** Taken out of the text again, with what else was typed left as it is. */
export const withoutWord = (query: string, word: string) => query.split(/\s+/).filter((other) => other !== '' && other.toLowerCase() !== word.toLowerCase()).join(' ');

/** The words with @ that stand in the text, to be shown as chips. */
export const wordsIn = (query: string) => query.split(/\s+/).filter((word) => word.startsWith('@') && word.length > 1);

/** What an unknown filter is answered with: the server's own sentence, or one around its word. */
export function unknownWords(unknown: string): string {
  if (/\s/.test(unknown)) return unknown;
  return `\`${unknown.startsWith('@') ? unknown : `@${unknown}`}\` means nothing here. There are @tool:, @agent:, @error, @update, @disabled, @enabled and @quarantined.`;
}
