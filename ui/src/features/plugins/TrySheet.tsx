import type { PluginTool } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { Button, Foreign, Sheet, visible } from '../../ui';
import { TryTool } from './TryTool';

/** Tries a tool from the page of its plugin. */
export function TrySheet({ tool, onClose }: { tool: PluginTool; onClose: () => void }) {
  const keysHint = useShell().platform === 'macos' ? '⌘↩' : 'Ctrl+↩';
  return (
    <Sheet label={`Try ${visible(tool.name)}`} onClose={onClose} className="form-sheet" data-testid="try-sheet">
      <header><h1 className="mono"><Foreign>{tool.name}</Foreign></h1><p className="muted plan-summary"><Foreign>{tool.description}</Foreign></p></header>
      <div className="sheet-body"><TryTool tool={tool} keysHint={keysHint} /></div>
      <footer><span className="grow" /><Button onClick={onClose} keys="esc">Close</Button></footer>
    </Sheet>
  );
}
