import { expect, test } from 'vitest';
import type { ModuleRow } from '../../bindings';
import { moduleRow } from '../../platform/sample/module-rows';
import { failureTitle } from './acts';
import { draftProblem, sourceOf } from './InstallSheet';
import { chartWords, linesOf } from './SampleChart';
import { cpuWords, memoryWords, needingYou, sentence, standOf, titleOf, until, uptime } from './words';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const before = (s: number) => new Date(NOW - s * 1000).toISOString();

function row(more: Partial<ModuleRow>): ModuleRow {
  const base = moduleRow({ id: 'athena/broca2', module: 'broca2', title: 'Broca', icon: 'chat', port: 9100, state: 'running', status: { word: 'Healthy', reason: 'answered in 9 ms', evidence: [], measured_at: null } });
  return { ...base, ...more };
}

test('figures carry their unit', () => {
  expect([memoryWords(68 * 1_048_576), memoryWords(300_000), memoryWords(0), memoryWords(1.5 * 1_073_741_824)], 'memory').toEqual(['68 MB', '1 MB', '0 MB', '1.5 GB']);
  expect([cpuWords(0), cpuWords(11.42), cpuWords(187.6)], 'processor').toEqual(['0.0 %', '11.4 %', '188 %']);
  expect([uptime(before(40), NOW), uptime(before(190), NOW), uptime(before(7_865), NOW), uptime(before(97_300), NOW)], 'how long').toEqual(['40 s', '3 min', '2 h 11 min', '1 d 3 h']);
  expect(uptime('nonsense', NOW), 'a time that is none says nothing').toBe('');
  expect([until(before(-8), NOW), until(before(3), NOW), until(before(-90), NOW)], 'when').toEqual(['in 8 s', 'now', 'in 2 min']);
});

test('what a program said becomes a sentence, and one that is stays', () => {
  expect([sentence('exit code 1'), sentence('It ended. '), sentence('')], 'sentences').toEqual(['Exit code 1.', 'It ended.', '']);
});

test('a name for people, also where half of it is missing', () => {
  expect(titleOf(row({ agent_title: 'Athena' })), 'of an agent').toBe('Broca of Athena');
  expect(titleOf(row({ title: '', agent_title: null })), 'shared and without a title').toBe('broca2');
});

test('what begins or ends speaks before the health does', () => {
  const words = (more: Partial<ModuleRow>, doing?: 'start' | 'stop' | 'restart') => { const stand = standOf(row(more), doing, NOW); return [stand.word, stand.reason, stand.busy]; };
  expect(words({}), 'at rest').toEqual(['Healthy', 'answered in 9 ms', false]);
  expect(words({ state: 'starting', status: { word: 'Unknown', reason: 'waiting for “Application started successfully”', evidence: [], measured_at: null } }, 'start'), 'what it waits for').toEqual(['Starting', 'waiting for “Application started successfully”', true]);
  expect(words({ state: 'starting', status: { word: 'Unknown', reason: 'starting, and has not said yet that it is ready', evidence: [], measured_at: null } })[1], 'the word is not said twice').toBe('has not said yet that it is ready');
  expect(words({ state: 'stopped' }, 'start'), 'before anything was heard').toEqual(['Starting', 'asked for', true]);
  expect(words({ state: 'starting' }, 'stop'), 'a start cut short').toEqual(['Stopping', 'asked for', true]);
  expect(words({ state: 'stopping' }), 'ending').toEqual(['Stopping', 'waiting for it to end', true]);
  expect(words({ state: 'waiting', next_try: before(-8), status: { word: 'Error', reason: 'exit code 1', evidence: [], measured_at: null } }), 'the next try').toEqual(['Starts again', 'in 8 s · exit code 1', false]);
  expect(words({ state: 'gave_up' }), 'no more tries').toEqual(['Gave up', 'answered in 9 ms', false]);
});

test('what stands as a card and as an instance counts once', () => {
  const tabs = [{ id: 'global', needs_you: 2 }, { id: 'agent:athena', needs_you: 0 }, { id: 'agent:monday', needs_you: 1 }, { id: 'smcp', needs_you: 1 }];
  const problems = (...ids: string[]) => ({ problems: ids.map((id) => ({ id, title: id, status: row({}).status })) });
  expect(needingYou(tabs, undefined), 'only cards').toBe(4);
  expect(needingYou(tabs, problems('monday/broca2', 'web_bridge')), 'both say the same').toBe(4);
  expect(needingYou(tabs, problems('athena/broca2', 'athena/thalamus')), 'no card says it').toBe(6);
  expect(needingYou([], problems('hermes/broca2')), 'an agent without a tab').toBe(1);
});

test('a failure names what failed, or how many did', () => {
  const outcome = (title: string) => ({ id: title, title, done: false, text: 'x', hint: null });
  expect(failureTitle({ act: 'start', outcomes: [outcome('Scheduler')], done: 0, error: null }), 'one').toBe('Scheduler could not be started.');
  expect(failureTitle({ act: 'stop', outcomes: [outcome('A'), outcome('B')], done: 3, error: null }), 'several').toBe('2 of 5 modules could not be stopped.');
});

test('a gap in what was measured is a gap in the line', () => {
  expect(linesOf([0, 10, null, 5], 30, 12), 'two lines').toEqual(['0.0,11.0 10.0,1.0', '30.0,6.0 30.0,6.0']);
  expect(linesOf([null, null], 30, 12), 'nothing was measured').toEqual([]);
  expect(linesOf([0, 0], 30, 12), 'all the same').toEqual(['0.0,11.0 30.0,11.0']);
  const at = '2026-11-20T12:00:00Z';
  expect(chartWords({ name: 'CPU', words: cpuWords, values: [0.1, 0.4, null] }, at, at), 'in words').toMatch(/^CPU from \d\d:00 to \d\d:00: 0\.1 % to 0\.4 %, not measured now$/);
});

test('a source is sent as it was meant', () => {
  const draft = { kind: 'git' as const, path: '/left/over', url: ' https://example.org/a.git ', rev: ' ' };
  expect(sourceOf(draft), 'git without a revision').toEqual({ kind: 'git', url: 'https://example.org/a.git', rev: null });
  expect(sourceOf({ ...draft, kind: 'link', path: '~/src/a' }), 'a link').toEqual({ kind: 'link', path: '~/src/a' });
  expect(draftProblem({ ...draft, url: '' }), 'no address').toBe('Enter the address first.');
  expect(draftProblem({ ...draft, kind: 'archive', path: '' }), 'no archive').toBe('Choose the archive first.');
});
