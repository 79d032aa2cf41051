import { expect, test } from 'vitest';
import { visible } from './text';

const hidden: [what: string, text: string, shown: string][] = [
  ['letters of the tag block, which a model reads and a person does not', 'ok\u{e0068}\u{e0069}', 'ok⟨U+E0068⟩⟨U+E0069⟩'],
  ['a soft hyphen inside a name', 'read\u00adme', 'read⟨U+00AD⟩me'],
  ['a filler that looks like nothing', 'a\u3164b\u115fc', 'a⟨U+3164⟩b⟨U+115F⟩c'],
  ['signs of calculation nobody sees', 'a\u2061\u2064b', 'a⟨U+2061⟩⟨U+2064⟩b'],
  ['annotations', 'a\ufff9b\ufffb', 'a⟨U+FFF9⟩b⟨U+FFFB⟩'],
  ['a turn of the writing direction', 'exe\u202egpj', 'exe⟨U+202E⟩gpj'],
  ['a bell', 'a\u0007b', 'a␇b'],
];

test.each(hidden)('%s is written out', (_, text, shown) => {
  expect(visible(text), 'what cannot be seen can be read').toBe(shown);
});

test('pictures of letters and scripts that need joiners stay as they are', () => {
  const plain = '👩‍💻 ❤️ نمی‌خواهم Ünïcode 日本語';
  expect(visible(plain), 'nothing is hidden here').toBe(plain);
  const wales = '🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}';
  expect(visible(wales), 'the flag of a country is made of tags').toBe(wales);
  expect(visible('🏴\u{e0068}\u{e0069}\u{e0020}\u{e0061}\u{e006c}\u{e006c}\u{e0020}\u{e006f}\u{e0066}\u{e007f}'), 'a sentence behind a flag is none').toContain('⟨U+E0068⟩');
});
