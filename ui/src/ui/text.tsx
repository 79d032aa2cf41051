/** Text from manifests, plugins and agents is hostile: shown as text only, isolated, its invisible parts made visible. */

// Control characters, what turns the writing direction, and what is nothing to the eye though a model reads it: all drawn as a mark instead of
// obeyed. Joiners stay, for scripts and emoji need them. A flag of a country is made of tags, of which it has few: it is let through whole.
const HIDDEN = new RegExp([
  '(?<flag>\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{4,6}\\u{e007f})',
  '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]',
].join('|'), 'gu');

/** The same text with every invisible or direction-turning character written out. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (found, flag: string | undefined) => {
    if (flag !== undefined) return flag;
    const code = found.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
  });
}

/** Foreign text: isolated from the writing direction around it. */
export function Foreign({ children, className }: { children: string | null | undefined; className?: string }) {
  return <bdi className={className}>{visible(children ?? '')}</bdi>;
}

/** A sentence in which `a name` is what a machine reads. An unpaired mark stays as it is. */
export function Prose({ children, className }: { children: string | null | undefined; className?: string }) {
  const parts = visible(children ?? '').split('`');
  if (parts.length % 2 === 0 || parts.length === 1) return <Foreign className={className}>{children}</Foreign>;
  return <bdi className={className}>{parts.map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</bdi>;
}
