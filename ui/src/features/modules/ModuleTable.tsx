/** The instances as a table of any length: one row a cell, so that arrows move over rows. */
import { type HTMLAttributes, type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ModulePage, ModuleRow, ModuleSort } from '../../bindings';
import { Avatar } from '../../app/Sidebar';
import { useChats } from '../../app/queries';
import { Foreign, Icon, type Paged, WindowedGrid, useNow, visible } from '../../ui';
import type { GridApi } from '../../ui/WindowedGrid';
import { useActs } from './acts';
import { RowActions, useDoing } from './RowActions';
import { StandWords } from './StandWords';
import { cpuWords, isUp, memoryWords, standOf, titleOf, uptime } from './words';

const ROW = 32;
const METRICS = { rowHeight: ROW, gap: 0, headHeight: 0, sectionGap: 0, top: 0, bottom: 0 };

export type ModuleList = Paged<ModuleRow, ModulePage>;

interface Column { id: string; label: string; className: string; sort?: ModuleSort; words?: string }

const columns: Column[] = [
  { id: 'module', label: 'Module', className: 'mc-module', sort: 'name', words: 'by name' },
  { id: 'agent', label: 'Agent', className: 'mc-agent', sort: 'agent', words: 'by agent' },
  { id: 'status', label: 'Status', className: 'mc-status', sort: 'status', words: 'what needs you first' },
  { id: 'pid', label: 'PID', className: 'mc-pid num' },
  { id: 'port', label: 'Port', className: 'mc-port num' },
  { id: 'cpu', label: 'CPU', className: 'mc-cpu num', sort: 'cpu', words: 'most CPU first' },
  { id: 'memory', label: 'Memory', className: 'mc-memory num', sort: 'memory', words: 'most memory first' },
  { id: 'running', label: 'Running', className: 'mc-running num', sort: 'since', words: 'longest first' },
];

/** Width of a scroll bar that takes room beside the rows, so that the heads stand over their columns. */
function useGutter() {
  const list = useRef<HTMLDivElement>(null);
  const [gutter, setGutter] = useState(0);
  useLayoutEffect(() => {
    const scroller = list.current?.firstElementChild;
    if (!(scroller instanceof HTMLElement)) return;
    const read = () => setGutter(scroller.offsetWidth - scroller.clientWidth);
    read();
    const watch = new ResizeObserver(read);
    watch.observe(scroller);
    if (scroller.firstElementChild) watch.observe(scroller.firstElementChild);
    return () => watch.disconnect();
  }, []);
  return { list, gutter };
}

function Head({ sort, gutter, onSort }: { sort: ModuleSort; gutter: number; onSort: (sort: ModuleSort) => void }) {
  return (
    <div className="mod-row mod-head" role="group" aria-label="Sort the modules" style={gutter > 0 ? { marginRight: gutter } : undefined}>
      {columns.map((column) => (column.sort === undefined ? <span key={column.id} className={column.className}>{column.label}</span> : (
        <span key={column.id} className={column.className}>
          <button type="button" className="mod-sort" aria-pressed={sort === column.sort} aria-label={`${column.label}, ${column.words}`} onClick={() => onSort(column.sort ?? 'status')} data-testid={`sort-${column.sort}`}>
            {column.label}{sort === column.sort && <Icon name="down" size="s" />}
          </button>
        </span>
      )))}
      <span className="mc-acts" />
    </div>
  );
}

const None = () => <span className="faint" aria-hidden="true">–</span>;

function Port({ row }: { row: ModuleRow }) {
  if (row.port === null) return <None />;
  return row.listens ? <>{row.port}</> : <span className="reserved" title="Kept free for it, nothing listens">{row.port}</span>;
}

/** The agent's sign, or that of what is shared. */
export function Sign({ row }: { row: Pick<ModuleRow, 'agent' | 'agent_title' | 'icon'> }) {
  const chat = useChats().data?.find((entry) => entry.uid === row.agent);
  if (row.agent === null) return <span className="mod-sign"><Icon name={row.icon} size="s" /></span>;
  return <span className="mod-sign"><Avatar name={row.agent_title ?? row.agent} color={chat?.color ?? 1} text={chat?.avatar} /></span>;
}

function Line({ row, stop }: { row: ModuleRow; stop: boolean }) {
  const now = useNow();
  const doing = useDoing(row);
  const agent = row.agent_title ?? 'shared';
  return (
    <div className="mod-row">
      <span className="mc-module row" title={visible(titleOf(row))}><Sign row={row} /><span className="medium cut"><Foreign>{row.module}</Foreign></span><span className="muted cut mc-of"><Foreign>{agent}</Foreign></span></span>
      <span className="mc-agent muted cut"><Foreign>{agent}</Foreign></span>
      <span className="mc-status">
        <StandWords row={row} doing={doing} />
        {row.restart_needed && <span className="chip chip-warn" title={visible(row.restart_reason ?? 'It runs with other settings than it would be started with now.')}><Icon name="refresh" /><span className="chip-words">Needs restart</span></span>}
      </span>
      <span className="mc-pid num mono">{row.pid ?? <None />}</span>
      <span className="mc-port num mono"><Port row={row} /></span>
      <span className="mc-cpu num">{row.cpu === null ? <None /> : cpuWords(row.cpu)}</span>
      <span className="mc-memory num">{row.memory === null ? <None /> : memoryWords(row.memory)}</span>
      <span className="mc-running num muted">{row.since === null ? <None /> : uptime(row.since, now)}</span>
      <span className="mc-acts"><RowActions row={row} stop={stop} /></span>
    </div>
  );
}

interface Props {
  list: ModuleList;
  selected: number | null;
  sort: ModuleSort;
  onSort: (sort: ModuleSort) => void;
  onSelect: (id: string, how: 'click' | 'move') => void;
  /** Enter or two clicks: its details, with the focus. */
  onDetails: (id: string) => void;
  onPreview: (id: string) => void;
  onLog: (id: string) => void;
  resetKey: string;
  onRange: (from: number, to: number) => void;
  /** Hears whether the pointer is among the rows. */
  watch: Pick<HTMLAttributes<HTMLElement>, 'onPointerEnter' | 'onPointerLeave'>;
}

/** S starts or stops, R restarts, L shows the log, Space the details; only with the focus on a row. */
function useKeys({ list, onDetails, onPreview, onLog }: Props) {
  const acts = useActs();
  return (event: KeyboardEvent) => {
    const cell = (event.target as HTMLElement).dataset.cell;
    if (cell === undefined || event.metaKey || event.ctrlKey || event.altKey || event.repeat) return;
    const row = list.at(Number(cell));
    const run: Record<string, (of: ModuleRow) => void> = {
      Enter: (of) => onDetails(of.id), ' ': (of) => onPreview(of.id), l: (of) => onLog(of.id),
      s: (of) => { if (isUp(of) || acts.doing.get(of.id) === 'start') acts.run('stop', [of.id]); else if (of.cannot_start === null) acts.run('start', [of.id]); },
      r: (of) => { if (isUp(of)) acts.run('restart', [of.id]); },
    };
    const act = run[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!row || !act) return;
    event.preventDefault();
    event.stopPropagation();
    act(row);
  };
}

/** Where the rows go another way, the focus goes along with its row. */
function useFocusAlong(selected: number | null, grid: RefObject<GridApi | null>) {
  useEffect(() => {
    const cell = (document.activeElement as HTMLElement | null)?.dataset.cell;
    if (cell !== undefined && selected !== null && Number(cell) !== selected) grid.current?.focusCell(selected);
  }, [selected, grid]);
}

export function ModuleTable(props: Props) {
  const { list, selected, sort, onSort, onSelect, onDetails, resetKey, onRange, watch } = props;
  const { doing } = useActs();
  const grid = useRef<GridApi | null>(null);
  const onKeyDown = useKeys(props);
  const { list: box, gutter } = useGutter();
  useFocusAlong(selected, grid);
  const sections = useMemo(() => [{ key: 'modules', title: null, count: list.total }], [list.total]);
  const label = (index: number) => {
    const row = list.at(index);
    if (!row) return 'Reading this module';
    const stand = standOf(row, doing.get(row.id), Date.now());
    return visible([titleOf(row), [stand.word, stand.reason].filter(Boolean).join(': '), row.restart_needed && 'needs a restart'].filter(Boolean).join(', '));
  };
  const choose = (index: number, how: 'click' | 'move') => { const row = list.at(index); if (row) onSelect(row.id, how); };
  return (
    <>
      <Head sort={sort} gutter={gutter} onSort={onSort} />
      <div className="mod-list" ref={box} {...watch} style={{ flexBasis: list.total * ROW }} onKeyDownCapture={onKeyDown}
        onDoubleClick={(event) => {
          if ((event.target as HTMLElement).closest('button, a')) return;
          const row = list.at(Number((event.target as HTMLElement).closest<HTMLElement>('[data-cell]')?.dataset.cell ?? NaN));
          if (row) onDetails(row.id);
        }}>
        <WindowedGrid label="Modules" testId="modules-grid" cellTestId="module-row" sections={sections} cellWidth={null} metrics={METRICS} resetKey={resetKey} selected={selected} apiRef={grid} onRange={onRange}
          cellClass={() => 'mod-cell'} cellLabel={label} onOpen={(index) => choose(index, 'click')} onMove={(index) => choose(index, 'move')}
          renderCell={(index, stop) => { const row = list.at(index); return row ? <Line row={row} stop={stop} /> : null; }} />
      </div>
    </>
  );
}
