/** From elsewhere straight to the making of one environment, or to its repair where it is there and does not run. */
import { useQuery } from '@tanstack/react-query';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Sheet, Waiting } from '../../ui';
import { ChangeSheet } from './ChangeSheet';

export function MakePython({ env, onClose }: { env: string; onClose: () => void }) {
  const platform = usePlatform();
  const python = useQuery({ queryKey: keys.python, queryFn: () => platform.pythonView() });
  const found = python.data?.envs.find((one) => one.id === env);
  if (found && python.data) return <ChangeSheet env={found} kind={found.exists ? 'repair' : 'create'} interpreters={python.data.interpreters} onClose={onClose} />;
  return (
    <Sheet label="Python environment" onClose={onClose} className="form-sheet" data-testid="make-python">
      <div className="sheet-body">
        {python.error ? <ErrorBox error={python.error} onRetry={() => void python.refetch()} /> : python.data ? <p>That environment is not there any more. Look at Python for those that are.</p> : <Waiting onCancel={onClose}>Asking every Python that is there</Waiting>}
      </div>
      <footer><span className="grow" /><Button onClick={onClose} keys="esc">Close</Button></footer>
    </Sheet>
  );
}
