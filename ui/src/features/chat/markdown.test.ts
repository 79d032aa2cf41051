import { expect, test } from 'vitest';
import { READ_AT_MOST, type Token, type Tokens, decode, read, splitLong } from './markdown';

const kinds = (tokens: Token[]) => tokens.map((token) => token.type);

test('what agents write is read: headings, lists, code, tables', () => {
  expect(kinds(read('# A\n\n- x\n\n```sh\nls\n```\n\n|a|\n|-|\n|b|\n')).filter((kind) => kind !== 'space'), 'each is its own kind').toEqual(['heading', 'list', 'code', 'table']);
  expect((read('```sh\nls\n```')[0] as Tokens.Code).lang, 'the language of code').toBe('sh');
});

test('a half-written answer is read as far as it came', () => {
  expect(kinds(read('text\n\n```sh\nls')), 'an open fence is code').toEqual(['paragraph', 'space', 'code']);
});

test.each([
  ['quotes', '>'.repeat(20_000)], ['spaced quotes', '> '.repeat(10_000)], ['numbers', '1. '.repeat(7_000)], ['bullets', '- '.repeat(10_000)],
  ['emphasis', '*_**__a'.repeat(2_900)],
])('%s nested beyond measure stay text, whole', (_, text) => {
  const tokens = read(text);
  expect(kinds(tokens).every((kind) => kind === 'paragraph' || kind === 'hr'), 'nothing nests').toBe(true);
  expect(tokens.map((token) => token.raw).join(''), 'nothing is lost').toBe(text);
});

test('underlines in code and rules of many dashes are nothing to be afraid of', () => {
  expect(kinds(read(`\`\`\`py\n${'a_b = c_d\n'.repeat(1_900)}\`\`\``)), 'code stays code').toEqual(['code']);
  expect(kinds(read(`a\n\n${'* '.repeat(20)}\n\n${'_'.repeat(90)}`)).filter((kind) => kind === 'hr').length, 'rules stay rules').toBe(2);
});

test('long text is split at a line, and never inside of a character', () => {
  expect(splitLong('short'), 'short text is whole').toEqual(['short', '']);
  const lines = 'line of text\n'.repeat(3_000);
  const [head, rest] = splitLong(lines);
  expect(head.endsWith('\n') && head.length <= READ_AT_MOST, 'a line ends it').toBe(true);
  expect(head + rest, 'nothing is lost').toBe(lines);
  expect(splitLong('a😀', 2), 'the pair stays together').toEqual(['a', '😀']);
});

test('entities are read as a browser would, unknown and impossible ones stay', () => {
  expect(decode('&lt;b&gt; &amp;amp; &#65;&#x1F600; &nope; &#0; &#xD800; &constructor;'), 'decoded once').toBe('<b> &amp; A😀 &nope; &#0; &#xD800; &constructor;');
});
