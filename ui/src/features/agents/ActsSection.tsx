import { type ReactNode, useState } from 'react';
import type { AgentRow } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { Button, useToasts } from '../../ui';
import { bytesWords } from '../logs/words';
import { usePlanFlow } from '../plan/flow';
import { DeleteDialog } from './DeleteDialog';
import { NameDialog } from './NameDialog';

function Act({ title, words, children }: { title: string; words: string; children: ReactNode }) {
  return <div className="exchange-row"><p className="small muted grow"><b className="medium act-title">{title}</b>{words}</p>{children}</div>;
}

/** `Athena` → `Athena.af`, with nothing a file system would not take. */
const fileOf = (agent: AgentRow) => `${agent.uid}.af`;

/** What can be done with an agent as a whole. */
export function ActsSection({ agent }: { agent: AgentRow }) {
  const platform = usePlatform();
  const shell = useShell();
  const flow = usePlanFlow();
  const toasts = useToasts();
  const [open, setOpen] = useState<'clone' | 'delete' | null>(null);
  const [busy, setBusy] = useState(false);
  const exportTo = async () => {
    const path = await platform.pickSave(fileOf(agent));
    if (path === null) return;
    setBusy(true);
    const kib = await platform.agentExportTo(agent.uid, path);
    toasts.show({ title: `Exported ${agent.name}, ${bytesWords(kib * 1024)}.`, text: `Written to ${path}.` });
  };
  const archive = () => flow.open({ title: agent.archived ? `Bring back ${agent.name}` : `Archive ${agent.name}`, make: () => platform.agentArchivePlan(agent.uid, !agent.archived) });
  return (
    <section data-testid="agent-acts">
      <div className="group-head"><h2>This agent</h2></div>
      <div className="group">
        <Act title="Clone" words="A copy under another name, with its modules. Its Letta side is copied as well, with memory and tools.">
          <Button onClick={() => setOpen('clone')} data-testid="agent-clone">Clone…</Button>
        </Act>
        {agent.letta_uid && (
          <Act title="Export" words="Memory, tools and messages as an agent file that any Letta can import.">
            <Button busy={busy} onClick={() => { exportTo().catch((thrown: unknown) => toasts.fail(thrown)).finally(() => setBusy(false)); }} data-testid="agent-export">{busy ? 'Exporting' : 'Export…'}</Button>
          </Act>
        )}
        <Act title={agent.archived ? 'Archived' : 'Archive'} words={agent.archived ? 'It is put aside. Everything of it is kept.' : 'Puts it aside. Its files stay, and so does its agent in Letta.'}>
          <Button icon="archive" onClick={archive} data-testid="agent-archive">{agent.archived ? 'Bring back…' : 'Archive…'}</Button>
        </Act>
        <Act title="Remove" words={agent.letta_uid ? 'Its folder goes to the trash. You choose what becomes of its agent in Letta.' : 'Its folder goes to the trash. It comes back with undo.'}>
          <Button className="btn-danger-quiet" icon="trash" onClick={() => (agent.letta_uid ? setOpen('delete') : shell.removeAgent(agent.uid))} data-testid="agent-remove">Remove…</Button>
        </Act>
      </div>
      {open === 'clone' && (
        <NameDialog title="Clone the agent" first={`${agent.name} 2`} make={(name) => platform.agentClonePlan(agent.uid, name)} onClose={() => setOpen(null)}>
          The copy gets its own folder and ports. Conversations stay with the first one.
        </NameDialog>
      )}
      {open === 'delete' && <DeleteDialog agent={agent} onClose={() => setOpen(null)} />}
    </section>
  );
}
