/** One file that differs, opened: its lines before and after, read only then. */
import { type ReactNode, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { PluginComparison } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { DiffView, ErrorBox, Foreign, Icon, Waiting, visible } from '../../ui';

function Lines({ compare, path }: { compare: PluginComparison; path: string }) {
  const platform = usePlatform();
  const query = useQuery({ queryKey: [...keys.plugins, 'lines', compare, path], queryFn: () => platform.pluginLines(compare, path), retry: false });
  if (query.isError) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Waiting>Comparing its lines</Waiting>;
  const { note, lines, left_out } = query.data;
  return (
    <>
      {note !== null && <p className="small muted" data-testid="file-note"><Foreign>{note}</Foreign></p>}
      <DiffView lines={lines} leftOut={left_out} label={`Lines of ${visible(path)}`} />
      {note === null && lines.length === 0 && <p className="small muted">It is empty.</p>}
    </>
  );
}

export function FileLines({ compare, path, children }: { compare: PluginComparison; path: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="py-fold plugin-fold plugin-lines" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary data-testid="file-open">{children}<span className="fold-mark"><Icon name="right" size="s" /></span></summary>
      {open && <div className="plugin-lines-body" data-testid="file-lines"><Lines compare={compare} path={path} /></div>}
    </details>
  );
}
