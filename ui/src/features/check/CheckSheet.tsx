import { useQuery } from '@tanstack/react-query';
import type { Finding, FindingLevel, StatusWord } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { Button, CopyButton, ErrorBox, Foreign, Prose, Glyph, Icon, RelativeTime, Sheet, Waiting, duration, visible } from '../../ui';

const groups: { level: FindingLevel; title: string; word: StatusWord | null }[] = [
  { level: 'error', title: 'Wrong', word: 'Error' },
  { level: 'warn', title: 'Works, with a catch', word: 'Degraded' },
  { level: 'info', title: 'Worth knowing', word: null },
];

/** More than these on one screen help nobody; the terminal lists all. */
const MOST = 100;

function useCheck() {
  const platform = usePlatform();
  return useQuery({
    queryKey: ['check'], staleTime: 0, gcTime: 0,
    queryFn: async () => {
      const start = performance.now();
      const findings = await platform.doctor();
      return { findings, took: performance.now() - start, at: new Date().toISOString() };
    },
  });
}

function FindingLine({ finding, word }: { finding: Finding; word: StatusWord | null }) {
  return (
    <li className="finding" data-testid="check-finding" data-code={finding.code}>
      {word ? <Glyph word={word} /> : <Icon name="info" />}
      <div className="grow">
        <b className="medium"><Prose>{finding.message}</Prose></b>
        {finding.hint && <p className="small muted"><Prose>{finding.hint}</Prose></p>}
        {finding.path && <div className="row finding-path"><code className="selectable"><Foreign>{finding.path}</Foreign></code><CopyButton text={finding.path} label={`Copy the path ${visible(finding.path)}`} /></div>}
      </div>
    </li>
  );
}

function Findings({ findings }: { findings: Finding[] }) {
  const wrong = findings.some((finding) => finding.level !== 'info');
  return (
    <>
      {!wrong && <p className="row check-fine" data-testid="check-fine"><Glyph word="Healthy" /><b>Nothing is wrong.</b></p>}
      {groups.map(({ level, title, word }) => {
        const found = findings.filter((finding) => finding.level === level);
        if (found.length === 0) return null;
        return (
          <section key={level} aria-label={title}>
            <h2 className="group-head">{title} <span className="faint">{found.length.toLocaleString('en')}</span></h2>
            <ul className="group">{found.slice(0, MOST).map((finding, i) => <FindingLine key={i} finding={finding} word={word} />)}</ul>
            {found.length > MOST && <p className="caption faint check-more">And {(found.length - MOST).toLocaleString('en')} more: <code>sanctumctl doctor</code> lists all.</p>}
          </section>
        );
      })}
    </>
  );
}

/** Looks at the whole install and says what is not as it should be. It only reads. */
export function CheckSheet({ onClose }: { onClose: () => void }) {
  const { state } = useShell();
  const query = useCheck();
  const done = query.isFetching ? undefined : query.data;
  return (
    <Sheet label={`Check this ${state.brand}`} onClose={onClose} className="check-sheet" data-testid="check-sheet">
      <header><h1>Check this {state.brand}</h1><p className="muted plan-summary">It only reads. Nothing is repaired or changed.</p></header>
      <div className="sheet-body check-body" aria-live="polite" aria-busy={query.isFetching}>
        {query.isFetching && <Waiting>Looking at the layout, file modes, ports, the registry, manifests and settings files</Waiting>}
        {!query.isFetching && query.isError && <ErrorBox error={query.error} />}
        {done && <Findings findings={done.findings} />}
      </div>
      <footer>
        <span className="caption faint grow" data-testid="check-took">{done && <>Layout, modes, ports, registry, manifests and settings files: {duration(done.took)}, <RelativeTime at={done.at} bare /></>}</span>
        <Button busy={query.isFetching} onClick={() => void query.refetch()} data-testid="check-again">{query.isFetching ? 'Checking' : 'Check again'}</Button>
        <Button kind="primary" onClick={onClose} autoFocus keys="esc">Close</Button>
      </footer>
    </Sheet>
  );
}
