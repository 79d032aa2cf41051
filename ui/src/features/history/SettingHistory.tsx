import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SettingChange } from '../../bindings';
import { keys } from '../../app/queries';
import { toHash } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { toPlatformError } from '../../platform/platform';
import { Button, ErrorBox, Foreign, RelativeTime, Waiting, visible } from '../../ui';
import { usePutBack } from './use-put-back';
import { Change } from './Change';

const STEP = 5;

function Entry({ change }: { change: SettingChange }) {
  const putBack = usePutBack();
  return (
    <li className="past" data-testid="history-entry">
      <div className="past-values" data-undone={change.undone || undefined}><Change change={change} /></div>
      <div className="caption faint">
        <Foreign>{change.actor}</Foreign> · <RelativeTime at={change.at} bare /> · <Foreign>{change.scope}</Foreign>{change.undone && ' · undone'}
      </div>
      <div className="row past-acts">
        {change.target !== null && !change.secret && (
          <Button kind="link" onClick={() => putBack(change)} aria-label={`Put back to ${visible(change.before ?? 'not set')}`} data-testid="history-put-back">Put back</Button>
        )}
        <a className="small" href={toHash({ view: 'activity', id: change.change_id })}>Show the change</a>
      </div>
    </li>
  );
}

/** What one setting was, latest first, each with a way back. For the inspector: a list without a heading. */
export function SettingHistory({ target, id }: { target: string; id: string }) {
  const platform = usePlatform();
  const [shown, setShown] = useState(STEP);
  const query = useQuery({
    queryKey: [...keys.settings, 'history', target, id, shown], queryFn: () => platform.settingsHistory(target, id, null, 0, shown),
    placeholderData: (before, of) => (of?.queryKey[2] === target && of.queryKey[3] === id ? before : undefined),
  });
  if (query.isError && toPlatformError(query.error).code === 'not_allowed') return <p className="small muted" data-testid="history-not-allowed">Only administrators see who changed it.</p>;
  if (query.isError) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Waiting>Reading its history</Waiting>;
  const { items, total } = query.data;
  if (total === 0) return <p className="small muted" data-testid="history-none">It was not changed from here yet.</p>;
  return (
    <>
      <ol className="past-list" data-testid="setting-history" aria-label="History">{items.map((change) => <Entry key={`${change.change_id} ${change.level}`} change={change} />)}</ol>
      {total > items.length && <Button size="s" kind="quiet" onClick={() => setShown((n) => n + STEP * 4)} data-testid="history-more">Show {Math.min(STEP * 4, total - items.length)} more of {total.toLocaleString('en')}</Button>}
    </>
  );
}
