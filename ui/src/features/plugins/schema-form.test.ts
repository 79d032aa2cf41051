import { expect, test } from 'vitest';
import { argsFromText, argsOf, draftFrom, fieldsOf, startOf } from './schema-form';

const schema = {
  type: 'object', required: ['b', 'choice'],
  properties: {
    a: { type: 'integer', minimum: 1, maximum: 5, default: 3 }, b: { type: 'string' }, on: { type: 'boolean' }, n: { anyOf: [{ type: 'number' }, { type: 'null' }] }, choice: { enum: ['x', 2, null] },
    list: { type: 'array', items: { type: 'string' } }, rows: { type: 'array', items: { type: 'object' } }, body: { type: ['string', 'null'] },
  },
};
const { fields } = fieldsOf(schema);

test('each argument gets the field of its kind, required ones first', () => {
  expect(fields.map(({ name, type }) => [name, type]), 'kinds').toEqual([['b', 'text'], ['choice', 'choice'], ['a', 'integer'], ['on', 'boolean'], ['n', 'number'], ['list', 'list'], ['rows', 'json'], ['body', 'text']]);
  expect(fields.find((field) => field.name === 'body')?.long, 'a long text').toBe(true);
});

test('what is typed becomes arguments of the right kind; what is left empty is left out', () => {
  const draft = { ...startOf(fields), b: ' hi ', choice: '1', on: true, n: '1,5', list: 'one\n\n two ', rows: '[{"a":1}]' };
  expect(argsOf(fields, draft), 'all').toEqual({ args: { b: ' hi ', choice: 2, a: 3, on: true, n: 1.5, list: ['one', 'two'], rows: [{ a: 1 }] }, problems: {} });
});

test('what is wrong is said for each field', () => {
  const { problems } = argsOf(fields, { a: '9', n: 'many', rows: '{', list: '' });
  expect(Object.keys(problems).sort(), 'which').toEqual(['a', 'b', 'choice', 'n', 'rows']);
  expect(problems.a, 'in words').toBe('9 is too large: at most 5.');
  expect(argsOf(fields, { a: '1.5', b: 'x', choice: '0' }).problems, 'a whole number').toEqual({ a: '1.5 is no whole number.' });
});

test('raw JSON and the form go into each other while both can say it', () => {
  expect(argsFromText('{"b":"x"}'), 'read').toEqual({ args: { b: 'x' } });
  expect(argsFromText('[1]'), 'not an object').toHaveProperty('problem');
  expect(argsFromText('{'), 'broken').toHaveProperty('problem');
  expect(draftFrom(fields, { b: 'x', choice: 2 }), 'back').toMatchObject({ b: 'x', choice: '1' });
  expect(draftFrom(fields, { other: 1 }), 'a name the form does not know').toBeNull();
});

test('a hostile schema makes a short form and no trouble', () => {
  const properties = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`field_${i}`, { type: 'string' }]));
  const found = fieldsOf({ properties });
  expect([found.fields.length, found.more], 'the rest is left to raw JSON').toEqual([60, 99_940]);
  for (const odd of [null, 3, 'x', [], { properties: 'no' }, { properties: { a: null, b: 7 }, required: 'b' }]) expect(() => fieldsOf(odd), JSON.stringify(odd)).not.toThrow();
  const proto = fieldsOf(JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'));
  expect(Object.keys(argsOf(proto.fields, Object.fromEntries([['__proto__', 'x']])).args), 'a name like any other').toEqual(['__proto__']);
});
