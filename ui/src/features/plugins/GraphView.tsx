/** What needs what: drawn, or as a list that says the same. */
import { useMemo, useState } from 'react';
import type { GraphNode, PluginGraph } from '../../bindings';
import { navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { EmptyState, ErrorBox, Foreign, Glyph, Icon, MenuButton, SearchField, Segments, Waiting, WindowedGrid, visible } from '../../ui';
import { GraphDrawing } from './GraphDrawing';
import { GraphExplain, GraphTroubles } from './GraphExplain';
import { MOST_DRAWN, kindsInOrder, layOutGraph } from './graph-layout';
import { useGraph, usePluginTools } from './queries';

const METRICS = { rowHeight: 36, gap: 0, headHeight: 30, sectionGap: 12, top: 8, bottom: 16 };
type Shape = 'drawing' | 'list';

/** Kept while the window is open: who wants the list wants it next time too. */
let lastShape: Shape = 'drawing';

function counts(graph: PluginGraph): Map<string, { out: number; in: number }> {
  const found = new Map<string, { out: number; in: number }>();
  const of = (id: string) => { const known = found.get(id); if (known) return known; const made = { out: 0, in: 0 }; found.set(id, made); return made; };
  for (const { from, to } of graph.edges) { of(from).out += 1; of(to).in += 1; }
  return found;
}

function GraphList({ graph, selected, onSelect, query }: { graph: PluginGraph; selected: string | null; onSelect: (id: string, how: 'click' | 'move') => void; query: string }) {
  const ties = useMemo(() => counts(graph), [graph]);
  const { nodes, sections } = useMemo(() => {
    const words = query.toLowerCase();
    const groups = kindsInOrder.map(({ kind, title }) => ({ key: kind, title, nodes: graph.nodes.filter((node) => node.kind === kind && node.title.toLowerCase().includes(words)) }));
    return { nodes: groups.flatMap((group) => group.nodes), sections: groups.map((group) => ({ key: group.key, title: group.title, count: group.nodes.length })) };
  }, [graph, query]);
  const inCycle = new Set(graph.cycles.flat());
  const at = nodes.findIndex((node) => node.id === selected);
  const said = (node: GraphNode) => { const { out, in: back } = ties.get(node.id) ?? { out: 0, in: 0 }; return [out > 0 && `${out.toLocaleString('en')} from it`, back > 0 && `${back.toLocaleString('en')} to it`].filter(Boolean).join(', ') || 'no ties'; };
  const choose = (index: number, how: 'click' | 'move') => { const node = nodes[index]; if (node) onSelect(node.id, how); };
  if (nodes.length === 0) return <p className="small muted pad">Nothing here has “<Foreign>{query}</Foreign>” in its name.</p>;
  return (
    <WindowedGrid label="What plugins need" testId="graph-list" cellTestId="graph-row" className="graph-list" sections={sections} cellWidth={null} metrics={METRICS} resetKey={query} selected={at < 0 ? null : at} onRange={() => {}}
      cellClass={() => 'graph-cell'} cellLabel={(index) => { const node = nodes[index]; return node && visible([node.title, node.trouble, inCycle.has(node.id) && 'in a circle', `ties: ${said(node)}`].filter(Boolean).join(', ')); }}
      onOpen={(index) => choose(index, 'click')} onMove={(index) => choose(index, 'move')}
      renderCell={(index) => {
        const node = nodes[index];
        return node ? <div className="graph-row"><span className="medium cut"><Foreign>{node.title}</Foreign></span><span className="row cut">{node.trouble !== null ? <><Glyph word="Degraded" /><span className="cut"><Foreign>{node.trouble}</Foreign></span></> : inCycle.has(node.id) && <><Icon name="refresh" size="s" />in a circle</>}</span><span className="faint num nowrap">{said(node)}</span></div> : null;
      }} />
  );
}

export function GraphView({ focus }: { focus: string | null }) {
  const shell = useShell();
  const tools = usePluginTools();
  const [tool, setTool] = useState<string | null>(null);
  const [shape, setShape] = useState<Shape>(lastShape);
  const [query, setQuery] = useState('');
  const graph = useGraph(tool);
  const { data } = graph;
  const left = useMemo(() => (data && shape === 'drawing' ? layOutGraph(data, focus).left : 0), [data, shape, focus]);
  const node = data?.nodes.find((one) => one.id === focus);
  const title = tools.find((one) => one.tool === tool)?.title;
  const select = (id: string, how: 'click' | 'move' = 'click') => navigate({ view: 'plugins', part: 'graph', id }, { replace: how === 'move' || focus !== null });
  const choose = (next: string) => { lastShape = next as Shape; setShape(next as Shape); };
  return (
    <div className="cols" data-testid="plugins-graph">
      <div className="list-column">
        <div className="subbar">
          <Segments label="How it is shown" segments={[{ id: 'drawing', label: 'Drawing' }, { id: 'list', label: 'List' }]} selected={shape} onSelect={choose} />
          <MenuButton label={title ? `Tool: ${visible(title)}` : 'All tools'} className={tool === null ? 'btn btn-s filter-chip' : 'btn btn-s filter-chip filter-on'} data-testid="graph-tool" onAction={(id) => setTool(id === '' ? null : id)}
            items={[{ id: '', label: 'All tools', text: 'All tools', icon: tool === null ? 'check' : undefined }, ...tools.map((one) => ({ id: one.tool, label: <Foreign>{one.title}</Foreign>, text: visible(one.title), icon: one.tool === tool ? 'check' as const : undefined }))]}>
            {title ? <Foreign>{title}</Foreign> : 'All tools'}<Icon name="down" />
          </MenuButton>
          {shape === 'list' && <SearchField className="search-modules" label="Search the graph" value={query} onChange={setQuery} keys={shell.keys('find.here')} />}
          <span className="grow" />
          {data && <span className="small faint cut" data-testid="graph-sum">{data.nodes.length.toLocaleString('en')} things, {data.edges.length.toLocaleString('en')} ties</span>}
        </div>
        {graph.error !== null && <div className="pad"><ErrorBox error={graph.error} onRetry={() => void graph.refetch()} /></div>}
        {graph.isPending && <div className="pad"><Waiting>Looking at what needs what</Waiting></div>}
        {data && <GraphTroubles graph={data} />}
        {left > 0 && <p className="small muted graph-left" role="status" data-testid="graph-left">{left.toLocaleString('en')} are left out of the drawing: at most {MOST_DRAWN} stand in a column. Choose a tool, or look at the list, which has them all.</p>}
        {data && data.nodes.length === 0 && <EmptyState icon="plugin" title="Nothing to show"><p>There is no plugin, so nothing needs anything.</p></EmptyState>}
        {data && data.nodes.length > 0 && (shape === 'drawing' ? <GraphDrawing graph={data} selected={focus} onSelect={select} /> : <GraphList graph={data} selected={focus} onSelect={select} query={query.trim()} />)}
      </div>
      {data && node && <GraphExplain graph={data} node={node} onSelect={select} />}
    </div>
  );
}
