import { useQuery } from '@tanstack/react-query';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Button, Dialog, ErrorBox, Waiting } from '../../ui';
import { useActs } from './acts';
import { modulesOf } from './words';

/** Names how many before anything ends. */
export function StopAllDialog({ onClose }: { onClose: () => void }) {
  const platform = usePlatform();
  const acts = useActs();
  const { data, isError, error, refetch } = useQuery({ queryKey: [...keys.modules, 'overview'], queryFn: () => platform.overview() });
  const stop = () => { onClose(); acts.run('stop', []); };
  return (
    <Dialog label="Stop all modules" onClose={onClose} data-testid="stop-all">
      <div className="dialog-form">
        <div className="dialog-body">
          <h2>{!data ? 'Stop all modules?' : data.running === 0 ? 'No module runs.' : `Stop ${data.running === 1 ? 'the 1 module that runs' : `all ${data.running.toLocaleString('en')} modules that run`}?`}</h2>
          <p className="muted">{data?.running === 0 ? 'There is nothing to stop.' : 'They are asked to end and given time to finish what they do. Nothing answers on any channel until they are started again. Their settings and messages stay.'}</p>
          {isError && <ErrorBox error={error} onRetry={() => void refetch()} />}
          {!data && !isError && <Waiting>Counting what runs</Waiting>}
        </div>
        <footer className="row dialog-acts">
          <span className="grow" />
          <Button onClick={onClose} keys="esc" autoFocus>Cancel</Button>
          <Button kind="danger" onClick={stop} why={data && data.running === 0 ? 'Nothing runs.' : null} data-testid="stop-all-yes">{data && data.running > 0 ? `Stop ${modulesOf(data.running)}` : 'Stop all'}</Button>
        </footer>
      </div>
    </Dialog>
  );
}
