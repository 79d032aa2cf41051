import { type ComponentType, Suspense, lazy, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { ModuleFilter, ModulePage, ModuleRow, ModuleSort } from '../../bindings';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { ErrorBox, PAGE, SearchField, Segments, Waiting, ifFocusIsLost, usePaged, useToasts } from '../../ui';
import { focusRow } from './back';
import { Nothing } from './empty';
import { InstallSheet } from './InstallSheet';
import { ModuleInspector, NoneChosen, useModule } from './ModuleInspector';
import { type ModuleList, ModuleTable } from './ModuleTable';
import { Split } from './Split';
import { Troubles } from './Troubles';
import { memoryWords } from './words';

const LogPane = lazy(() => import('../logs/LogPane').then((it) => ({ default: it.LogPane as ComponentType<{ instances: string[]; onClose: () => void }> })));

function indexOf(list: ModuleList, id: string | null): number | null {
  if (id === null) return null;
  for (let i = 0; i < list.total; i += 1) if (list.at(i)?.id === id) return i;
  return null;
}

/** "5 running · 466 MB · measured every 5 s". */
function summary(head: ModulePage): string {
  const words = [`${head.running.toLocaleString('en')} running`];
  if (head.running > 0 && head.memory !== null) words.push(memoryWords(head.memory));
  words.push(head.measured_at === null ? 'not measured yet' : `measured every ${head.every} s`);
  return words.join(' · ');
}

function useModules(filter: ModuleFilter, query: string, sort: ModuleSort) {
  const platform = usePlatform();
  const [range, setRange] = useState<[number, number]>([0, 1]);
  const list = usePaged<ModuleRow, ModulePage>([...keys.modules, 'list', `${filter} ${sort} ${query}`], (offset, limit) => platform.modulesList(filter, query, sort, offset, limit), range[0], range[1]);
  const onRange = useCallback((from: number, to: number) => setRange((old) => (old[0] === from && old[1] === to ? old : [from, to])), []);
  return { list, onRange };
}

/**
 * Rows stay where they are while the pointer is on them: what was just started would else go up the list, and another row come under
 * the pointer. A list of several pages comes as the server sorts it.
 */
function useSteady(list: ModuleList, question: string, held: boolean): ModuleList {
  const order = useRef<{ question: string; ids: string[] }>({ question: '', ids: [] });
  const items = list.head && list.total <= PAGE && !list.isStale ? list.head.items : null;
  const ids = useMemo(() => {
    if (!items) return null;
    const now = items.map((row) => row.id);
    const before = order.current;
    const there = new Set(now);
    const kept = held && before.question === question ? before.ids.filter((id) => there.has(id)) : [];
    const next = [...kept, ...now.filter((id) => !kept.includes(id))];
    order.current = { question, ids: next };
    return next;
  }, [items, question, held]);
  return useMemo(() => {
    if (!items || !ids) return list;
    const byId = new Map(items.map((row) => [row.id, row]));
    return { ...list, at: (index) => byId.get(ids[index] ?? '') };
  }, [list, items, ids]);
}

/** Whether the pointer is among the rows. The focus needs no such care: it goes along with its row. */
function useHeld() {
  const [held, setHeld] = useState(false);
  return { held, watch: { onPointerEnter: () => setHeld(true), onPointerLeave: () => setHeld(false) } };
}

/** Moves the focus into the details once they are there. */
function useFocusDetails() {
  const wanted = useRef(false);
  useEffect(() => {
    if (!wanted.current) return;
    const pane = document.querySelector<HTMLElement>('.mod-ins');
    if (pane) { wanted.current = false; pane.focus(); }
  });
  return () => { wanted.current = true; };
}

/** Where a pane that had the focus is closed, the focus goes back to the row it told of. */
function useFocusBack(open: boolean) {
  const was = useRef(open);
  useEffect(() => {
    if (was.current && !open) ifFocusIsLost(focusRow);
    was.current = open;
  }, [open]);
}

function Install({ id, onClose }: { id: string; onClose: () => void }) {
  const detail = useModule(id);
  const toasts = useToasts();
  useEffect(() => { if (detail.error) { toasts.fail(detail.error); onClose(); } }, [detail.error]); // eslint-disable-line
  return detail.data ? <InstallSheet detail={detail.data} onClose={onClose} /> : null;
}

/** What runs, how, and how it does; with the log of the chosen one under the list. */
export function Instances({ id, log, onCount }: { id: string | null; log: boolean; onCount: (all: number | null) => void }) {
  const shell = useShell();
  const platform = usePlatform();
  const toasts = useToasts();
  const [typed, setTyped] = useState('');
  const query = useDeferredValue(typed.trim());
  const [filter, setFilter] = useState<ModuleFilter>('all');
  const [sort, setSort] = useState<ModuleSort>('status');
  const [installing, setInstalling] = useState<string | null>(null);
  const { list: sorted, onRange } = useModules(filter, query, sort);
  const { held, watch } = useHeld();
  const list = useSteady(sorted, `${filter} ${sort} ${query}`, held);
  const focusDetails = useFocusDetails();
  const { head } = list;
  const all = head?.all ?? null;
  useEffect(() => onCount(all), [all, onCount]);
  const selected = indexOf(list, id);
  useFocusBack(shell.inspector && id !== null);
  useFocusBack(log && id !== null);
  const go = (next: string, more: { log?: boolean; replace?: boolean } = {}) => navigate({ view: 'modules', tab: 'instances', id: next, ...(more.log ?? log ? { log: true } : {}) }, { replace: more.replace ?? true });
  const toggleLog = (of: string) => go(of, { log: !(log && of === id) });
  const details = (of: string) => { go(of); if (!shell.inspector) shell.toggleInspector(); focusDetails(); };
  const preview = (of: string) => { if (of !== id) go(of); if (of === id || !shell.inspector) shell.toggleInspector(); };
  // The first of what was typed, not of what the list still shows.
  const first = () => { platform.modulesList(filter, typed.trim(), sort, 0, 1).then(({ items }) => { if (items[0]) go(items[0].id); }, (thrown: unknown) => toasts.fail(thrown)); };
  const segments = [{ id: 'all', label: 'All', count: head?.all }, { id: 'running', label: 'Running', count: head?.running }, { id: 'needs_you', label: 'Need you', count: head?.needs_you }];
  const upper = (
    <>
      {list.error !== null && <div className="pad"><ErrorBox error={list.error} onRetry={list.refetch} /></div>}
      {list.isPending && list.error === null && <div className="pad"><Waiting>Looking at what runs</Waiting></div>}
      {head && list.total === 0 && <Nothing all={head.all} filter={filter} query={query} canStart={head.can_start} onAll={() => { setFilter('all'); setTyped(''); }} />}
      {head && list.total > 0 && (
        <ModuleTable list={list} selected={selected} sort={sort} onSort={setSort} onSelect={(next, how) => go(next, { replace: how === 'move' })} onDetails={details} onPreview={preview} onLog={toggleLog}
          resetKey={`${filter} ${sort} ${query}`} onRange={onRange} watch={watch} />
      )}
      <Troubles row={selected === null ? undefined : list.at(selected)} onLog={(of) => go(of, { log: true })} onInstall={setInstalling} />
    </>
  );
  return (
    <div className="cols">
      <div className="list-column">
        <div className="subbar">
          <SearchField className="search-modules" label="Search modules" value={typed} onChange={setTyped} onEnter={first} keys={shell.keys('find.here')} count={typed && head ? list.total.toLocaleString('en') : undefined} />
          <Segments label="Which modules" segments={segments} selected={filter} onSelect={(next) => setFilter(next as ModuleFilter)} />
          <span className="grow" />
          {head && head.all > 0 && <span className="small faint cut mod-sum" data-testid="modules-sum">{summary(head)}</span>}
        </div>
        <Split label="Height of the log" upper={upper} lower={log && id !== null ? <Suspense fallback={<div className="pad"><Waiting>Opening the log</Waiting></div>}><LogPane instances={[id]} onClose={() => toggleLog(id)} /></Suspense> : null} />
      </div>
      {shell.inspector && id === null && all !== 0 && <NoneChosen />}
      {shell.inspector && id !== null && <ModuleInspector key={id} id={id} logShown={log} onLog={() => toggleLog(id)} onInstall={() => setInstalling(id)} />}
      {installing !== null && <Install id={installing} onClose={() => setInstalling(null)} />}
    </div>
  );
}
