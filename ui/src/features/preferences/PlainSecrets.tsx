import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PlainSecret } from '../../bindings';
import { keys } from '../../app/queries';
import { useShell } from '../../app/shell-context';
import { toHash } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { Button, Checkbox, ErrorBox, Foreign, Prose, Waiting } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { storeWords } from './store';

function Row({ secret, checked, onChange }: { secret: PlainSecret; checked: boolean; onChange: (checked: boolean) => void }) {
  const where = `${secret.file}${secret.line === null ? '' : `:${secret.line}`}`;
  return (
    <li data-testid="plain-secret">
      <Checkbox checked={checked} disabled={secret.why_not !== null} onChange={onChange}
        help={<>
          <Foreign className="mono">{where}</Foreign>
          {secret.tracked && <span className="warn-words"> · tracked by git: its history holds the value too, so replace the key at its service</span>}
          {secret.why_not !== null && <> · <Prose>{secret.why_not}</Prose></>}
        </>}>
        <Foreign>{secret.title || secret.key}</Foreign> <Foreign className="mono small muted">{secret.key}</Foreign>
      </Checkbox>
      {secret.target !== null && <a className="small nowrap" href={toHash({ view: 'tool', id: secret.target })}>Open its tool</a>}
    </li>
  );
}

/** Secrets that anyone who can read the files can read, and the plan that moves them away. */
export function PlainSecrets() {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const { state } = useShell();
  const query = useQuery({ queryKey: [...keys.settings, 'plain'], queryFn: () => platform.secretsPlain() });
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  if (query.isError) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Waiting>Looking for secrets in files</Waiting>;
  if (query.data.length === 0) return <p className="small muted" data-testid="plain-none">No secret was found in plain text in the settings files of this Sanctum.</p>;
  const movable = query.data.filter((secret) => secret.why_not === null);
  const chosen = movable.filter((secret) => !out.has(secret.id));
  const all = chosen.length === movable.length;
  const store = storeWords(state.secret_store);
  const set = (id: string, checked: boolean) => setOut((old) => { const next = new Set(old); if (checked) next.delete(id); else next.add(id); return next; });
  const move = () => flow.open({ title: 'Move secrets', make: () => platform.secretsMovePlan(chosen.map((secret) => secret.id)) });
  return (
    <>
      <div className="group">
        <div className="row plain-head">
          <div className="grow"><Checkbox checked={all && movable.length > 0} disabled={movable.length === 0} onChange={(checked) => setOut(checked ? new Set() : new Set(movable.map((secret) => secret.id)))} data-testid="plain-all">Select all {movable.length}</Checkbox></div>
          <Button kind="primary" onClick={move} why={chosen.length === 0 ? 'Select a secret first.' : null} data-testid="plain-move">Move {chosen.length} to {store}…</Button>
        </div>
        <ul className="plain-list" aria-label="Secrets in plain text">{query.data.map((secret) => <Row key={secret.id} secret={secret} checked={secret.why_not === null && !out.has(secret.id)} onChange={(checked) => set(secret.id, checked)} />)}</ul>
      </div>
      <p className="caption faint">The files keep everything else. Modules get these values in their process environment at their next start.</p>
    </>
  );
}
