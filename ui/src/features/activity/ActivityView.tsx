import { type ReactNode, useCallback, useDeferredValue, useMemo, useState } from 'react';
import type { ChangeRow, Page } from '../../bindings';
import { Banners } from '../../app/Banners';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Titlebar } from '../../app/Titlebar';
import { usePlatform } from '../../platform/context';
import { Button, EmptyState, ErrorBox, Foreign, type Paged, SearchField, Segments, Waiting, WindowedGrid, usePaged, useToasts, visible } from '../../ui';
import { SettingsSince } from '../history/SettingsSince';
import { ChangeInspector } from './ChangeInspector';
import { ChangeLine } from './ChangeLine';
import { daySections } from './days';

const METRICS = { rowHeight: 44, gap: 0, headHeight: 28, sectionGap: 20, top: 20, bottom: 24 };

type List = Paged<ChangeRow, Page<ChangeRow>>;

/** The undo of a change among the loaded rows: taking that back is the redo. */
function redoOf(list: List, id: string): ChangeRow | undefined {
  for (let i = 0; i < Math.min(list.total, 200); i += 1) {
    const row = list.at(i);
    if (row?.undo_of === id && row.state === 'applied' && row.undoable) return row;
  }
  return undefined;
}

function indexOf(list: List, id: string | null): number | null {
  if (id === null) return null;
  for (let i = 0; i < list.total; i += 1) if (list.at(i)?.id === id) return i;
  return null;
}

function Rows({ list, id, resetKey, onRange }: { list: List; id: string | null; resetKey: string; onRange: (from: number, to: number) => void }) {
  const { at, total } = list;
  const today = new Date().toDateString();
  const sections = useMemo(() => daySections(at, total, new Date()), [list.head, total, today]); // eslint-disable-line
  const open = (index: number, replace: boolean) => { const row = at(index); if (row) navigate({ view: 'activity', id: row.id }, { replace }); };
  return (
    <WindowedGrid label="Change sets" testId="changes-list" cellTestId="change-row" className="activity-pad" sections={sections} cellWidth={null} metrics={METRICS} resetKey={resetKey} selected={indexOf(list, id)} onRange={onRange}
      cellClass={() => 'act'} cellLabel={(index) => { const row = at(index); return row ? `${visible(row.title)}, ${row.state_text}` : 'Reading this change set'; }}
      onOpen={(index) => open(index, false)} onMove={(index) => open(index, true)}
      renderCell={(index, stop) => { const row = at(index); return row ? <ChangeLine row={row} stop={stop} redo={row.state === 'undone' ? redoOf(list, row.id) : undefined} /> : null; }} />
  );
}

function Nothing({ asked }: { asked: string }) {
  if (asked) return <EmptyState icon="search" title="No change set fits"><p>Nothing here has “<Foreign>{asked}</Foreign>” in its title. Esc clears the search.</p></EmptyState>;
  return (
    <EmptyState icon="activity" title="Nothing has been changed yet">
      <p>Whatever is written to this Sanctum, from the app or the terminal, becomes a change set here: with its steps, who did it, and a way back.</p>
    </EmptyState>
  );
}

const segments = [{ id: 'all', label: 'All' }, { id: 'mine', label: 'Mine' }, { id: 'cli', label: 'From the terminal' }];

const parts = [{ id: 'changes', label: 'Changes' }, { id: 'settings', label: 'Settings' }];

type Part = 'changes' | 'settings';

/** Whole change sets, or the single settings they changed. */
function PartSwitch({ part, setPart }: { part: Part; setPart: (part: Part) => void }) {
  return <Segments label="What is listed" segments={parts} selected={part} onSelect={(id) => setPart(id as Part)} />;
}

function ListColumn({ lead, list, id, typed, setTyped, filter, setFilter, query, onRange }: {
  lead: ReactNode; list: List; id: string | null; typed: string; setTyped: (text: string) => void; filter: string; setFilter: (id: string) => void; query: string; onRange: (from: number, to: number) => void;
}) {
  const shell = useShell();
  const platform = usePlatform();
  const toasts = useToasts();
  // The first of what was typed, not of what the list still shows.
  const first = () => {
    platform.changesList(typed.trim(), filter, 0, 1).then(({ items }) => { if (items[0]) navigate({ view: 'activity', id: items[0].id }); }, (thrown: unknown) => toasts.fail(thrown));
  };
  return (
    <>
      <div className="subbar">
        {lead}
        <SearchField className="search-changes" label="Search changes" value={typed} onChange={setTyped} onEnter={first} keys={shell.keys('find.here')} count={typed && list.head ? String(list.total) : undefined} />
        <Segments label="Whose changes" segments={segments} selected={filter} onSelect={setFilter} />
      </div>
      {list.error !== null && <div className="pad"><ErrorBox error={list.error} onRetry={list.refetch} /></div>}
      {list.isPending && !list.error && <div className="pad"><Waiting>Reading the change sets</Waiting></div>}
      {list.head && list.total === 0 && (filter === 'all' || query ? <Nothing asked={query} /> : <EmptyState icon="activity" title={filter === 'mine' ? 'Nothing of yours yet' : 'Nothing from the terminal yet'}><p>Other change sets stand under All.</p></EmptyState>)}
      {list.total > 0 && <Rows list={list} id={id} resetKey={`${filter} ${query}`} onRange={onRange} />}
    </>
  );
}

export function ActivityView({ id }: { id: string | null }) {
  const shell = useShell();
  const platform = usePlatform();
  const [typed, setTyped] = useState('');
  const [filter, setFilter] = useState('all');
  const query = useDeferredValue(typed.trim());
  const [range, setRange] = useState<[number, number]>([0, 1]);
  const list = usePaged<ChangeRow, Page<ChangeRow>>([...keys.changes, 'list', filter, query], (offset, limit) => platform.changesList(query, filter, offset, limit), range[0], range[1]);
  const onRange = useCallback((from: number, to: number) => setRange((old) => (old[0] === from && old[1] === to ? old : [from, to])), []);
  const [part, setPart] = useState<Part>('changes');
  const [ofSetting, setOfSetting] = useState<string | null>(null);
  const shown = part === 'settings' ? ofSetting : id ?? list.at(0)?.id ?? null;
  const lead = <PartSwitch part={part} setPart={setPart} />;
  const count = list.head ? `${list.total.toLocaleString('en')} change ${list.total === 1 ? 'set' : 'sets'}` : undefined;
  return (
    <main className="main" data-testid="activity-view">
      <Titlebar title="Activity" sub={count} inspector>
        <Button kind="quiet" icon="undo" keys={shell.keys('change.undo')} onClick={shell.undoLast} data-testid="undo-last">Undo last</Button>
      </Titlebar>
      <Banners />
      <div className="cols">
        <div className="list-column">
          {part === 'settings' ? <SettingsSince lead={lead} onChoose={setOfSetting} /> : <ListColumn lead={lead} list={list} id={shown} typed={typed} setTyped={setTyped} filter={filter} setFilter={setFilter} query={query} onRange={onRange} />}
        </div>
        {shell.inspector && shown && <ChangeInspector id={shown} />}
      </div>
    </main>
  );
}
