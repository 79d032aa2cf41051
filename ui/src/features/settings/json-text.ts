/** Reads JSON as a person typed it and says where it goes wrong: engines do not agree on telling the place. Pure. */

export type JsonText = { json: unknown; error: null } | { json: null; error: string };

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;
const DEEPEST = 200;

class Wrong extends Error {
  constructor(readonly at: number, message: string) { super(message); }
}

function scan(text: string) {
  let at = 0;
  const space = () => { while (/\s/.test(text[at] ?? '')) at += 1; };
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const next = () => { space(); return text[at]; };
  const ended = (what: string): Wrong => new Wrong(at, at >= text.length ? `the text ends before ${what}` : `${what} is missing`);
  const list = (close: string, item: () => void) => {
    at += 1;
    if (next() === close) { at += 1; return; }
    for (;;) {
      item();
      const mark = next();
      at += mark === close || mark === ',' ? 1 : 0;
      if (mark === close) return;
      if (mark !== ',') throw ended(`a comma or \`${close}\``);
      if (next() === close) throw new Wrong(at, 'there is a comma before the end');
    }
  };
  const value = (deep: number) => {
    const start = next();
    if (deep > DEEPEST) throw new Wrong(at, 'it is nested too deeply');
    if (start === '{') {
      const seen = new Set<string>();
      list('}', () => {
        space();
        const from = at;
        const name = take(STRING);
        if (name === undefined) throw new Wrong(at, 'a name in double quotes is missing');
        if (seen.has(name)) throw new Wrong(from, `${name} is there twice`);
        seen.add(name);
        if (next() !== ':') throw ended('a colon');
        at += 1;
        value(deep + 1);
      });
    } else if (start === '[') list(']', () => value(deep + 1));
    else if (start === '"') { if (take(STRING) === undefined) throw new Wrong(at, 'this text does not end, or holds a character that needs a `\\`'); }
    else if (take(WORD) === undefined) {
      const from = at;
      const number = take(NUMBER);
      if (number === undefined) throw ended('a value');
      if (/^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number))) throw new Wrong(from, 'this number has more digits than can be kept; put it in quotes');
    }
  };
  value(0);
  if (next() !== undefined) throw new Wrong(at, 'nothing may follow the value');
}

/** The value, or the line, the column and what is wrong there. */
export function readJson(text: string): JsonText {
  try {
    scan(text);
    return { json: JSON.parse(text) as unknown, error: null };
  } catch (thrown) {
    if (!(thrown instanceof Wrong)) return { json: null, error: 'This is not JSON.' };
    const before = text.slice(0, thrown.at).split('\n');
    return { json: null, error: `Line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${thrown.message}.` };
  }
}

export function writeJson(json: unknown): string {
  return json === undefined ? '' : JSON.stringify(json, null, 2);
}
