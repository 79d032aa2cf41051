import type { ModuleRow } from '../../bindings';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { Button, Foreign, IconButton, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { isUp, titleOf } from './words';

function useRemoval(row: ModuleRow, onApplied?: () => void) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const title = `Remove ${visible(titleOf(row))}`;
  const why = isUp(row) ? 'Stop it first.' : null;
  const remove = () => flow.open({ title, destructive: true, make: () => platform.moduleRemovePlan(row.id), onApplied });
  return { title, why, remove };
}

/** Takes a module from its agent; a shared service is not taken away alone. */
export function Removal({ row }: { row: ModuleRow }) {
  const { why, remove } = useRemoval(row, () => navigate({ view: 'modules', tab: 'instances', id: null }, { replace: true }));
  if (row.agent === null) return null;
  return (
    <section>
      <h3>Remove</h3>
      <p className="small muted inspector-text">Its folder goes to the trash and comes back with undo. The other modules of <Foreign>{row.agent_title ?? row.agent}</Foreign> stay as they are.</p>
      <Button size="s" icon="trash" className="inspector-act btn-danger-quiet" why={why} onClick={remove} data-testid="module-remove">Remove…</Button>
    </section>
  );
}

/** The same in a row of its agent's page. */
export function RemoveButton({ row }: { row: ModuleRow }) {
  const { title, why, remove } = useRemoval(row);
  return <IconButton icon="trash" size="s" label={title} why={why} onClick={remove} data-testid="agent-module-remove" />;
}
