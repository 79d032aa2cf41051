/** One node in words: what it needs, what leans on it. The same for the drawing and the list. */
import type { GraphEdge, GraphNode, PluginGraph } from '../../bindings';
import { toHash } from '../../app/router';
import { Banner, Foreign, Glyph, Icon, Prose, visible } from '../../ui';
import { kindWord, leaningOn, tiesOf } from './graph-layout';
import { usePlugins } from './queries';
import { many } from './words';

const MOST_TIES = 100;

export function titleIn(graph: PluginGraph, id: string): string {
  return graph.nodes.find((node) => node.id === id)?.title ?? id;
}

function Ties({ label, edges, end, graph, onSelect }: { label: string; edges: GraphEdge[]; end: 'from' | 'to'; graph: PluginGraph; onSelect: (id: string) => void }) {
  if (edges.length === 0) return null;
  return (
    <section>
      <h3>{label}</h3>
      <ul className="ties">
        {edges.slice(0, MOST_TIES).map((edge, i) => {
          const node = graph.nodes.find((one) => one.id === edge[end]);
          return (
            <li key={i}>
              <span className="caption faint">{end === 'to' ? <Foreign>{edge.words}</Foreign> : <><Foreign>{edge.words}</Foreign> it</>}</span>
              {node ? <button type="button" className="btn btn-link tie" onClick={() => onSelect(node.id)}><span className="cut"><Foreign>{node.title}</Foreign></span>{node.trouble !== null && <Glyph word="Degraded" label={visible(node.trouble)} />}</button> : <span className="row"><Glyph word="Error" /><Foreign>{edge[end]}</Foreign> <span className="caption">missing</span></span>}
            </li>
          );
        })}
      </ul>
      {edges.length > MOST_TIES && <p className="caption faint">and {(edges.length - MOST_TIES).toLocaleString('en')} more</p>}
    </section>
  );
}

export function GraphExplain({ graph, node, onSelect }: { graph: PluginGraph; node: GraphNode; onSelect: (id: string) => void }) {
  const installed = usePlugins('', 'tool').data?.rows.some((row) => row.id === node.id);
  const ties = tiesOf(graph, node.id);
  const broken = node.kind === 'plugin' || node.kind === 'package' ? leaningOn(graph, node.id) : [];
  const chains = graph.cycles.filter((chain) => chain.includes(node.id));
  return (
    <aside className="inspector graph-explain" aria-label="What it is tied to" data-testid="graph-explain">
      <section>
        <p className="caption faint">{kindWord(node.kind)}</p>
        <h2 className="inspector-title"><Foreign>{node.title}</Foreign></h2>
        {node.trouble !== null && <p className="row small inspector-text"><Glyph word="Degraded" /><Prose>{node.trouble}</Prose></p>}
        {chains.map((chain, i) => <p key={i} className="row small inspector-text"><Icon name="refresh" size="s" /><span>In a circle: <Foreign>{chain.map((id) => titleIn(graph, id)).join(' → ')}</Foreign></span></p>)}
        {node.kind === 'plugin' && installed && <a className="btn btn-s inspector-act" href={toHash({ view: 'plugins', part: 'list', id: node.id })} data-testid="graph-open">Open the plugin</a>}
      </section>
      <Ties label="What it needs and gives" edges={ties.out} end="to" graph={graph} onSelect={onSelect} />
      <Ties label="Who needs or uses it" edges={ties.in} end="from" graph={graph} onSelect={onSelect} />
      {broken.length > 0 && <section><h3>Without it</h3><p className="small muted">{many(broken.length, 'thing')} would break: <Foreign>{broken.slice(0, 8).map((id) => titleIn(graph, id)).join(', ')}</Foreign>{broken.length > 8 && ` and ${broken.length - 8} more`}.</p></section>}
    </aside>
  );
}

/** Circles and holes, each with its chain; above the drawing and above the list. */
export function GraphTroubles({ graph }: { graph: PluginGraph }) {
  if (graph.cycles.length === 0 && graph.missing.length === 0) return null;
  const lines = [...graph.cycles.map((chain) => `In a circle: ${chain.map((id) => titleIn(graph, id)).join(' → ')}.`), ...graph.missing];
  return (
    <div className="graph-troubles">
      <Banner kind="warn" data-testid="graph-troubles" title={[graph.cycles.length > 0 && many(graph.cycles.length, 'circle'), graph.missing.length > 0 && `${graph.missing.length.toLocaleString('en')} missing`].filter(Boolean).join(', ')}>
        {lines.slice(0, 5).map((line) => <span key={line} className="trouble-line"><Prose>{line}</Prose></span>)}
        {lines.length > 5 && <span className="trouble-line">and {lines.length - 5} more, marked below.</span>}
      </Banner>
    </div>
  );
}
