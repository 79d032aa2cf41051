import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { PythonEnv, PythonInterpreter } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { EmptyState, ErrorBox, Foreign, IconButton, Status, Waiting, visible } from '../../ui';
import { ChangeSheet } from './ChangeSheet';
import { EnvSection } from './EnvSection';
import type { ChangeKind } from './words';

function Interpreters({ interpreters }: { interpreters: PythonInterpreter[] }) {
  return (
    <section aria-label="Interpreters">
      <div className="group-head"><h2>Interpreters</h2><span className="count">{interpreters.length}</span></div>
      {interpreters.length === 0 ? <p className="muted">No Python was found. Install Python 3.11 or newer, then look again.</p> : (
        <ul className="group" data-testid="python-interpreters">
          {interpreters.map((python) => (
            <li key={python.path} className="py-interpreter" data-testid="python-interpreter">
              <b className="medium nowrap">Python <Foreign>{python.version ?? '?'}</Foreign></b>
              <span className="muted cut"><Foreign>{python.origin}</Foreign></span>
              <code className="cut" title={visible(python.path)}><Foreign>{python.path}</Foreign></code>
              <Status status={python.status} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface Changing { env: PythonEnv; kind: ChangeKind; remove?: string[] }

/** Environments that modules run in, and the interpreters that are there. `lead` stands first in its bar; title bar and banners belong to the view around it. */
export function PythonView({ lead }: { lead?: ReactNode }) {
  const platform = usePlatform();
  const [changing, setChanging] = useState<Changing | null>(null);
  const python = useQuery({ queryKey: keys.python, queryFn: () => platform.pythonView() });
  const view = python.data;
  return (
    <div className="panel" data-testid="python-view">
      <div className="subbar">
        {lead}
        {view && <span className="small faint cut" data-testid="python-installer">Installed with <Foreign>{view.installer}</Foreign></span>}
        <span className="grow" />
        <IconButton icon="refresh" label={python.isFetching ? 'Looking at what is there' : 'Look again at what is there'} aria-busy={python.isFetching || undefined} onClick={() => void python.refetch()} data-testid="python-refresh" />
      </div>
      <div className="scroll" tabIndex={-1}>
        {python.error && <div className="pad"><ErrorBox error={python.error} onRetry={() => void python.refetch()} /></div>}
        {python.isPending && <div className="pad"><Waiting>Asking every Python that is there</Waiting></div>}
        {view && (
          <div className="formpad py-pad">
            {view.envs.length === 0 && <EmptyState icon="terminal" title="No environment is needed"><p>No module here runs in Python. An environment is offered as soon as one does.</p></EmptyState>}
            {view.envs.map((env) => <EnvSection key={env.id} env={env} onChange={(kind, remove) => setChanging({ env, kind, remove })} />)}
            <Interpreters interpreters={view.interpreters} />
          </div>
        )}
      </div>
      {changing && view && <ChangeSheet key={`${changing.env.id} ${changing.kind}`} env={changing.env} kind={changing.kind} remove={changing.remove} interpreters={view.interpreters} onClose={() => setChanging(null)} />}
    </div>
  );
}
