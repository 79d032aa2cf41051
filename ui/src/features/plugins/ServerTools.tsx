/** The tools of the running server, asked over MCP: search, try one, have Letta read them anew. */
import { useMemo, useState } from 'react';
import type { McpTool } from '../../bindings';
import { useRefreshLetta } from '../../app/queries';
import { navigate, toHash } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Button, CopyButton, EmptyState, ErrorBox, Foreign, SearchField, Waiting, WindowedGrid, duration, visible } from '../../ui';
import { useMcpTools } from './queries';
import { TryTool } from './TryTool';

const METRICS = { rowHeight: 46, gap: 1, headHeight: 30, sectionGap: 10, top: 0, bottom: 10 };

/** Those of a plugin stand together; what the server has of its own comes last. */
function grouped(tools: McpTool[], query: string) {
  const words = query.toLowerCase();
  const found = tools.filter((tool) => `${tool.name} ${tool.description}`.toLowerCase().includes(words));
  const names = [...new Set(found.map((tool) => tool.plugin))].sort((a, b) => (a === null ? 1 : b === null ? -1 : a.localeCompare(b)));
  const groups = names.map((plugin) => ({ plugin, tools: found.filter((tool) => tool.plugin === plugin) }));
  return { rows: groups.flatMap((group) => group.tools), sections: groups.map(({ plugin, tools: some }) => ({ key: plugin ?? ' server', title: plugin === null ? 'The server itself' : visible(plugin), count: some.length })) };
}

function Tool({ tool, keysHint }: { tool: McpTool; keysHint: string }) {
  return (
    <div className="scroll" role="region" aria-label="Tool" tabIndex={-1}>
      <div className="formpad" data-testid="server-tool">
        <div className="detail-head"><div className="grow"><h2 className="mono tool-name"><Foreign>{tool.name}</Foreign></h2><p className="small muted prewrap"><Foreign>{tool.description}</Foreign></p></div>
          <div className="row">{tool.plugin !== null && <a className="btn" href={toHash({ view: 'plugins', part: 'list', id: `smcp:${tool.plugin}` })}>Its plugin</a>}<CopyButton text={tool.name} label="Copy the name" /></div></div>
        <TryTool key={tool.name} tool={tool} keysHint={keysHint} />
      </div>
    </div>
  );
}

export function ServerTools({ name }: { name: string | null }) {
  const shell = useShell();
  const query = useMcpTools();
  const refresh = useRefreshLetta();
  const [typed, setTyped] = useState('');
  const { data } = query;
  const { rows, sections } = useMemo(() => grouped(data?.items ?? [], typed.trim()), [data, typed]);
  const keysHint = shell.platform === 'macos' ? '⌘↩' : 'Ctrl+↩';
  const at = rows.findIndex((tool) => tool.name === name);
  const chosen = data?.items.find((tool) => tool.name === name);
  const go = (tool: McpTool | undefined, replace: boolean) => { if (tool) navigate({ view: 'plugins', part: 'tools', id: tool.name }, { replace }); };
  const first = rows[0];
  if (query.isError && !data) {
    return <div className="pad"><ErrorBox error={query.error} onRetry={() => void query.refetch()} actions={<Button size="s" onClick={() => navigate({ view: 'modules', tab: 'instances', id: 'smcp' })}>Go to SMCP</Button>} /></div>;
  }
  if (!data) return <div className="pad"><Waiting>Asking the tool server</Waiting></div>;
  return (
    <div className="cols" data-testid="server-tools">
      <div className="pane-list plugin-list" role="region" aria-label="List of tools">
        <div className="bar"><SearchField className="grow" label="Search tools" value={typed} onChange={setTyped} onEnter={() => go(first, name !== null)} count={rows.length.toLocaleString('en')} keys={typed ? undefined : shell.keys('find.here')} /></div>
        {rows.length === 0 && <p className="small muted pad-s">{data.items.length === 0 ? 'The server offers no tools.' : <>No tool has “<Foreign>{typed}</Foreign>” in its name or words.</>}</p>}
        {rows.length > 0 && (
          <WindowedGrid label="Tools of the server" testId="tools-list" cellTestId="tool-row" className="plugins-pad" sections={sections} cellWidth={null} metrics={METRICS} resetKey={typed} selected={at < 0 ? null : at} onRange={() => {}}
            cellClass={() => 'item plugin-cell tool-cell'} cellLabel={(index) => { const tool = rows[index]; return tool && visible(`${tool.name}: ${tool.description}`); }} onOpen={(index) => go(rows[index], name !== null)} onMove={(index) => go(rows[index], true)}
            renderCell={(index) => { const tool = rows[index]; return tool ? <div className="grow"><b className="mono cut block medium"><Foreign>{tool.name}</Foreign></b><span className="d cut block"><Foreign>{tool.description}</Foreign></span></div> : null; }} />
        )}
        <div className="pane-foot server-foot">
          <p className="caption faint"><Foreign>{data.server}</Foreign> · answered in {duration(data.took_ms)}</p>
          <span className="row"><Button size="s" kind="quiet" icon="refresh" busy={query.isFetching} onClick={() => void query.refetch()} data-testid="tools-again">{query.isFetching ? 'Asking' : 'Ask again'}</Button><Button size="s" kind="quiet" busy={refresh.isPending} onClick={() => refresh.mutate()} data-testid="tools-letta">{refresh.isPending ? 'Refreshing in Letta' : 'Refresh in Letta'}</Button></span>
        </div>
      </div>
      {chosen ? <Tool tool={chosen} keysHint={keysHint} /> : (
        <EmptyState icon="play" title={name === null ? 'Choose a tool to try' : 'This tool is not offered now'}>
          <p>{name === null ? 'Its arguments become a form here. A call really runs, as if an agent had made it.' : 'It is switched off, its plugin is, or that failed to load. Its plugin’s page says which. Ask again once the server has restarted.'}</p>
        </EmptyState>
      )}
    </div>
  );
}
