import { expect, test } from 'vitest';
import { readJson, writeJson } from './json-text';

test('what JSON.parse reads is read alike', () => {
  for (const text of ['{}', '[]', ' {"a": [1, -2.5e3, true, null, "\\u00e4\\n"]} ', '"x"', '0', '{"a":{"b":[[]]}}', '\n[1,\n2]\n']) {
    expect(readJson(text), `${text} is a value`).toEqual({ json: JSON.parse(text), error: null });
  }
});

test('what is not JSON is told with its line and column', () => {
  const cases: [string, string][] = [
    ['', 'Line 1, column 1: the text ends before a value.'],
    ['{"a": 1\n "b": 2}', 'Line 2, column 2: a comma or `}` is missing.'],
    ['[1, 2,]', 'Line 1, column 7: there is a comma before the end.'],
    ['{a: 1}', 'Line 1, column 2: a name in double quotes is missing.'],
    ['{"a" 1}', 'Line 1, column 6: a colon is missing.'],
    ['{"a": 1, "a": 2}', 'Line 1, column 10: "a" is there twice.'],
    ['["x]', 'Line 1, column 2: this text does not end, or holds a character that needs a `\\`.'],
    ['[01]', 'Line 1, column 3: a comma or `]` is missing.'],
    ['[True]', 'Line 1, column 2: a value is missing.'],
    ['1 2', 'Line 1, column 3: nothing may follow the value.'],
    ['[9007199254740993]', 'Line 1, column 2: this number has more digits than can be kept; put it in quotes.'],
    ['[1', 'Line 1, column 3: the text ends before a comma or `]`.'],
  ];
  for (const [text, words] of cases) expect(readJson(text), `${text} is refused with its place`).toEqual({ json: null, error: words });
});

test('nesting without end is refused, not followed', () => {
  expect(readJson('['.repeat(100_000)).error, 'no overflow').toMatch(/nested too deeply/);
});

test('a value is written in lines, nothing as nothing', () => {
  expect(writeJson({ a: [1] }), 'indented').toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(writeJson(undefined), 'no word for nothing').toBe('');
});
