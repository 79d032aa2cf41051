import { useMemo, useState } from 'react';
import type { LettaAgent } from '../../bindings';
import { navigate, toHash } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { toPlatformError } from '../../platform/platform';
import { Button, ErrorBox, Foreign, Glyph, Icon, SearchField, Sheet, Waiting, WindowedGrid, useToasts, visible } from '../../ui';
import { linkLook } from '../letta/LettaTab';
import { useLettaAgents } from '../letta/queries';
import { AddAgentSheet } from './AddAgentSheet';
import { NameDialog } from './NameDialog';
import { nameOfFile } from './edits';

const METRICS = { rowHeight: 76, gap: 0, headHeight: 0, sectionGap: 0, top: 0, bottom: 0 };

const apart = (agents: LettaAgent[]) => agents.filter((agent) => agent.link !== 'linked');

const actWords = (agent: LettaAgent) => (agent.link === 'only_in_letta' ? 'Add here…' : agent.link === 'only_here' ? 'Link…' : 'Repair…');

function Row({ agent, onAct }: { agent: LettaAgent; onAct: () => void }) {
  const look = linkLook[agent.link];
  const name = agent.name_here ?? agent.name;
  return (
    <div className="in-letta-row">
      <Glyph word={look.word} />
      <div className="grow">
        <span className="row"><b className="medium cut"><Foreign>{name}</Foreign></b><span className="small muted nowrap">{look.title}</span></span>
        <p className="small muted two-lines"><Foreign>{agent.words}</Foreign></p>
      </div>
      <Button size="s" tabIndex={-1} onClick={onAct} aria-label={`${actWords(agent)} ${visible(name)}`} data-testid="in-letta-act">{actWords(agent)}</Button>
    </div>
  );
}

function List({ agents, onAct }: { agents: LettaAgent[]; onAct: (agent: LettaAgent) => void }) {
  const [typed, setTyped] = useState('');
  const shown = useMemo(() => apart(agents).filter((agent) => `${agent.name} ${agent.name_here ?? ''}`.toLowerCase().includes(typed.trim().toLowerCase())), [agents, typed]);
  const sections = useMemo(() => [{ key: 'in-letta', title: null, count: shown.length }], [shown.length]);
  const total = apart(agents).length;
  if (total === 0) return <p className="small muted" data-testid="in-letta-none">Every agent is linked and called the same on both sides.</p>;
  return (
    <>
      {total > 6 && <SearchField label="Search these agents" value={typed} onChange={setTyped} count={typed ? String(shown.length) : undefined} data-testid="in-letta-search" />}
      {shown.length === 0 && <p className="small muted">None has “<Foreign>{typed}</Foreign>” in its name.</p>}
      {shown.length > 0 && (
        <div className="group in-letta-grid" data-rows={Math.min(5, shown.length)}>
          <WindowedGrid label="Agents that are not in step with Letta" testId="in-letta-list" cellTestId="in-letta-row" sections={sections} cellWidth={null} metrics={METRICS} resetKey={typed} onRange={() => {}}
            cellClass={() => 'queue-cell'} cellLabel={(index) => { const agent = shown[index]; return agent ? `${visible(agent.name_here ?? agent.name)}, ${linkLook[agent.link].title}: ${visible(agent.words)}` : ''; }}
            onOpen={(index) => { const agent = shown[index]; if (agent) onAct(agent); }}
            renderCell={(index) => { const agent = shown[index]; return agent ? <Row agent={agent} onAct={() => onAct(agent)} /> : null; }} />
        </div>
      )}
    </>
  );
}

function InLettaSheet({ onClose, onAdd, onImport }: { onClose: () => void; onAdd: (agent: LettaAgent) => void; onImport: () => void }) {
  const query = useLettaAgents();
  const act = (agent: LettaAgent) => {
    onClose();
    if (agent.link === 'only_in_letta') onAdd(agent);
    else if (agent.uid) navigate({ view: 'agents', uid: agent.uid, tab: 'letta' });
  };
  return (
    <Sheet label="In Letta" onClose={onClose} className="form-sheet" data-testid="in-letta-sheet">
      <header><h1>In Letta</h1><p className="muted plan-summary">Agents that are only on one side, gone or renamed. Each can be repaired.</p></header>
      <div className="sheet-body">
        {query.isError && <ErrorBox error={query.error} onRetry={() => void query.refetch()} actions={<a className="btn btn-s" href={toHash({ view: 'settings', section: 'letta' })} onClick={onClose}>Letta server</a>} />}
        {query.isPending && <Waiting>Asking Letta for its agents</Waiting>}
        {query.data && <List agents={query.data} onAct={act} />}
      </div>
      <footer>
        <Button icon="file" onClick={onImport} data-testid="agent-import">Import from a file…</Button>
        <span className="grow" />
        <Button onClick={onClose} keys="esc">Close</Button>
      </footer>
    </Sheet>
  );
}

type Open = { what: 'list' } | { what: 'add'; id: string; name: string } | { what: 'import'; path: string } | null;

/** The sheet and what it leads to, one at a time. */
function useInLetta() {
  const platform = usePlatform();
  const toasts = useToasts();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const pick = () => { platform.pickFile().then((path) => { if (path !== null) setOpen({ what: 'import', path }); }, (thrown: unknown) => toasts.fail(thrown)); };
  const over = (
    <>
      {open?.what === 'list' && <InLettaSheet onClose={close} onAdd={(agent) => setOpen({ what: 'add', id: agent.id ?? '', name: agent.name })} onImport={pick} />}
      {open?.what === 'add' && <AddAgentSheet onClose={close} link={open} />}
      {open?.what === 'import' && (
        <NameDialog title="Import an agent" first={nameOfFile(open.path)} make={(name) => platform.agentImportPlan(open.path, name)} onClose={close}>
          From <code><Foreign>{open.path}</Foreign></code>. It is made in Letta and here, and linked.
        </NameDialog>
      )}
    </>
  );
  return { show: () => setOpen({ what: 'list' }), over };
}

/** At the foot of the list: what is half done between here and Letta, and the door to its repair. */
export function InLetta() {
  const query = useLettaAgents();
  const { show, over } = useInLetta();
  if (query.isError && toPlatformError(query.error).code === 'not_allowed') return null;
  const count = query.data ? apart(query.data).length : 0;
  const words = query.isError ? 'can’t be asked' : !query.data ? 'being asked' : count === 0 ? 'all in step' : `${count.toLocaleString('en')} not in step`;
  return (
    <div className="pane-foot">
      <button type="button" className="pane-foot-button" onClick={show} data-testid="in-letta">
        <Icon name="database" /><span className="grow">In Letta</span><span className="small muted" data-testid="in-letta-words">{words}</span>
        {(query.isError || count > 0) && <Glyph word="Degraded" />}
      </button>
      {over}
    </div>
  );
}

/** The same door where no agent is here yet. */
export function FromLetta() {
  const { show, over } = useInLetta();
  return (
    <div className="orow">
      <span className="tile"><Icon name="database" /></span>
      <div className="grow"><b className="strong">Take one from Letta</b><p className="small muted">An agent that is there already, or one from a file.</p></div>
      <Button onClick={show} data-testid="in-letta">Look in Letta…</Button>
      {over}
    </div>
  );
}
