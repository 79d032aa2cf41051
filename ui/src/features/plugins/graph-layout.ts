/** Where the nodes of the graph stand: a column for each kind, neighbours near each other, no line through a crowd. Pure. */
import type { GraphEdge, GraphKind, GraphNode, PluginGraph } from '../../bindings';

export const kindsInOrder: { kind: GraphKind; title: string; one: string }[] = [
  { kind: 'agent', title: 'Agents', one: 'agent' }, { kind: 'tool', title: 'Tools', one: 'tool' }, { kind: 'plugin', title: 'Plugins', one: 'plugin' },
  { kind: 'package', title: 'Packages', one: 'package' }, { kind: 'secret', title: 'Secrets', one: 'secret' }, { kind: 'port', title: 'Ports', one: 'port' },
];

export const kindWord = (kind: GraphKind) => kindsInOrder.find((entry) => entry.kind === kind)?.one ?? kind;

/** Kinds that are tied to the same neighbours share a column, one below the other, so that no line has to pass a crowd. */
const shared: GraphKind[][] = [['agent', 'port'], ['tool'], ['plugin'], ['package', 'secret']];

export const NODE = { width: 164, height: 28, gap: 8, columnGap: 64, head: 30, groupGap: 20, pad: 16 };
/** More in a column are left out of the drawing; the list has them all. */
export const MOST_DRAWN = 60;

export interface PlacedNode { node: GraphNode; x: number; y: number; column: number; row: number }
export interface GraphLayout { heads: { title: string; x: number; y: number; left: number }[]; nodes: PlacedNode[]; edges: { edge: GraphEdge; path: string; cycle: boolean }[]; width: number; height: number; left: number }

/** Ids that stand in a cycle, as the pairs that make it. */
export function cyclePairs(graph: PluginGraph): Set<string> {
  return new Set(graph.cycles.flatMap((chain) => chain.slice(0, -1).map((id, i) => `${id} → ${chain[i + 1]}`)));
}

const wantsEye = (node: GraphNode, inCycle: ReadonlySet<string>) => Number(node.trouble !== null || inCycle.has(node.id));

/** A column for each pair of kinds; an empty one takes no place. */
export function layOutGraph(graph: PluginGraph, keep: string | null): GraphLayout {
  const pairs = cyclePairs(graph);
  const inCycle = new Set(graph.cycles.flat());
  const near = new Map<string, string[]>();
  const touch = (a: string, b: string) => { const list = near.get(a); if (list) list.push(b); else near.set(a, [b]); };
  for (const { from, to } of graph.edges) { touch(from, to); touch(to, from); }
  const kept = new Set(keep === null ? [] : [keep, ...(near.get(keep) ?? [])]);
  const rank = new Map<string, number>();
  const heads: GraphLayout['heads'] = [];
  const nodes: PlacedNode[] = [];
  let left = 0;
  let height = 0;
  let column = 0;
  for (const kinds of shared) {
    let y = NODE.pad;
    let row = 0;
    const x = NODE.pad + column * (NODE.width + NODE.columnGap);
    for (const { kind, title } of kindsInOrder.filter((entry) => kinds.includes(entry.kind))) {
      const all = graph.nodes.filter((node) => node.kind === kind);
      if (all.length === 0) continue;
      const shown = all.length <= MOST_DRAWN ? all : [...all].sort((a, b) => Number(kept.has(b.id)) - Number(kept.has(a.id)) || wantsEye(b, inCycle) - wantsEye(a, inCycle) || (near.get(b.id)?.length ?? 0) - (near.get(a.id)?.length ?? 0)).slice(0, MOST_DRAWN);
      // Each goes to the middle of those it is tied to in the columns before.
      const weight = (node: GraphNode, i: number) => {
        const known = (near.get(node.id) ?? []).flatMap((id) => rank.get(id) ?? []);
        return known.length > 0 ? known.reduce((sum, at) => sum + at, 0) / known.length : i / shown.length;
      };
      const ordered = shown.map((node, i) => ({ node, at: weight(node, i) })).sort((a, b) => a.at - b.at || a.node.title.localeCompare(b.node.title)).map(({ node }) => node);
      if (row > 0) y += NODE.groupGap;
      heads.push({ title, x, y: y + 12, left: all.length - shown.length });
      y += NODE.head;
      ordered.forEach((node, i) => {
        rank.set(node.id, (i + 0.5) / ordered.length);
        nodes.push({ node, x, y, column, row });
        y += NODE.height + NODE.gap;
        row += 1;
      });
      left += all.length - shown.length;
    }
    if (row > 0) column += 1;
    height = Math.max(height, y);
  }
  const place = new Map(nodes.map((placed) => [placed.node.id, placed]));
  const edges = graph.edges.flatMap((edge) => {
    const [from, to] = [place.get(edge.from), place.get(edge.to)];
    return from && to ? [{ edge, path: pathOf(from, to), cycle: pairs.has(`${edge.from} → ${edge.to}`) }] : [];
  });
  return { heads, nodes, edges, width: NODE.pad * 2 + column * NODE.width + Math.max(0, column - 1) * NODE.columnGap, height: height + NODE.pad, left };
}

/** A soft curve from side to side; within a column it goes round outside of it. */
function pathOf(from: PlacedNode, to: PlacedNode): string {
  const mid = NODE.height / 2;
  if (from.column === to.column) {
    const x = from.x + NODE.width;
    const out = x + 18 + Math.min(26, Math.abs(from.row - to.row) * 4);
    return `M${x} ${from.y + mid - 3}C${out} ${from.y + mid} ${out} ${to.y + mid} ${x} ${to.y + mid + 3}`;
  }
  const [a, b] = from.column < to.column ? [from, to] : [to, from];
  const x0 = a.x + NODE.width;
  const bend = (b.x - x0) / 2;
  return `M${x0} ${a.y + mid}C${x0 + bend} ${a.y + mid} ${b.x - bend} ${b.y + mid} ${b.x} ${b.y + mid}`;
}

/** Where an arrow key leads among the nodes: up and down within a column, left and right to the nearest row. */
export function nodeAfter(layout: GraphLayout, id: string, key: string): string | null {
  const now = layout.nodes.find((placed) => placed.node.id === id);
  if (!now) return layout.nodes[0]?.node.id ?? null;
  const column = (n: number) => layout.nodes.filter((placed) => placed.column === n);
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (step) return column(now.column).find((placed) => placed.row === now.row + step)?.node.id ?? null;
  if (key === 'Home' || key === 'End') return column(now.column).at(key === 'Home' ? 0 : -1)?.node.id ?? null;
  const side = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (!side) return null;
  const there = column(now.column + side);
  return there[Math.min(now.row, there.length - 1)]?.node.id ?? null;
}

export interface Ties { out: GraphEdge[]; in: GraphEdge[] }

export const tiesOf = (graph: PluginGraph, id: string): Ties => ({ out: graph.edges.filter((edge) => edge.from === id), in: graph.edges.filter((edge) => edge.to === id) });

/** Everything that leans on it, step by step: what would break without it. */
export function leaningOn(graph: PluginGraph, id: string): string[] {
  const found = new Set<string>();
  const todo = [id];
  while (todo.length > 0) {
    const now = todo.pop();
    for (const edge of graph.edges) if (edge.to === now && edge.words === 'needs' && edge.from !== id && !found.has(edge.from)) { found.add(edge.from); todo.push(edge.from); }
  }
  return [...found];
}
