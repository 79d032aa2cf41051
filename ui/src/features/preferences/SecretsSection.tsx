import { useShell } from '../../app/shell-context';
import { ErrorBox, Status, Waiting } from '../../ui';
import { HitList, useHits } from '../search/HitList';
import { PlainSecrets } from './PlainSecrets';

const QUERY = '@secret';

function AllSecrets() {
  const { hits, onRange } = useHits(QUERY);
  if (hits.error !== null) return <div className="pad"><ErrorBox error={hits.error} onRetry={hits.refetch} /></div>;
  if (!hits.head) return <div className="pad"><Waiting>Looking for secret settings</Waiting></div>;
  if (hits.total === 0) return <p className="small muted secrets-none">No tool of this Sanctum has a secret setting.</p>;
  return <HitList hits={hits} query={QUERY} onRange={onRange} label="Secret settings" />;
}

/** Where keys and passwords stand: in files, where they should not, and everywhere they are used. */
export function SecretsSection() {
  const { state } = useShell();
  const store = state.secret_store;
  return (
    <div className="panel list-column" data-testid="secrets-section">
      <div className="secrets-top">
        <div className="row"><span className="small muted nowrap">{store.name.charAt(0).toUpperCase() + store.name.slice(1)}</span><Status status={store.status} /></div>
        <section className="secrets-plain" aria-labelledby="plain-title">
          <div className="group-head"><h2 id="plain-title">In plain text in files</h2></div>
          <PlainSecrets />
        </section>
        <div className="group-head"><h2>All secret settings</h2></div>
      </div>
      <AllSecrets />
    </div>
  );
}
