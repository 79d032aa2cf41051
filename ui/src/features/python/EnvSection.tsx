/** One environment: how it is, what is in it, what it was before, and what can be done with it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { PythonEnv, PythonKept, PythonView } from '../../bindings';
import { keys } from '../../app/queries';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { toPlatformError } from '../../platform/platform';
import { Button, ErrorBox, Foreign, Glyph, Icon, IconButton, Prose, RelativeTime, SearchField, Status, Waiting, useToasts, visible } from '../../ui';
import { bytesWords } from '../logs/words';
import { usePlanFlow } from '../plan/flow';
import { Moves } from './Moves';
import { type ChangeKind, envWords, movesWords, packageFits, packagesWords } from './words';

/** So many names are read at a glance. */
const MOST_USERS = 6;

function UsedBy({ names }: { names: string[] }) {
  const [all, setAll] = useState(false);
  if (names.length === 0) return <p className="small muted">Nothing runs in it.</p>;
  const shown = all ? names : names.slice(0, MOST_USERS);
  return (
    <p className="small muted py-users">
      Used by {shown.map((name, i) => <span key={name}>{i > 0 && ', '}<Foreign>{name}</Foreign></span>)}
      {names.length > shown.length && <> and <Button kind="link" size="s" onClick={() => setAll(true)}>{names.length - shown.length} more</Button></>}
    </p>
  );
}

function Packages({ env, onRemove }: { env: PythonEnv; onRemove: (name: string) => void }) {
  const [query, setQuery] = useState('');
  const shown = env.packages.filter((one) => packageFits(one, query.trim()));
  return (
    <details className="py-fold">
      <summary><Icon name="right" size="s" /><span>{packagesWords(env.packages.length)}</span></summary>
      <div className="py-packages">
        <SearchField label={`Search packages of ${visible(env.title)}`} value={query} onChange={setQuery} count={query ? String(shown.length) : undefined} data-testid={`python-search-${env.id}`} />
        <div className="py-table" tabIndex={0} role="region" aria-label={`Packages of ${visible(env.title)}`}>
          <table className="table" aria-label={`Packages of ${visible(env.title)}`} data-testid={`python-packages-${env.id}`}>
            <thead><tr><th>Package</th><th>Version</th><th>Pinned</th><th className="py-act"><span className="sr">Remove</span></th></tr></thead>
            <tbody>
              {shown.map((one) => (
                <tr key={one.name}>
                  <td title={visible(one.name)}><Foreign>{one.name}</Foreign></td>
                  <td className="mono" title={visible(one.version)}><Foreign>{one.version}</Foreign></td>
                  <td>{one.pinned ? <span className="chip"><Icon name="check" />pinned</span> : <span className="faint">came with another</span>}</td>
                  <td className="py-act">{one.pinned && <IconButton icon="x" size="s" label={`Remove ${visible(one.name)}…`} onClick={() => onRemove(one.name)} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {shown.length === 0 && <p className="pad-s small muted">{env.packages.length === 0 ? 'Nothing is installed in it.' : 'No package fits.'}</p>}
        </div>
      </div>
    </details>
  );
}

function KeptLine({ env, kept }: { env: PythonEnv; kept: PythonKept }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const id = useId();
  const [open, setOpen] = useState(false);
  const diff = useQuery({ queryKey: [...keys.python, 'diff', env.id, kept.id], queryFn: () => platform.pythonDiff(env.id, kept.id), enabled: open });
  const back = () => flow.open({ title: `Put ${env.title} back`, make: () => platform.pythonRollbackPlan(env.id, kept.id) });
  return (
    <li className="py-kept" data-testid="python-kept">
      <div className="row py-kept-line">
        <div className="grow">
          <p className="cut">Python <Foreign>{kept.python || 'of an unknown version'}</Foreign> · {packagesWords(kept.packages)} · {bytesWords(kept.size ?? 0)}</p>
          <p className="caption faint cut">made <RelativeTime at={kept.made_at} bare />{kept.replaced_by && <>, replaced by “<Foreign>{kept.replaced_by}</Foreign>”</>}</p>
        </div>
        <Button size="s" kind="quiet" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)} data-testid="python-diff">What differs</Button>
        <Button size="s" kind="quiet" onClick={back} data-testid="python-back">Put back…</Button>
      </div>
      <div id={id} hidden={!open}>
        {open && diff.isPending && <Waiting>Comparing</Waiting>}
        {open && diff.error && <ErrorBox error={diff.error} onRetry={() => void diff.refetch()} />}
        {open && diff.data && (
          <div className="py-diff" data-testid="python-differs">
            <p className="small muted">{diff.data.length === 0 ? 'The same packages in the same versions.' : `Put back: ${movesWords(diff.data)}`}</p>
            <Moves moves={diff.data} label="What putting it back changes" />
          </div>
        )}
      </div>
    </li>
  );
}

export function EnvSection({ env, onChange }: { env: PythonEnv; onChange: (kind: ChangeKind, remove?: string[]) => void }) {
  const platform = usePlatform();
  const shell = useShell();
  const client = useQueryClient();
  const toasts = useToasts();
  const [checking, setChecking] = useState(false);
  const unwell = env.status.word === 'Error' || env.problems.length > 0;
  const check = () => {
    setChecking(true);
    platform.pythonCheck(env.id).then((next) => {
      client.setQueryData<PythonView>(keys.python, (old) => old && { ...old, envs: old.envs.map((one) => (one.id === next.id ? next : one)) });
      const found = next.problems.length;
      toasts.show(found ? { word: 'Degraded', title: `${next.title}: ${found} ${found === 1 ? 'thing is' : 'things are'} wrong.`, slot: 'python' } : { title: `${next.title}: packages, pins and imports were checked.`, slot: 'python' });
    }, (thrown: unknown) => {
      if (toPlatformError(thrown).code === 'python_check_stopped') toasts.show({ word: 'Unknown', title: `The check of ${visible(env.title)} was stopped.`, slot: 'python' }); else toasts.fail(thrown);
    }).finally(() => setChecking(false));
  };
  const stop = () => { platform.pythonCheckStop(env.id).catch(toasts.fail); };
  return (
    <section className="group py-env" aria-label={visible(env.title)} data-testid={`python-env-${env.id}`}>
      <div className="py-head">
        <div className="row"><h2 className="cut"><Foreign>{env.title}</Foreign></h2><code className="faint cut" title={visible(env.path)}><Foreign>{env.path}</Foreign></code><span className="grow" /><Status status={env.status} /></div>
        {env.exists ? <p className="small">{envWords(env)}</p> : <p className="small">Not made yet. What runs in it cannot start before it is.</p>}
        <UsedBy names={env.used_by} />
        {env.problems.length > 0 && (
          <ul className="py-problems" data-testid={`python-problems-${env.id}`}>
            {env.problems.map((text) => <li key={text}><Glyph word={env.status.word === 'Error' ? 'Error' : 'Degraded'} /><span><Prose>{text}</Prose></span></li>)}
          </ul>
        )}
        {checking && <div data-testid={`python-checking-${env.id}`}><Waiting onCancel={stop} cancelWords="Stop the check">Checking its packages against each other and importing what is pinned</Waiting></div>}
        <div className="py-acts">
          {!env.exists ? <Button kind="primary" size="s" onClick={() => onChange('create')} data-testid={`python-create-${env.id}`}>Create…</Button> : (
            <>
              {unwell && <Button size="s" onClick={() => onChange('repair')} data-testid={`python-repair-${env.id}`}>Repair…</Button>}
              <Button size="s" kind="quiet" busy={checking} onClick={check} data-testid={`python-check-${env.id}`}>{checking ? 'Checking' : 'Check now'}</Button>
              <Button size="s" kind="quiet" onClick={() => onChange('add')} data-testid={`python-add-${env.id}`}>Add packages…</Button>
              <Button size="s" kind="quiet" onClick={() => onChange('remove')} data-testid={`python-remove-${env.id}`}>Remove…</Button>
              <Button size="s" kind="quiet" onClick={() => onChange('python')} data-testid={`python-python-${env.id}`}>Change Python…</Button>
              {!unwell && <Button size="s" kind="quiet" onClick={() => onChange('repair')} data-testid={`python-repair-${env.id}`}>Repair…</Button>}
            </>
          )}
          <Button size="s" kind="quiet" onClick={() => onChange('pins')} data-testid={`python-edit-${env.id}`}>Edit pins…</Button>
          {env.exists && <IconButton icon="folder" size="s" label="Show the folder" onClick={() => shell.showPath(env.path)} />}
        </div>
      </div>
      {env.exists && <Packages env={env} onRemove={(name) => onChange('remove', [name])} />}
      {env.kept.length > 0 && (
        <details className="py-fold">
          <summary><Icon name="right" size="s" /><span>{env.kept.length === 1 ? 'One earlier environment was kept' : `${env.kept.length} earlier environments were kept`}</span></summary>
          <ul>{env.kept.map((kept) => <KeptLine key={kept.id} env={env} kept={kept} />)}</ul>
        </details>
      )}
    </section>
  );
}
