import type { PluginRow } from '../../bindings';
import { toHash } from '../../app/router';
import { ErrorBox, Foreign, Glyph, Prose, Waiting, visible } from '../../ui';
import { titleIn } from './GraphExplain';
import { kindWord, leaningOn, tiesOf } from './graph-layout';
import { useGraph } from './queries';
import { many } from './words';

/** The graph around one plugin, as a list. */
export function DependenciesTab({ row }: { row: PluginRow }) {
  const query = useGraph(row.tool);
  if (!query.data) return query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : <Waiting>Looking at what needs what</Waiting>;
  const graph = query.data;
  const ties = tiesOf(graph, row.id);
  const broken = leaningOn(graph, row.id);
  const chains = graph.cycles.filter((chain) => chain.includes(row.id));
  const part = (label: string, none: string, edges: typeof ties.out, end: 'from' | 'to') => (
    <section aria-label={label}>
      <div className="group-head"><h2>{label}</h2><span className="count">{edges.length === 0 ? none : edges.length}</span></div>
      {edges.length > 0 && (
        <ul className="group plugin-used">
          {edges.map((edge, i) => {
            const node = graph.nodes.find((one) => one.id === edge[end]);
            return <li key={i} className="row"><span className="caption faint dep-words"><Foreign>{edge.words}</Foreign></span><span className="grow cut"><Foreign>{node?.title ?? edge[end]}</Foreign> <span className="caption faint">{node && kindWord(node.kind)}</span></span>{node ? node.trouble !== null && <span className="st"><Glyph word="Degraded" /><span className="cut" title={visible(node.trouble)}><Foreign>{node.trouble}</Foreign></span></span> : <span className="st"><Glyph word="Error" />missing</span>}</li>;
          })}
        </ul>
      )}
    </section>
  );
  return (
    <div className="agent-panel" data-testid="plugin-dependencies">
      {chains.map((chain, i) => <p key={i} className="row small warn-words"><Glyph word="Degraded" /><span>In a circle: <Foreign>{chain.map((id) => titleIn(graph, id)).join(' → ')}</Foreign>. None of them can be enabled before one lets go.</span></p>)}
      {graph.missing.filter((line) => line.includes(row.name)).map((line) => <p key={line} className="row small warn-words"><Glyph word="Degraded" /><Prose>{line}</Prose></p>)}
      {part('What it needs and gives', 'nothing', ties.out, 'to')}
      {part('Who needs or uses it', 'nobody', ties.in, 'from')}
      {broken.length > 0 && <p className="small muted">Without it {many(broken.length, 'thing')} would break: <Foreign>{broken.map((id) => titleIn(graph, id)).join(', ')}</Foreign>.</p>}
      <p className="small"><a href={toHash({ view: 'plugins', part: 'graph', id: row.id })} data-testid="plugin-graph-link">Show it in the graph</a></p>
    </div>
  );
}
