/** The whole window takes a folder or an archive; the shell tells its path, which a page never sees. */
import { useEffect, useState } from 'react';
import type { ModuleSource } from '../../../bindings';
import { currentRoute } from '../../../app/router';
import { usePlatform } from '../../../platform/context';
import { Icon, useToasts } from '../../../ui';
import { isArchive } from '../words';

export const sourceOfPath = (path: string): ModuleSource => ({ kind: isArchive(path) ? 'archive' : 'folder', path });

/** What is dropped on a conversation belongs to its message. */
const inChat = () => currentRoute().view === 'chat';

/** A change that is shown or written is not walked over. */
const inTheWay = () => document.querySelector('.plan-sheet, .dialog, [data-testid="bisect-sheet"]') !== null;

export function DropTarget({ onSource }: { onSource: (source: ModuleSource) => void }) {
  const platform = usePlatform();
  const toasts = useToasts();
  const [over, setOver] = useState(false);
  useEffect(() => platform.onDrop((paths) => {
    const [first] = paths;
    if (first === undefined || inChat()) return;
    if (inTheWay()) { toasts.show({ word: 'Unknown', title: 'Finish or close what is open first, then drop it again.', slot: 'drop' }); return; }
    if (paths.length > 1) toasts.show({ word: 'Unknown', title: 'One at a time: the first is looked at.', text: `${paths.length - 1} others were left alone.`, slot: 'drop' });
    onSource(sourceOfPath(first));
  }, (held) => setOver(held && !inChat())), [platform, toasts, onSource]);
  if (!over) return null;
  return (
    <div className="drop-over" role="status" data-testid="drop-over">
      <div className="drop-card"><Icon name="plugin" size="l" /><b>Let go to look at it as a plugin</b><span className="small muted">It goes into quarantine and is read there. Nothing runs.</span></div>
    </div>
  );
}
