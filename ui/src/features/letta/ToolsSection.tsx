import { useMemo, useState } from 'react';
import type { AgentRow, AgentTool } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { Button, Foreign, SearchField, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';

/** More are found by their name. */
const MOST = 50;

/** Attached tools first, then what could be attached; each change is a plan. */
export function ToolsSection({ agent, tools }: { agent: AgentRow; tools: AgentTool[] }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const [typed, setTyped] = useState('');
  const attached = tools.filter((tool) => tool.attached).length;
  const found = useMemo(() => {
    const wanted = typed.trim().toLowerCase();
    return tools.filter((tool) => `${tool.name} ${tool.description ?? ''}`.toLowerCase().includes(wanted));
  }, [tools, typed]);
  const shown = found.slice(0, MOST);
  const turn = (tool: AgentTool) => flow.open({ title: `${tool.attached ? 'Detach' : 'Attach'} ${tool.name}`, make: () => platform.agentToolPlan(agent.uid, tool.id, !tool.attached) });
  return (
    <section data-testid="agent-tools">
      <div className="group-head"><h2>Tools</h2><span className="count">{attached.toLocaleString('en')} attached of {tools.length.toLocaleString('en')}</span></div>
      <div className="group">
        <div className="pick-search"><SearchField label="Search tools" value={typed} onChange={setTyped} count={typed ? String(found.length) : undefined} data-testid="agent-tools-search" /></div>
        <ul className="tool-lines">
          {shown.map((tool) => (
            <li key={tool.id} className="row tool-line" data-testid="agent-tool" data-attached={tool.attached || undefined}>
              <span className="grow tool-words"><code className="cut medium"><Foreign>{tool.name}</Foreign></code>{tool.description && <span className="small muted cut" title={visible(tool.description)}><Foreign>{tool.description}</Foreign></span>}</span>
              {tool.attached && <span className="chip chip-ok">Attached</span>}
              <Button size="s" kind={tool.attached ? 'quiet' : undefined} onClick={() => turn(tool)} aria-label={`${tool.attached ? 'Detach' : 'Attach'} ${visible(tool.name)}`} data-testid={`tool-turn-${tool.name}`}>{tool.attached ? 'Detach' : 'Attach'}</Button>
            </li>
          ))}
        </ul>
        {shown.length === 0 && <p className="small muted pad-s">No tool has “<Foreign>{typed}</Foreign>” in its name or description.</p>}
        {found.length > shown.length && <p className="small muted pad-s">{(found.length - shown.length).toLocaleString('en')} more. Type a part of the name to find them.</p>}
      </div>
    </section>
  );
}
