import { expect, test } from 'vitest';
import { status } from '../../platform/sample/data';
import { portRow } from '../../platform/sample/ports';
import { fits, inOrder, portProblem, troublesOf } from './words';

const bad = status('Degraded', 'two instances name it', 1);
const smcp = portRow(8283, 'SMCP', { conflict: 'Letta server', status: bad });
const letta = portRow(8283, 'Letta server', { conflict: 'SMCP', status: bad });
const node = { process: 'node', pid: 5_123, address: '127.0.0.1', open_to_all: false };
const stolen = portRow(9201, 'Thalamus of Monday', { listener: node, status: status('Degraded', 'node listens', 1) });

test('two that want one port are one trouble, and a stolen port names the thief', () => {
  const found = troublesOf([stolen, smcp, portRow(9000, 'Router'), letta]);
  expect(found.map((trouble) => trouble.title), 'by port').toEqual(['Port 8283 is wanted by SMCP and Letta server.', 'node, process 5123, listens on port 9201, which is kept for Thalamus of Monday.']);
  expect(found[0]!.rows.length, 'both rows').toBe(2);
  expect(troublesOf([smcp])[0]!.title, 'the other stands elsewhere').toBe('Port 8283 is wanted by SMCP and Letta server.');
});

test('a port that settings do not agree with says so', () => {
  const [trouble] = troublesOf([portRow(9100, 'Broca of Athena', { status: status('Degraded', 'kept, but its settings say 9101', 1) })]);
  expect([trouble!.title, trouble!.text], 'in words').toEqual(['Port 9100 of Broca of Athena is not as it is to be.', 'Kept, but its settings say 9101.']);
});

test('what a module that never opens its port means is said', () => {
  expect(troublesOf([{ ...stolen, kept_only: true }])[0]!.text, 'it runs').toContain('never opens its port and runs all the same');
  expect(troublesOf([stolen])[0]!.text, 'it cannot').toContain('cannot start there');
  expect(troublesOf([{ ...stolen, listener: { ...node, process: 'ev\u202eil', pid: null } }])[0]!.title, 'hostile names are written out').toContain('ev⟨U+202E⟩il, listens on port 9201');
});

test('conflicts stand first, and everything about a row can be searched for', () => {
  expect(inOrder([portRow(8000, 'Bridge'), stolen, portRow(7999, 'Router')]).map((row) => row.port), 'order').toEqual([9201, 7999, 8000]);
  for (const query of ['9201', 'thalamus', 'NODE', '5123', '127.0']) expect(fits(stolen, query), query).toBe(true);
  expect(fits(stolen, 'letta'), 'nothing of it').toBe(false);
});

test('a number is checked before it is asked for', () => {
  expect(['', '80', '90000', '12a', '9201', '9253'].map((typed) => portProblem(typed, stolen) === null), 'only the last').toEqual([false, false, false, false, false, true]);
});
