import { expect, test } from 'vitest';
import { graphOf, samplePlugins } from '../../platform/sample/plugin-rows';
import { MOST_DRAWN, layOutGraph, leaningOn, nodeAfter } from './graph-layout';

const graph = graphOf(samplePlugins(null), null, { cycle: true });

test('a column for each kind, nothing on top of anything else', () => {
  const { nodes, heads, left } = layOutGraph(graph, null);
  expect(heads.map((head) => head.title), 'columns').toEqual(['Agents', 'Ports', 'Tools', 'Plugins', 'Packages', 'Secrets']);
  expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size, 'each has its own place').toBe(graph.nodes.length);
  expect(left, 'none is left out').toBe(0);
});

test('a cycle is marked on its ties alone', () => {
  const { edges } = layOutGraph(graph, null);
  expect(edges.filter((edge) => edge.cycle).map(({ edge }) => `${edge.from} ${edge.to}`).sort(), 'both ways').toEqual(['smcp:gh smcp:git', 'smcp:git smcp:gh']);
});

test('of a thousand some are drawn: the chosen one and what is wrong always', () => {
  const many = graphOf(samplePlugins(1_000), null, {});
  const layout = layOutGraph(many, 'smcp:plugin_0900');
  const drawn = layout.nodes.filter((placed) => placed.node.kind === 'plugin').map((placed) => placed.node.id);
  expect(drawn.length, 'as many as fit').toBe(MOST_DRAWN);
  expect(drawn, 'the chosen one').toContain('smcp:plugin_0900');
  expect(drawn, 'what is in trouble').toEqual(expect.arrayContaining(['smcp:gmail', 'smcp:doc_manager']));
  expect(layout.left, 'the rest is counted').toBe(1_000 - MOST_DRAWN);
});

test('arrows go down a column and over to the next', () => {
  const layout = layOutGraph(graph, null);
  expect(nodeAfter(layout, 'tool:smcp', 'ArrowDown'), 'down').toBe('tool:athena/broca2');
  expect(layout.nodes.find((placed) => placed.node.id === nodeAfter(layout, 'tool:smcp', 'ArrowRight'))?.node.kind, 'right').toBe('plugin');
  expect(nodeAfter(layout, 'tool:smcp', 'ArrowUp'), 'the end').toBeNull();
});

test('what would break without it, step by step, also in a circle', () => {
  expect(leaningOn(graph, 'smcp:demo_math'), 'one').toEqual(['smcp:doc_manager']);
  expect(leaningOn(graph, 'smcp:gh'), 'a circle ends').toEqual(['smcp:git']);
});
