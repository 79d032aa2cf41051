/** The graph drawn: a column for each kind. One tab stop, arrows move, Enter chooses; shape and word mark what is wrong. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { PluginGraph } from '../../bindings';
import { visible } from '../../ui';
import { type PlacedNode, MOST_DRAWN, NODE, kindWord, layOutGraph, nodeAfter, tiesOf } from './graph-layout';
import { titleIn } from './GraphExplain';

const LETTERS = 19;
const shortTitle = (title: string) => { const seen = visible(title); return seen.length > LETTERS ? `${seen.slice(0, LETTERS - 1)}…` : seen; };

function words(graph: PluginGraph, { node }: PlacedNode, inCycle: boolean): string {
  const { out } = tiesOf(graph, node.id);
  const ties = out.slice(0, 6).map((edge) => `${edge.words} ${titleIn(graph, edge.to)}`);
  return visible([`${kindWord(node.kind)} ${node.title}`, node.trouble, inCycle && 'in a circle', ...ties, out.length > 6 && `and ${out.length - 6} more`].filter(Boolean).join(', '));
}

interface NodeProps { placed: PlacedNode; label: string; stop: boolean; selected: boolean; dim: boolean; cycle: boolean; onSelect: () => void; onHover: (on: boolean) => void }

function Node({ placed, label, stop, selected, dim, cycle, onSelect, onHover }: NodeProps) {
  const { node, x, y } = placed;
  const odd = node.trouble !== null;
  return (
    <g role="button" tabIndex={stop ? 0 : -1} aria-label={label} aria-pressed={selected} data-node={node.id} data-kind={node.kind} data-odd={odd || undefined} data-cycle={cycle || undefined} data-dim={dim || undefined} data-selected={selected || undefined} className="gnode" data-testid="graph-node"
      transform={`translate(${x} ${y})`} onClick={onSelect} onPointerEnter={() => onHover(true)} onPointerLeave={() => onHover(false)} onFocus={() => onHover(true)} onBlur={() => onHover(false)}>
      <title>{label}</title>
      <rect width={NODE.width} height={NODE.height} rx={node.kind === 'agent' || node.kind === 'tool' ? 14 : 6} />
      {odd && <path className="gmark" d="M16 8.6 21.4 18.4H10.6z" />}
      {cycle && !odd && <circle className="gmark" cx="16" cy="14" r="4.5" />}
      <text x={odd || cycle ? 28 : 12} y="18">{shortTitle(node.title)}</text>
    </g>
  );
}

export function GraphDrawing({ graph, selected, onSelect }: { graph: PluginGraph; selected: string | null; onSelect: (id: string) => void }) {
  const layout = useMemo(() => layOutGraph(graph, selected), [graph, selected]);
  const inCycle = useMemo(() => new Set(graph.cycles.flat()), [graph]);
  const [hover, setHover] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(selected);
  const svg = useRef<SVGSVGElement>(null);
  const known = (id: string | null) => id !== null && layout.nodes.some((placed) => placed.node.id === id);
  const stop = known(active) ? active : known(selected) ? selected : layout.nodes[0]?.node.id ?? null;
  const eye = hover ?? (known(selected) ? selected : null);
  const near = useMemo(() => new Set(eye === null ? [] : [eye, ...graph.edges.flatMap(({ from, to }) => (from === eye ? [to] : to === eye ? [from] : []))]), [eye, graph]);
  useEffect(() => {
    if (selected === null) return;
    setActive(selected);
    svg.current?.querySelector(`[data-node="${CSS.escape(selected)}"]`)?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [selected, layout]);
  const onKeyDown = (event: KeyboardEvent) => {
    const id = (event.target as Element).closest<SVGGElement>('[data-node]')?.dataset.node;
    if (id === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); onSelect(id); return; }
    const next = nodeAfter(layout, id, event.key);
    if (next === null) return;
    event.preventDefault();
    setActive(next);
    const node = svg.current?.querySelector<SVGGElement>(`[data-node="${CSS.escape(next)}"]`);
    node?.focus({ preventScroll: true });
    node?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  return (
    <div className="graph-canvas scroll" data-testid="graph-drawing">
      <svg ref={svg} width={layout.width} height={layout.height} viewBox={`0 0 ${layout.width} ${layout.height}`} preserveAspectRatio="xMinYMin" role="group" aria-label="What plugins need, drawn" onKeyDown={onKeyDown}>
        {layout.heads.map((head) => <text key={head.title} className="ghead" x={head.x} y={head.y}>{head.title}{head.left > 0 ? `, ${MOST_DRAWN} of ${(MOST_DRAWN + head.left).toLocaleString('en')}` : ''}</text>)}
        <g aria-hidden="true">
          {layout.edges.map(({ edge, path, cycle }, i) => <path key={i} className="gedge" d={path} data-cycle={cycle || undefined} data-near={(eye !== null && (edge.from === eye || edge.to === eye)) || undefined} data-dim={(eye !== null && edge.from !== eye && edge.to !== eye) || undefined}><title>{visible(`${titleIn(graph, edge.from)} ${edge.words} ${titleIn(graph, edge.to)}`)}</title></path>)}
        </g>
        {layout.nodes.map((placed) => {
          const { id } = placed.node;
          return <Node key={id} placed={placed} label={words(graph, placed, inCycle.has(id))} stop={id === stop} selected={id === selected} dim={eye !== null && !near.has(id)} cycle={inCycle.has(id)} onSelect={() => onSelect(id)} onHover={(on) => setHover((old) => (on ? id : old === id ? null : old))} />;
        })}
      </svg>
    </div>
  );
}
