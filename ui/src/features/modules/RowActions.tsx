import type { ModuleRow } from '../../bindings';
import { Button, IconButton, visible } from '../../ui';
import { EVERYTHING, useActs } from './acts';
import { isUp, titleOf } from './words';

/** What this row is being asked to do. */
export function useDoing(row: ModuleRow) {
  const { doing } = useActs();
  const all = doing.get(EVERYTHING);
  const fits = all === 'start' ? !isUp(row) && row.cannot_start === null : all === 'stop' ? isUp(row) : false;
  return doing.get(row.id) ?? (fits ? all : undefined);
}

/** What can be asked of a row now. Starting and stopping share one button, so that the focus stays on it. */
function useAct(row: ModuleRow) {
  const acts = useActs();
  const doing = useDoing(row);
  const rising = doing === 'start' || doing === 'restart' || row.state === 'starting';
  const ending = doing === 'stop' || row.state === 'stopping';
  const up = isUp(row) || rising;
  return {
    up, ending, restarts: up && !rising && !ending,
    why: !up ? row.cannot_start : ending && doing !== 'restart' ? 'It is ending already.' : null,
    main: () => acts.run(up ? 'stop' : 'start', [row.id]), restart: () => acts.run('restart', [row.id]),
  };
}

/** Start, or restart and stop; a start under way can be stopped. */
export function RowActions({ row, stop }: { row: ModuleRow; stop: boolean }) {
  const act = useAct(row);
  const title = visible(titleOf(row));
  const tabIndex = stop ? 0 : -1;
  return (
    <>
      {act.restarts && <IconButton key="restart" icon="refresh" size="s" label={`Restart ${title}`} keys="R" tabIndex={tabIndex} onClick={act.restart} data-testid="module-restart" />}
      <IconButton key="main" icon={act.up ? 'stop' : 'play'} size="s" label={`${act.up ? 'Stop' : 'Start'} ${title}`} keys="S" tabIndex={tabIndex} why={act.why} onClick={act.main} data-testid={act.up ? 'module-stop' : 'module-start'} />
    </>
  );
}

/** The same with words, for a page. */
export function ActButtons({ row, size }: { row: ModuleRow; size?: 's' }) {
  const act = useAct(row);
  const of = <span className="sr"> {visible(titleOf(row))}</span>;
  return (
    <>
      <Button key="main" size={size} icon={act.up ? 'stop' : 'play'} busy={act.ending} why={act.up ? null : act.why} onClick={act.main} data-testid={act.up ? 'module-stop' : 'module-start'}>{act.ending ? 'Stopping' : act.up ? 'Stop' : 'Start'}{of}</Button>
      {act.restarts && <Button key="restart" size={size} icon="refresh" onClick={act.restart} data-testid="module-restart">Restart{of}</Button>}
    </>
  );
}
