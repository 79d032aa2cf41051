import { expect, test } from 'vitest';
import { chooseWord, chosenOf, linkIn, pastedLink, toggleWord } from './filters';

test('a filter is put in and taken out, what was typed stays', () => {
  expect(toggleWord('port', '@modified'), 'in').toBe('port @modified');
  expect(toggleWord('port @modified x', '@modified'), 'out').toBe('port x');
  expect(toggleWord('', '@secret'), 'alone').toBe('@secret');
  expect(toggleWord('@modified-not', '@modified'), 'a longer word is another one').toBe('@modified-not @modified');
});

test('one agent at a time: another takes its place, the same goes', () => {
  expect(chooseWord('port @agent:athena', '@agent:', 'monday'), 'another').toBe('port @agent:monday');
  expect(chooseWord('port @agent:athena', '@agent:', 'athena'), 'the same').toBe('port');
  expect(chosenOf('port @agent:athena', '@agent:'), 'which').toBe('athena');
  expect(chosenOf('port @tool:smcp', '@agent:'), 'none').toBeNull();
});

test('only a whole link to a setting is one', () => {
  expect(linkIn(' sanctum://v1/settings/athena/broca2/LOG_LEVEL\n'), 'with space around').toBe('sanctum://v1/settings/athena/broca2/LOG_LEVEL');
  expect(linkIn('sanctum://v1/agent/athena'), 'another kind').toBeNull();
  expect(linkIn('see sanctum://v1/settings/athena'), 'inside a sentence').toBeNull();
  expect(linkIn('https://example.org/'), 'another scheme').toBeNull();
});

test('a pasted link is told from a typed one', () => {
  const link = 'sanctum://v1/settings/athena/broca2/LOG_LEVEL';
  expect(pastedLink('', link), 'into an empty field').toBe(link);
  expect(pastedLink('a longer question that stood there before, all of it replaced', link), 'over a longer text').toBe(link);
  expect(pastedLink(link.slice(0, -1), link), 'the last letter of a typed one').toBeNull();
  expect(pastedLink(link.replace('LOG', 'LO'), link), 'a letter in the middle').toBeNull();
  expect(pastedLink(`${link}S`, link), 'a letter taken out').toBeNull();
  expect(pastedLink('', 'log level'), 'no link').toBeNull();
});
