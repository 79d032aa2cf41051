import { expect, test } from 'vitest';
import { fuzzy, pieces, wordMarks } from './fuzzy';

test('whole words beat scattered letters, missing letters are no match', () => {
  expect(fuzzy('broca', 'Restart broca2')!.score, 'a word').toBeGreaterThan(fuzzy('rb', 'Restart broca2')!.score);
  expect(fuzzy('rb', 'Restart broca2'), 'initials match').not.toBeNull();
  expect(fuzzy('xyz', 'Restart broca2'), 'nothing of it').toBeNull();
  expect(fuzzy('ath', 'Read everything again'), 'letters scattered over a text are no match').toBeNull();
  expect(fuzzy('', 'anything')!.marks, 'no question, no marks').toEqual([]);
});

test('marks cut the text into pieces', () => {
  expect(pieces('Athena', fuzzy('ath', 'Athena')!.marks), 'the hit and the rest').toEqual([{ text: 'Ath', hit: true }, { text: 'ena', hit: false }]);
});

test('each whole word is marked where it stands', () => {
  expect(pieces('Turn time limit', wordMarks('time turn athena', 'Turn time limit')).filter((piece) => piece.hit).map((piece) => piece.text), 'two of three').toEqual(['Turn', 'time']);
  expect(wordMarks('xyz', 'Turn time limit'), 'none').toEqual([]);
});
