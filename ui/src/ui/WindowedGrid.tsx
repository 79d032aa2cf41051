/** A sectioned grid of any length: only what is under the eye is built. Arrows, Home, End, Page keys; one tab stop. */
import { type FocusEvent, type KeyboardEvent, type ReactNode, type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { type Layout, type Metrics, type Row, type Section, cellAfter, layOut, rowOfCell, rowsWithin } from './windowed';

export type { Section } from './windowed';

interface Props {
  label: string;
  sections: Section[];
  /** Least width of a cell; `null` makes one column. */
  cellWidth: number | null;
  metrics: Partial<Metrics> & { rowHeight: number };
  renderCell: (index: number, active: boolean) => ReactNode;
  cellClass?: (index: number) => string;
  cellLabel: (index: number) => string | undefined;
  selected?: number | null;
  /** Enter, or a click on the cell. */
  onOpen: (index: number) => void;
  /** Arrow keys moved here. */
  onMove?: (index: number) => void;
  onRange: (from: number, to: number) => void;
  testId?: string;
  cellTestId?: string;
  /** Another list when this changes: it starts where it was left, a new one at the top. */
  resetKey?: string;
  /** Side padding, as in the design. */
  className?: string;
  apiRef?: RefObject<GridApi | null>;
}

export interface GridApi { focusCell: (index: number) => void }

interface Box { width: number; height: number; top: number }

/** Where each list was left, so that going back finds it there. */
const left = new Map<string, { top: number; active: number }>();
const MOST_LEFT = 50;

function leave(place: string, top: number, active: number) {
  left.delete(place);
  left.set(place, { top, active });
  const oldest = left.keys().next().value;
  if (left.size > MOST_LEFT && oldest !== undefined) left.delete(oldest);
}

/** Every list starts at its top again: another person, another install, another test. */
export function forgetPlaces() { left.clear(); }

function useBox(place: string) {
  const scroller = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState<Box>({ width: 0, height: 0, top: 0 });
  useLayoutEffect(() => {
    const node = scroller.current;
    if (!node) return;
    const read = () => {
      const style = getComputedStyle(node);
      const width = node.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      setBox((old) => (old.width === width && old.height === node.clientHeight ? old : { ...old, width, height: node.clientHeight }));
    };
    read();
    const watch = new ResizeObserver(read);
    watch.observe(node);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    const top = left.get(place)?.top ?? 0;
    if (scroller.current) scroller.current.scrollTop = top;
    setBox((old) => ({ ...old, top: scroller.current?.scrollTop ?? 0 }));
  }, [place]);
  return { scroller, box, setBox };
}

function useMetrics({ cellWidth, metrics }: Pick<Props, 'cellWidth' | 'metrics'>, width: number): Metrics {
  const gap = metrics.gap ?? 12;
  const columns = cellWidth === null ? 1 : Math.max(1, Math.floor((width + gap) / (cellWidth + gap)));
  return { headHeight: 28, sectionGap: 24, top: 20, bottom: 32, ...metrics, gap, columns };
}

/** Rows before the grid was measured would all be built; so none are. */
function visibleRows(layout: Layout, m: Metrics, box: Box, active: number, focused: boolean): Row[] {
  if (box.height === 0 || box.width === 0) return [];
  const rows = rowsWithin(layout, m, box.top, box.top + box.height, 1);
  const kept = focused ? rowOfCell(layout, m, active) : null;
  return kept && !rows.some((row) => row.key === kept.key) ? [...rows, kept] : rows;
}

export function WindowedGrid(props: Props) {
  const { label, sections, renderCell, cellClass, cellLabel, selected, onOpen, onMove, onRange, testId, cellTestId, resetKey, className, apiRef } = props;
  const place = `${testId ?? label} ${resetKey ?? ''}`;
  const { scroller, box, setBox } = useBox(place);
  const m = useMetrics(props, box.width);
  const layout = useMemo(() => layOut(sections, m), [sections, m.columns, m.rowHeight, m.gap, m.headHeight, m.sectionGap, m.top, m.bottom]);
  const [active, setActive] = useState(() => selected ?? left.get(place)?.active ?? 0);
  const [focused, setFocused] = useState(false);
  const wantsFocus = useRef(false);
  const at = Math.min(active, Math.max(0, layout.total - 1));
  const rows = visibleRows(layout, m, box, at, focused);

  useEffect(() => { if (selected !== null && selected !== undefined) setActive(selected); }, [selected]);
  useEffect(() => { setActive(selected ?? left.get(place)?.active ?? 0); }, [place]); // eslint-disable-line
  useEffect(() => { leave(place, box.top, active); }, [place, box.top, active]);

  const from = rows.reduce((least, row) => Math.min(least, row.from), rows[0]?.from ?? 0);
  const to = rows.reduce((most, row) => Math.max(most, row.to), 0);
  useEffect(() => { onRange(from, to); }, [from, to, onRange]);

  const reveal = useCallback((index: number) => {
    const node = scroller.current;
    const row = rowOfCell(layout, m, index);
    if (!node || !row) return;
    const head = row.nth === 0 ? row.section.headTop : row.top;
    if (head - 12 < node.scrollTop) node.scrollTop = Math.max(0, head - 12);
    else if (row.top + m.rowHeight + 12 > node.scrollTop + node.clientHeight) node.scrollTop = row.top + m.rowHeight + 12 - node.clientHeight;
    setBox((old) => ({ ...old, top: node.scrollTop }));
  }, [layout, m, scroller, setBox]);

  const moveTo = useCallback((index: number) => { wantsFocus.current = true; setFocused(true); setActive(index); reveal(index); }, [reveal]);
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-cell="${at}"]`);
    if (cell) { wantsFocus.current = false; cell.focus({ preventScroll: true }); }
  });
  useEffect(() => { if (apiRef) apiRef.current = { focusCell: moveTo }; }, [apiRef, moveTo]);

  const onKeyDown = (event: KeyboardEvent) => {
    const cell = (event.target as HTMLElement).dataset.cell;
    if (cell === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === 'Enter') { event.preventDefault(); event.stopPropagation(); onOpen(at); return; }
    const next = cellAfter(layout, m, at, event.key, Math.max(1, Math.floor(box.height / (m.rowHeight + m.gap)) - 1));
    if (next === null) return;
    event.preventDefault();
    moveTo(next);
    if (next !== at) onMove?.(next);
  };
  const onFocus = (event: FocusEvent) => {
    setFocused(true);
    const cell = (event.target as HTMLElement).closest<HTMLElement>('[data-cell]')?.dataset.cell;
    if (cell !== undefined && Number(cell) !== active) setActive(Number(cell));
  };
  const inView = rows.some((row) => at >= row.from && at < row.to);
  const stop = inView ? at : from;

  return (
    <div className={className ? `scroll wgrid ${className}` : 'scroll wgrid'} ref={scroller} onScroll={(event) => { const { scrollTop } = event.currentTarget; setBox((old) => ({ ...old, top: scrollTop })); }}>
      <div role="grid" aria-label={label} aria-rowcount={layout.rows} aria-colcount={m.columns} data-testid={testId} className="wgrid-body" style={{ height: layout.height }}
        onKeyDown={onKeyDown} onFocus={onFocus} onBlur={(event) => { if (!event.currentTarget.contains(event.relatedTarget)) setFocused(false); }}>
        {layout.placed.map((entry) => entry.section.title !== null && (
          <div key={entry.section.key} role="row" className="group-head wgrid-row" style={{ top: entry.headTop }}>
            <div role="rowheader" className="group-head wgrid-head">
              <h2>{entry.section.title}</h2>
              {entry.section.shown !== null && <span className="count">{(entry.section.shown ?? entry.section.count).toLocaleString('en')}</span>}
            </div>
          </div>
        ))}
        {rows.map((row) => (
          <div key={row.key} role="row" className="wgrid-row wgrid-cells" style={{ top: row.top, height: m.rowHeight, columnGap: m.gap, gridTemplateColumns: `repeat(${m.columns}, minmax(0, 1fr))` }}>
            {Array.from({ length: row.to - row.from }, (_, i) => row.from + i).map((index) => (
              <div key={index} role="gridcell" data-cell={index} data-testid={cellTestId} tabIndex={index === stop ? 0 : -1} aria-label={cellLabel(index)} aria-selected={selected === undefined ? undefined : index === selected}
                className={cellClass?.(index)} data-first={index === row.section.start || undefined} data-last={index === row.section.start + row.section.section.count - 1 || undefined}
                onClick={(event) => { if (!(event.target as HTMLElement).closest('button, a')) onOpen(index); }}>
                {renderCell(index, index === stop)}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
