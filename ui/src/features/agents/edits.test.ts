import { expect, test } from 'vitest';
import { sampleAgents } from '../../platform/sample/data';
import { blockProblem, editOfBlock, labelProblem } from '../letta/blocks';
import { block } from '../../platform/sample/letta';
import { emptySide, sideProblem, toSide } from '../letta/side';
import { avatarProblem, changesOf, drivenByBroca, editOf, lengthOf, limitWords, nameOfFile } from './edits';

const [athena] = sampleAgents(1);
const same = { name: athena!.name, description: athena!.description, color: athena!.color, avatar: '' };

test('an edit holds only what differs', () => {
  expect(changesOf(athena!, same), 'nothing differs').toBeNull();
  expect(changesOf(athena!, { ...same, name: ' Athena ' }), 'room around a name is none of it').toBeNull();
  expect(changesOf(athena!, { ...same, color: 3 }), 'one thing').toEqual(editOf({ color: 3 }));
  expect(changesOf({ ...athena!, avatar: '🦉' }, same), 'a sign is taken away with an empty text').toEqual(editOf({ avatar: '' }));
});

test('a sign is short, an emoji is one sign', () => {
  expect(avatarProblem(''), 'none').toBeNull();
  expect(avatarProblem('👩‍🚀'), 'one emoji of several code points').toBeNull();
  expect(avatarProblem('ABC'), 'three letters').not.toBeNull();
});

test('characters are counted as Letta counts them', () => {
  expect(lengthOf('🦉a'), 'an emoji is one').toBe(2);
  expect(limitWords(1_240, 5_000), 'as people say it').toBe('1,240 of 5,000 characters');
});

test('the Letta side: no human block where Broca drives the agent, none of an empty text', () => {
  const draft = { ...emptySide, side: 'create' as const, model: 'openai/gpt-4.1', persona: ' I am. ', human: 'Mara' };
  expect(toSide(draft, true), 'Broca makes its own').toEqual({ side: 'create', model: 'openai/gpt-4.1', embedding: null, persona: 'I am.', human: null });
  expect(toSide(draft, false), 'nobody else does').toMatchObject({ human: 'Mara' });
  expect(toSide({ ...draft, human: ' ' }, false), 'empty').toMatchObject({ human: null });
  expect(toSide({ ...draft, side: 'none' }, false), 'what was typed before does not go along').toEqual({ side: 'none' });
  expect(sideProblem({ ...draft, model: '' }), 'a model is needed').toBe('Choose a model first.');
  expect(sideProblem({ ...emptySide, side: 'link' }), 'an agent is needed').not.toBeNull();
  expect(sideProblem(emptySide), 'not now needs nothing').toBeNull();
  expect(drivenByBroca(['thalamus']), 'no Broca').toBe(false);
  expect(drivenByBroca(['broca2']), 'Broca').toBe(true);
});

test('a block is refused where it is too long or its limit is no number', () => {
  const one = block('persona', 'I am.', { limit: 10 });
  const draft = { value: 'I am.', limit: '10', readOnly: false };
  expect(editOfBlock(one, draft), 'nothing differs').toBeNull();
  expect(editOfBlock(one, { ...draft, readOnly: true }), 'one thing').toEqual({ value: null, limit: null, description: null, read_only: true });
  expect(blockProblem({ ...draft, value: '12345678901' }), 'by how much').toMatch(/1 character too long/);
  expect(blockProblem({ ...draft, limit: 'ten' }), 'no number').toMatch(/whole number/);
  expect(blockProblem(draft), 'fits').toBeNull();
});

test('a label of a new block is free, plain, and not the one of Broca', () => {
  const blocks = [block('persona', '')];
  expect(labelProblem('persona', blocks, true), 'taken').toMatch(/already/);
  expect(labelProblem('human', blocks, true), 'Broca’s').toMatch(/Broca/);
  expect(labelProblem('human', blocks, false), 'free where Broca is not').toBeNull();
  expect(labelProblem('a b', blocks, false), 'a blank').not.toBeNull();
  expect(labelProblem('x'.repeat(51), blocks, false), 'too long').not.toBeNull();
  expect(labelProblem('house_rules-2', blocks, false), 'plain').toBeNull();
  expect(labelProblem('', blocks, false), 'empty').not.toBeNull();
});

test('a file suggests a name', () => {
  expect(nameOfFile('/Users/mara/my_agent.af'), 'the folder and the ending go').toBe('my agent');
  expect(nameOfFile('C:\\x\\Sibyl.json'), 'either slash').toBe('Sibyl');
  expect(nameOfFile(''), 'nothing').toBe('');
});
