import { expect, test } from 'vitest';
import { readNumber, stepped } from './numbers';

const whole = { kind: 'integer' as const, items: 'text' as const, min: 1, max: 300 };
const decimal = { ...whole, kind: 'number' as const, min: 0.5 };

test('numbers are read as typed, words are refused with what to do', () => {
  expect(readNumber(' 42 ', whole).value, 'spaces do not matter').toBe(42);
  expect(readNumber('0', whole), 'bounds are for the server').toEqual({ value: 0, problem: null });
  expect(readNumber('.5', decimal).value, 'a decimal').toBe(0.5);
  expect(readNumber('1.5', whole).problem, 'no decimals in a whole number').toMatch(/not a whole number/);
  expect(readNumber('1,5', decimal).problem, 'a comma').toMatch(/with a point/);
  expect(readNumber('ten', decimal).problem, 'a word').toMatch(/not a number/);
  expect(readNumber('', whole).problem, 'nothing').toMatch(/is missing/);
  expect(readNumber('9007199254740993', whole).problem, 'beyond what is exact').toMatch(/too large/);
});

test('steps stay inside the bounds and keep the decimals', () => {
  expect(stepped('10', 1, whole), 'up').toBe(11);
  expect(stepped('300', 1, whole), 'held at the top').toBe(300);
  expect(stepped('1', -10, whole), 'held at the bottom').toBe(1);
  expect(stepped('0.7', 1, decimal), 'no dust behind the point').toBe(1.7);
  expect(stepped('ten', 1, whole), 'a word has no next').toBeNull();
  expect(stepped('', 1, whole), 'nothing starts at the bottom').toBe(1);
});
