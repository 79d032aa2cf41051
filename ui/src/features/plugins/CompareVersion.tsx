/** What putting an earlier version back would change: its files against those of now, each with its lines. */
import { useQuery } from '@tanstack/react-query';
import type { PluginRow, PluginVersion } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, Sheet, Waiting, visible } from '../../ui';
import { usePluginActs } from './acts';
import { Files } from './parts';
import { shortHash } from './words';

export function CompareVersion({ row, version, onClose }: { row: PluginRow; version: PluginVersion; onClose: () => void }) {
  const platform = usePlatform();
  const acts = usePluginActs();
  const compare = { kind: 'version' as const, id: row.id, hash: version.hash };
  const query = useQuery({ queryKey: [...keys.plugins, 'compare', compare], queryFn: () => platform.pluginCompare(compare), retry: false });
  const name = version.version ?? shortHash(version.hash);
  const title = `${visible(row.title || row.name)}: from ${visible(row.version ?? 'what is installed')} to ${visible(name)}`;
  const same = query.data?.every((file) => file.state === 'same') === true;
  return (
    <Sheet label={title} onClose={onClose} className="form-sheet plugin-sheet" data-testid="compare-sheet">
      <header><h1><Foreign>{title}</Foreign></h1><p className="muted plan-summary">What putting it back would change, against the files that lie there now. Nothing is written by looking.</p></header>
      <div className="sheet-body" tabIndex={0} role="region" aria-label="What differs">
        {query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : !query.data ? <Waiting onCancel={onClose}>Comparing the files</Waiting> : (
          <>
            {same && <p data-testid="compare-same">Both have the same files.</p>}
            <Files files={query.data} hash={version.hash} update compare={compare} />
          </>
        )}
      </div>
      <footer>
        <span className="grow" />
        <Button onClick={onClose} keys="esc">Close</Button>
        <Button kind="primary" icon="undo" onClick={() => { onClose(); acts.putBack(row, version); }}>Put back…</Button>
      </footer>
    </Sheet>
  );
}
