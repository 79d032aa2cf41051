/** The tools a plugin adds: what each takes, on or off where that can be chosen, and a try of it. */
import { useState } from 'react';
import type { PluginDetail, PluginTool } from '../../bindings';
import { Button, Foreign, Icon, Prose, Switch, visible } from '../../ui';
import { usePluginActs } from './acts';
import { fieldsOf, typeWords } from './schema-form';
import { TrySheet } from './TrySheet';

/** What a tool takes, one argument a line; the schema itself is folded under it. */
export function Arguments({ schema }: { schema: unknown }) {
  const { fields, more } = fieldsOf(schema);
  return (
    <div className="tool-args">
      {fields.length === 0 ? <p className="small muted">It takes no arguments.</p> : (
        <ul>
          {fields.map((field) => (
            <li key={field.name}><code><Foreign>{field.name}</Foreign></code> <span className="caption faint">{typeWords(field)}{field.required && ', required'}</span>{field.description && <span className="small muted"> <Foreign>{field.description}</Foreign></span>}</li>
          ))}
        </ul>
      )}
      {more > 0 && <p className="caption faint">{more.toLocaleString('en')} more are in the schema only.</p>}
      <details className="fold"><summary className="small muted row"><span className="fold-mark"><Icon name="right" size="s" /></span>Schema</summary><pre className="code tool-schema" tabIndex={0} aria-label="Schema">{visible(JSON.stringify(schema, null, 2) ?? '').slice(0, 20_000)}</pre></details>
    </div>
  );
}

function Tool({ tool, detail, onTry }: { tool: PluginTool; detail: PluginDetail; onTry: () => void }) {
  const acts = usePluginActs();
  const { row } = detail;
  const name = visible(tool.name);
  const why = row.quarantined ? 'It is in quarantine and not loaded.' : !row.enabled ? 'It is off. Enable the plugin first.' : tool.enabled === false ? 'This tool is off. Switch it on; it counts from the tool server’s next start.' : null;
  return (
    <li className="plugin-tool" data-testid="plugin-tool">
      <details className="fold grow">
        <summary className="row"><span className="fold-mark"><Icon name="right" size="s" /></span><span className="grow"><b className="mono medium"><Foreign>{tool.name}</Foreign></b><span className="small muted block cut"><Foreign>{tool.description}</Foreign></span></span></summary>
        <Arguments schema={tool.schema} />
      </details>
      <span className="row plugin-tool-acts">
        {row.agent === null && <Button size="s" kind="quiet" icon="play" why={why} onClick={onTry} aria-label={`Try ${name}`} data-testid="plugin-try">Try it</Button>}
        {tool.enabled !== null && <Switch label={`${name} on`} checked={tool.enabled} onChange={(on) => acts.switchTool(row, tool, on)} data-testid="plugin-tool-switch" />}
      </span>
    </li>
  );
}

export function ToolsTab({ detail }: { detail: PluginDetail }) {
  const [trying, setTrying] = useState<PluginTool | null>(null);
  const { row, tools } = detail;
  return (
    <section aria-label="Tools it adds">
      <div className="group-head"><h2>Tools it adds</h2><span className="count">{row.tools === null ? 'not known' : row.tools.toLocaleString('en')}</span></div>
      {detail.tool_note !== null && <p className="small muted tool-note"><Prose>{detail.tool_note}</Prose></p>}
      {tools.length === 0
        ? <p className="small muted" data-testid="plugin-no-tools">{row.kind === 'broca' ? 'Plugins of Broca add a platform to speak on, no tools.' : detail.trusted ? 'It says that it adds none.' : 'Its tools are known only after its files were trusted: asking it runs its code.'}</p>
        : <ul className="group">{tools.map((tool) => <Tool key={tool.name} tool={tool} detail={detail} onTry={() => setTrying(tool)} />)}</ul>}
      {trying && <TrySheet tool={trying} onClose={() => setTrying(null)} />}
    </section>
  );
}
