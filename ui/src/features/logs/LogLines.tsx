/** The lines of a log: only what is under the eye is built, whatever the log's length. Follows the newest until somebody scrolls up. */
import { type KeyboardEvent, type MouseEvent, type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { LogLine, LogState, LogView } from '../../bindings';
import { toPlatformError } from '../../platform/platform';
import { ErrorBox, visible } from '../../ui';
import { FLAT, type Grown, PAD, ROW, TALLEST, grownFrom, heightOf, lineAt, linesWithin, scaleOf, topOf, topToReach, topToShow } from './geometry';
import { LogRow } from './LogRow';
import { type LogLines as Lines, useLogLines } from './use-log-lines';
import { type Search, copiedLine, lineDay, marker } from './words';

const OVER = 10;
/** So far back a line's day is looked for where lines say no time. */
const LOOK_BACK = 60;
/** Measured heights far from the eye are forgotten. */
const MOST_MEASURED = 20_000;

export interface Selected { from: number; to: number }

export interface LinesApi {
  /** Brings a line into view. */
  show: (line: number) => void;
  firstSeen: () => number;
  focus: () => void;
}

interface Props {
  view: LogView;
  state: LogState;
  search: Search;
  wrap: boolean;
  following: boolean;
  onFollow: (following: boolean) => void;
  cursor: number | null;
  selected: Selected | null;
  onCursor: (line: number, extend: boolean) => void;
  onSelect: (selected: Selected | null) => void;
  /** The line under the cursor, once it is there. */
  onLine: (line: LogLine) => void;
  onKey: (event: KeyboardEvent) => void;
  take: (state: LogState) => void;
  /** The view is gone; it is opened anew. */
  onReopen: () => void;
  apiRef: RefObject<LinesApi | null>;
}

interface Box { width: number; height: number; top: number; bar: number }

/** Where the log stands: the pixel of the log at the top, and of the bar, which are the same unless the log is too long for a browser. */
function useScroller(full: number, following: boolean, onFollow: (following: boolean) => void) {
  const node = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState<Box>({ width: 0, height: 0, top: 0, bar: 0 });
  const ours = useRef(-1);
  const scale = scaleOf(full, box.height);
  const now = useRef({ scale, full, box, following });
  now.current = { scale, full, box, following };

  const goTo = useCallback((wanted: number) => {
    const at = node.current;
    if (!at) return;
    const { scale: by, full: all } = now.current;
    const top = Math.min(Math.max(0, wanted), Math.max(0, all - at.clientHeight));
    at.scrollTop = top / by;
    ours.current = at.scrollTop;
    const bar = at.scrollTop;
    setBox((old) => ({ ...old, top: by === 1 ? bar : top, bar }));
  }, []);

  useLayoutEffect(() => {
    const at = node.current;
    if (!at) return;
    const read = () => setBox((old) => {
      const { clientWidth: width, clientHeight: height } = at;
      if (old.width === width && old.height === height) return old;
      return { ...old, width, height, top: now.current.following ? Math.max(0, now.current.full - height) : old.top };
    });
    read();
    const watch = new ResizeObserver(read);
    watch.observe(at);
    // A turn of the wheel moves the log as far as ever, though the bar stands for far more.
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0 && !event.ctrlKey && now.current.following && at.scrollHeight > at.clientHeight) onFollow(false);
      if (now.current.scale === 1 || event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      const by = event.deltaY * (event.deltaMode === 1 ? ROW : event.deltaMode === 2 ? at.clientHeight : 1);
      const next = now.current.box.top + by;
      goTo(next);
      onFollow(next >= now.current.full - at.clientHeight - 2);
    };
    at.addEventListener('wheel', onWheel, { passive: false });
    return () => { watch.disconnect(); at.removeEventListener('wheel', onWheel); };
  }, [goTo, onFollow]);

  const followed = useRef(false);
  useLayoutEffect(() => {
    const at = node.current;
    if (!at || !following || box.height === 0) { followed.current = following; return; }
    // Somebody scrolled up, and a new line came before the browser said so.
    const left = followed.current && at.scrollTop < ours.current - 2 && at.scrollTop < at.scrollHeight - at.clientHeight - 2;
    followed.current = !left;
    if (left) onFollow(false); else goTo(full - box.height);
  }, [following, full, box.height, goTo, onFollow]);

  const onScroll = () => {
    const at = node.current;
    if (!at || at.scrollTop === ours.current) return;
    ours.current = -1;
    const atEnd = at.scrollTop >= at.scrollHeight - at.clientHeight - 2;
    const bar = at.scrollTop;
    setBox((old) => ({ ...old, bar, top: scale === 1 ? bar : atEnd ? Math.max(0, full - at.clientHeight) : bar * scale }));
    if (atEnd !== following) onFollow(atEnd);
  };
  return { node, box, goTo, onScroll };
}

/** Heights of wrapped lines as they were drawn; those not seen yet count as one row. */
function useGrown(wrap: boolean, list: string, width: number) {
  const kept = useRef<{ key: string; over: Map<number, number> }>({ key: '', over: new Map() });
  const [grown, setGrown] = useState<Grown>(FLAT);
  const key = `${list} ${width} ${wrap}`;
  if (kept.current.key !== key) kept.current = { key, over: new Map() };
  useLayoutEffect(() => { setGrown(FLAT); }, [key]);
  const measure = (node: HTMLElement | null, above: number): number => {
    if (!wrap || !node) return 0;
    const { over } = kept.current;
    let moved = 0;
    let changed = false;
    for (const row of node.querySelectorAll<HTMLElement>('[data-line]')) {
      const line = Number(row.dataset.line);
      const extra = Math.max(0, row.offsetHeight - ROW);
      const before = over.get(line) ?? 0;
      if (extra === before) continue;
      if (extra === 0) over.delete(line); else over.set(line, extra);
      if (line < above) moved += extra - before;
      changed = true;
    }
    if (over.size > MOST_MEASURED) over.clear();
    if (changed) setGrown(grownFrom(over));
    return moved;
  };
  return { grown: wrap && kept.current.over.size > 0 ? grown : FLAT, measure };
}

/** The day of a line where it begins one: the first line, and where the line before was of another day. */
function dayStarts(lines: Lines, n: number): string | null {
  const at = lines.at(n)?.at ?? null;
  const own = lineDay(at);
  if (own === null) return null;
  for (let i = n - 1; i >= Math.max(0, n - LOOK_BACK); i -= 1) {
    const before = lines.at(i);
    if (before === undefined) return null;
    const other = lineDay(before.at);
    if (other !== null) return other === own ? null : at;
  }
  return n <= LOOK_BACK ? at : null;
}

function keyTo(event: KeyboardEvent, at: number, total: number, page: number): number | null {
  switch (event.key) {
    case 'ArrowDown': return Math.min(total - 1, at + 1);
    case 'ArrowUp': return Math.max(0, at - 1);
    case 'PageDown': return Math.min(total - 1, at + page);
    case 'PageUp': return Math.max(0, at - page);
    case 'Home': return 0;
    case 'End': return total - 1;
    default: return null;
  }
}

export function LogLines({ view, state, search, wrap, following, onFollow, cursor, selected, onCursor, onSelect, onLine, onKey, take, onReopen, apiRef }: Props) {
  const { total } = state;
  const [width, setWidth] = useState(0);
  const { grown, measure } = useGrown(wrap, `${view.id} ${state.generation}`, width);
  const full = heightOf(grown, total);
  const { node, box, goTo, onScroll } = useScroller(full, following, onFollow);
  useEffect(() => { setWidth(box.width); }, [box.width]);
  const { from, to } = linesWithin(grown, total, box.top, box.height, OVER);
  const lines = useLogLines(view, state, from, to, take);
  const find = useMemo(() => marker(search), [search.text, search.regex, search.case]); // eslint-disable-line
  const first = lineAt(grown, total, box.top);

  useLayoutEffect(() => {
    const moved = measure(node.current, first);
    // What is read stays where it is when lines above it turn out higher.
    if (moved !== 0 && !following) goTo(box.top + moved);
  });

  const geometry = useRef({ grown, box, first });
  geometry.current = { grown, box, first };
  useEffect(() => {
    apiRef.current = {
      show: (line) => { const at = geometry.current; goTo(topToShow(at.grown, line, at.box.top, at.box.height)); },
      firstSeen: () => geometry.current.first,
      focus: () => node.current?.focus({ preventScroll: true }),
    };
    return () => { apiRef.current = null; };
  }, [apiRef, goTo, node]);

  const under = cursor === null ? undefined : lines.at(cursor);
  useEffect(() => { if (under) onLine(under); }, [under, onLine]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) { onKey(event); return; }
    const page = Math.max(1, Math.floor(box.height / ROW) - 1);
    const next = total === 0 ? null : keyTo(event, cursor ?? (following ? total : first), total, page);
    if (next === null) { onKey(event); return; }
    event.preventDefault();
    event.stopPropagation();
    const end = next === total - 1;
    onCursor(next, event.shiftKey);
    onFollow(end);
    if (!end) goTo(topToReach(grown, next, box.top, box.height));
  };
  const lineUnder = (event: MouseEvent) => {
    const found = (event.target as HTMLElement).closest<HTMLElement>('[data-line]')?.dataset.line;
    return found === undefined ? null : Number(found);
  };
  const onClick = (event: MouseEvent) => {
    const line = lineUnder(event);
    const dragged = !event.shiftKey && (window.getSelection()?.toString() ?? '') !== '';
    if (line === null || dragged) return;
    onCursor(line, event.shiftKey);
  };
  const gone = lines.error !== null && toPlatformError(lines.error).code === 'log_view_unknown';
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  const name = view.sources.map((source) => visible(source.title)).join(' and ');
  return (
    <>
      {lines.error !== null && <div className="log-trouble"><ErrorBox error={lines.error} onRetry={gone ? onReopen : lines.refetch} retryWords={gone ? 'Open it again' : undefined} /></div>}
      {/* While somebody looks around in it, lines that come into view are no news. */}
      <div className="scroll log log-lines" role="log" aria-label={`Log of ${name}`} aria-live={following ? 'polite' : 'off'} tabIndex={0} ref={node} data-sources={view.sources.length > 1 || undefined} data-testid="log-lines"
        onScroll={onScroll} onKeyDown={onKeyDown} onClick={onClick} onMouseDown={(event) => { if (event.shiftKey) { event.preventDefault(); node.current?.focus(); } else onSelect(null); }}>
        <div className="log-body" style={{ height: Math.min(full, TALLEST) }}>
          {rows.map((n) => (
            <LogRow key={n} n={n} line={lines.at(n)} sources={view.sources} find={find} pattern={search.regex} dayStarts={dayStarts(lines, n)} on={n === cursor} wrap={wrap}
              selected={selected !== null && n >= selected.from && n <= selected.to} top={topOf(grown, n) + PAD - box.top + box.bar} />
          ))}
        </div>
      </div>
      <div className="sr" role="status">{cursor !== null && under ? `Line ${(cursor + 1).toLocaleString('en')}: ${copiedLine(under, view.sources)}` : ''}</div>
    </>
  );
}
