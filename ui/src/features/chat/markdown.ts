/** Markdown as a tree of tokens; nothing of it becomes HTML. What is too long or too deep to be read in a moment stays text. */
import { Lexer, type Token, type Tokens } from 'marked';

/** Characters that are read as Markdown; what comes after is shown as text, on demand. */
export const READ_AT_MOST = 20_000;

/** Deeper tokens are shown as they were written. */
export const DEEPEST = 10;

export type { Token, Tokens };

const plainText = (text: string): Token[] => [{ type: 'paragraph', raw: text, text, tokens: [{ type: 'text', raw: text, text, escaped: false }] } as Tokens.Paragraph];

/** Nests deeper than anybody writes: each level is read again and again, so it is not read at all. */
const TOO_DEEP = /^[ \t]*(?:>[ \t]?){12}|^[ \t]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+){40}/m;

/** Marks of emphasis in one paragraph; how long they take to pair grows with their square. */
const MOST_MARKS = 1_500;

const FENCED = /^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\1|$(?![\s\S]))/gm;

function tooMuch(text: string): boolean {
  const prose = text.replace(FENCED, '\n\n');
  return TOO_DEEP.test(prose) || prose.split(/\n\s*\n/).some((paragraph) => (paragraph.match(/[*_~]+/g)?.length ?? 0) > MOST_MARKS);
}

/** Splits at the end of a line where one is near, never inside of a character. */
export function splitLong(text: string, most = READ_AT_MOST): [string, string] {
  if (text.length <= most) return [text, ''];
  const line = text.lastIndexOf('\n', most);
  let at = line > most / 2 ? line + 1 : most;
  const code = text.charCodeAt(at - 1);
  if (code >= 0xd800 && code <= 0xdbff) at -= 1;
  return [text.slice(0, at), text.slice(at)];
}

export function read(text: string): Token[] {
  if (tooMuch(text)) return plainText(text);
  try {
    return new Lexer({ gfm: true, breaks: true, async: false }).lex(text);
  } catch {
    return plainText(text);
  }
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'', nbsp: '\u00a0', hellip: '…', ndash: '–', mdash: '—', copy: '©' };

/** `&lt;` and its like, as a browser would read them. An unknown name stays as it is. */
export function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name) return named[name] ?? whole;
    const code = decimal ? Number(decimal) : parseInt(hex!, 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}
