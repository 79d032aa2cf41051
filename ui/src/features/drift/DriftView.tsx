import type { DriftFile } from '../../bindings';
import { Banners } from '../../app/Banners';
import { useDrift } from '../../app/queries';
import { toHash } from '../../app/router';
import { Titlebar } from '../../app/Titlebar';
import { Button, EmptyState, ErrorBox, Foreign, Glyph, Icon, Waiting } from '../../ui';
import { DriftFileForm } from './DriftFileForm';

function countWords(file: DriftFile): string {
  if (file.unreadable !== null) return 'cannot be read';
  return file.keys.length === 1 ? '1 key differs' : `${file.keys.length} keys differ`;
}

function Files({ files, shown }: { files: DriftFile[]; shown: string }) {
  return (
    <nav className="pane-list" aria-label="Files changed outside">
      <div className="scroll"><ul className="file-items">
        {files.map((file) => (
          <li key={file.file}>
            <a className="item item-link" href={toHash({ view: 'drift', file: file.file })} aria-current={file.file === shown ? 'page' : undefined} data-testid="drift-item">
              {file.unreadable === null ? <Icon name="file" /> : <Glyph word="Error" />}
              <span className="grow">
                <span className="t"><b className="cut"><Foreign>{file.title}</Foreign></b></span>
                <span className="d cut mono caption"><Foreign>{file.file}</Foreign></span>
                <span className="d caption">{countWords(file)}</span>
              </span>
            </a>
          </li>
        ))}
      </ul></div>
    </nav>
  );
}

function Settled({ asked, others }: { asked: string | null; others: boolean }) {
  return (
    <EmptyState icon="check" title={asked === null ? 'No file was changed outside' : 'This file agrees with what was written'}>
      {asked !== null && <p><code><Foreign>{asked}</Foreign></code></p>}
      <p>{others ? 'Other files still differ; they stand at the left.' : 'When somebody edits a file of this Sanctum by hand, it stands here within two seconds, and you choose what counts.'}</p>
    </EmptyState>
  );
}

/** What was written, what the file says now, what the registry says now: key by key. */
export function DriftView({ file }: { file: string | null }) {
  const query = useDrift();
  const files = query.data ?? [];
  const shown = file === null ? files[0] : files.find((entry) => entry.file === file);
  return (
    <main className="main" data-testid="drift-view">
      <Titlebar title="Changed outside" path={[{ label: 'Settings', href: toHash({ view: 'settings', section: 'all' }) }]}
        sub={query.data && files.length > 0 ? (files.length === 1 ? '1 file' : `${files.length.toLocaleString('en')} files`) : undefined}>
        <Button kind="quiet" icon="refresh" busy={query.isFetching} onClick={() => void query.refetch()}>{query.isFetching ? 'Looking' : 'Look again'}</Button>
      </Titlebar>
      <Banners drift={false} />
      <div className="cols">
        {files.length > 0 && <Files files={files} shown={shown?.file ?? ''} />}
        {query.isPending && <div className="pad"><Waiting>Comparing the files</Waiting></div>}
        {query.isError && <div className="pad grow"><ErrorBox error={query.error} onRetry={() => void query.refetch()} /></div>}
        {shown && <DriftFileForm key={shown.file} file={shown} />}
        {query.data && !shown && <Settled asked={file} others={files.length > 0} />}
      </div>
    </main>
  );
}
