import { useQuery } from '@tanstack/react-query';
import type { ModuleRow } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Button, Foreign, Icon, Spinner, visible } from '../../ui';
import { useActs } from '../modules/acts';
import { useDoing } from '../modules/RowActions';
import { standOf, titleOf } from '../modules/words';

function Bar({ row }: { row: ModuleRow }) {
  const acts = useActs();
  const doing = useDoing(row);
  const stand = standOf(row, doing, Date.now());
  const title = <Foreign>{titleOf(row)}</Foreign>;
  const failed = acts.failure?.outcomes.find((outcome) => outcome.id === row.id);
  return (
    <footer className="footbar" data-testid="restart-bar">
      {stand.busy ? <Spinner /> : <Icon name="refresh" />}
      <div className="grow cut" role="status">
        {stand.busy ? <><b className="strong">{stand.word} {title}</b> <span className="muted"><Foreign>{stand.reason}</Foreign></span></>
          : failed ? <><b className="strong">{title} could not be restarted.</b> <span className="muted" title={visible(failed.text)}><Foreign>{failed.text}</Foreign></span></>
            : <><b className="strong">{title} runs with older settings.</b> <span className="muted">It sees what was changed after a restart.</span></>}
      </div>
      <Button icon="refresh" busy={stand.busy} onClick={() => acts.run('restart', [row.id])} data-testid="restart-now">{stand.busy ? 'Restarting' : 'Restart'}</Button>
    </footer>
  );
}

/** Offers the restart that makes changed settings count. `address` is that of the settings, which an instance shares; what is no instance offers none. */
export function RestartBar({ address, asked }: { address: string; asked: boolean }) {
  const platform = usePlatform();
  const query = useQuery({ queryKey: [...keys.modules, 'detail', address], queryFn: () => platform.moduleGet(address), enabled: asked });
  const { doing } = useActs();
  const row = query.data?.row;
  return row && (row.restart_needed || doing.get(row.id) === 'restart') ? <Bar row={row} /> : null;
}
