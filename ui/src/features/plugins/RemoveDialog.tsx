import { type FormEvent, useState } from 'react';
import type { PluginRow } from '../../bindings';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { Button, Checkbox, Dialog, Foreign, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { usePlugin } from './queries';
import { many, sizeOf, sizeWords } from './words';

/** Names the plugin and its size; whether its settings go too is asked before the plan is made. */
export function RemoveDialog({ row, onClose }: { row: PluginRow; onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const files = usePlugin(row.id).data?.files;
  const [keep, setKeep] = useState(true);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onClose();
    flow.open({ title: `Remove ${visible(row.title)}`, destructive: true, make: () => platform.pluginRemovePlan(row.id, keep), onApplied: () => navigate({ view: 'plugins', part: 'list', id: null }, { replace: true }) });
  };
  const size = files && `${many(files.length, 'file')}, ${sizeWords(sizeOf(files))}`;
  return (
    <Dialog label={`Remove ${visible(row.title)}`} onClose={onClose} data-testid="plugin-remove-dialog">
      <form className="dialog-form" onSubmit={submit} noValidate>
        <div className="dialog-body">
          <h2>Remove <Foreign>{row.title}</Foreign></h2>
          <p>Its folder{size && ` (${size})`} goes to the trash of this Sanctum and comes back with undo. <Foreign>{row.tool_title}</Foreign> runs on without it; the other plugins are not touched.</p>
          <div className="group"><Checkbox checked={keep} onChange={setKeep} help="If it is installed again, it finds them as they are now." data-testid="plugin-keep-settings">Keep its settings and data</Checkbox></div>
          {!keep && <p className="small muted" data-testid="plugin-deletes">What only it reads is cleared at every level and in the files of <Foreign>{row.tool_title}</Foreign>, its data folder goes to the trash, and its secrets leave the secret store. All but the secrets comes back with undo; what another plugin reads, too, stays.</p>}
        </div>
        <footer className="row dialog-acts">
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" type="submit" data-testid="plugin-remove-review">Review plan</Button>
        </footer>
      </form>
    </Dialog>
  );
}
