/** Logs of one or several instances, merged by time: the bar, what stands between it and the lines, and the lines. */
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { LogLine, LogSource, LogState, LogView } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { toPlatformError } from '../../platform/platform';
import { Button, EmptyState, ErrorBox, Foreign, Icon, ProgressBar, Waiting, useToasts, visible } from '../../ui';
import { AddLog } from './AddLog';
import { type BarActs, type Level, LogBar, levelOf } from './LogBar';
import { LogLines, type LinesApi, type Selected } from './LogLines';
import { useAsked, useMatches, useSeek } from './use-find';
import { MOST_COPIED, findLine, readLines } from './use-log-lines';
import { type OpenLog, useLogView } from './use-log-view';
import { copiedLine, exportWords, linesWords, readingWords } from './words';

const NO_SOURCES: LogSource[] = [];

/** Follows, or how many lines there were when it stopped to. */
function useFollowing(state: LogState | null) {
  const [paused, setPaused] = useState<{ total: number; generation: number } | null>(null);
  const now = useRef(state);
  now.current = state;
  const follow = useCallback((on: boolean) => {
    setPaused((old) => (on ? null : old ?? { total: now.current?.total ?? 0, generation: now.current?.generation ?? 0 }));
  }, []);
  const fresh = paused && state ? Math.max(0, state.total - paused.total) : 0;
  // Other lines are shown now: what is new is counted from here.
  if (paused && state && state.generation !== paused.generation) setPaused({ total: state.total, generation: state.generation });
  return { following: paused === null, follow, fresh };
}

/** The line the eye is on, and the lines that would be copied. */
function useCursor(list: string) {
  const [place, setPlace] = useState<{ list: string; cursor: number | null; anchor: number; selected: Selected | null }>({ list, cursor: null, anchor: 0, selected: null });
  const here = place.list === list ? place : { list, cursor: null, anchor: 0, selected: null };
  const moveTo = useCallback((line: number, extend = false) => setPlace((old) => {
    if (!extend || old.list !== list || old.cursor === null) return { list, cursor: line, anchor: line, selected: null };
    return { ...old, cursor: line, selected: { from: Math.min(old.anchor, line), to: Math.max(old.anchor, line) } };
  }), [list]);
  const select = useCallback((selected: Selected | null) => setPlace((old) => ({ ...(old.list === list ? old : { list, cursor: null, anchor: 0 }), selected })), [list]);
  return { cursor: here.cursor, selected: here.selected, moveTo, select };
}

/** Under another filter, or beside another log, the line the eye was on is looked for again, so that it is seen among its neighbours; without one the newest are shown. */
function useReturn({ view, state }: OpenLog, goTo: (line: number) => void, follow: (on: boolean) => void) {
  const platform = usePlatform();
  const seen = useRef<{ instance: string; line: LogLine } | null>(null);
  const settled = useRef('');
  const list = view && state ? `${view.id} ${state.generation}` : '';
  const total = state?.total ?? 0;
  const complete = state?.complete ?? false;
  useEffect(() => {
    if (view === null || list === '' || settled.current === list) return;
    const source = view.sources.findIndex(({ instance }) => instance === seen.current?.instance);
    const wanted = seen.current && source >= 0 && settled.current !== '' ? { ...seen.current.line, source } : null;
    if (wanted !== null && !complete) return;
    settled.current = list;
    if (wanted === null) { follow(true); return; }
    findLine((offset, limit) => platform.logPage(view.id, offset, limit), total, wanted).then((found) => {
      if (settled.current !== list) return;
      if (found === null) follow(true); else goTo(found);
    }, () => follow(true));
  }, [platform, view, list, total, complete, goTo, follow]);
  /** `null`: whoever goes to the newest lines wants those. */
  return useCallback((line: LogLine | null) => {
    const instance = line === null ? undefined : view?.sources[line.source]?.instance;
    seen.current = line !== null && instance !== undefined ? { instance, line } : null;
  }, [view]);
}

/** A moment later, so that what is there at once is not announced. */
function useLate(on: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!on) { setLate(false); return; }
    const timer = setTimeout(() => setLate(true), 250);
    return () => clearTimeout(timer);
  }, [on]);
  return on && late;
}

function Progress({ sources, state }: { sources: LogSource[]; state: LogState }) {
  const words = readingWords(sources, state);
  const late = useLate(words !== null);
  if (words === null || !late) return null;
  return <div className="log-progress" role="status" data-testid="log-progress"><span className="small muted">{words}</span><ProgressBar share={state.progress ?? 0} label="Read" /></div>;
}

/** An export on its way: how far it is, and the way to stop it. */
function Exporting({ share, onStop }: { share: number; onStop: () => void }) {
  return <div className="log-progress log-exporting" data-testid="log-exporting"><Waiting onCancel={onStop} cancelWords="Stop the export">Writing the export, secrets covered: {Math.floor(share * 100)} %</Waiting><ProgressBar share={share} label="Written" /></div>;
}

/** Why a part is missing, where something else is there. */
function Notes({ sources, state }: { sources: LogSource[]; state: LogState }) {
  const notes = sources.filter((source) => source.note !== null);
  if (notes.length === 0 || (state.read === 0 && state.complete)) return null;
  return (
    <ul className="log-notes" data-testid="log-notes">
      {notes.map((source) => <li key={source.instance} className="row small muted"><Icon name="info" size="s" /><span><b className="medium"><Foreign>{source.title}</Foreign></b>: <Foreign>{source.note}</Foreign></span></li>)}
    </ul>
  );
}

function Nothing({ view, state, filtered, onAll }: { view: LogView; state: LogState; filtered: boolean; onAll: () => void }) {
  const late = useLate(!state.complete);
  if (!state.complete) return late ? <div className="pad"><Waiting>{filtered ? 'Looking for lines that fit' : 'Reading the log'}</Waiting></div> : null;
  if (state.read > 0 || filtered) return <EmptyState icon="filter" title="No line fits" action={<Button onClick={onAll} data-testid="log-all">Show all lines</Button>}><p>{linesWords(state.read)} were read; none has what is asked for.</p></EmptyState>;
  const several = view.sources.length > 1;
  return (
    <EmptyState icon="file" title="Nothing written yet">
      {view.sources.map((source) => <p key={source.instance}>{several && <><b><Foreign>{source.title}</Foreign></b>: </>}<Foreign>{source.note ?? 'Its log is empty.'}</Foreign></p>)}
      <p>Lines appear here as soon as {several ? 'one of them' : 'it'} writes them.</p>
    </EmptyState>
  );
}

/** The sources asked for, and what was added to them or taken away here. */
function useInstances(asked: string[]) {
  const key = asked.join('\n');
  const [own, setOwn] = useState({ key, list: asked });
  const list = own.key === key ? own.list : asked;
  const set = (next: string[]) => setOwn({ key, list: next });
  return { list, add: (instance: string) => set([...list, instance]), remove: (instance: string) => set(list.filter((one) => one !== instance)) };
}

/** `words`: only lines that have them are shown at first. */
export function LogPane({ instances, onClose, words }: { instances: string[]; onClose: () => void; words?: string }) {
  const platform = usePlatform();
  const shell = useShell();
  const toasts = useToasts();
  const asked = useInstances(instances);
  const [level, setLevel] = useState<Level>('all');
  const [wrap, setWrap] = useState(false);
  const [adding, setAdding] = useState(false);
  const [exporting, setExporting] = useState<number | null>(null);
  const find = useAsked(words);
  const search = find.asked;
  const filter = useMemo(() => ({ level: levelOf[level], text: search.only ? search.text : '', regex: search.regex, case: search.case }), [level, search.only, search.text, search.regex, search.case]);
  const log = useLogView(asked.list, filter);
  const { view, state } = log;
  const { following, follow, fresh } = useFollowing(state);
  const lines = useRef<LinesApi | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const { cursor, selected, moveTo, select } = useCursor(`${view?.id} ${state?.generation}`);
  const start = () => (following ? null : lines.current?.firstSeen() ?? null);
  const goTo = useCallback((line: number) => { moveTo(line); follow(false); lines.current?.show(line); }, [moveTo, follow]);
  const matches = useMatches(asked.list, filter.level, log, search, { cursor, start }, goTo);
  const seek = useSeek(log);
  const onLine = useReturn(log, goTo, follow);
  const onFollow = useCallback((on: boolean) => { if (on) onLine(null); follow(on); }, [onLine, follow]);

  const fail = toasts.fail;
  const error = (down: boolean) => {
    seek('error', down, '', cursor ?? start()).then((line) => {
      if (line === null) toasts.show({ word: 'Unknown', title: 'There is no error in this log.', slot: 'log' }); else goTo(line);
    }, fail);
  };
  const chosen = selected ?? (cursor === null ? null : { from: cursor, to: cursor });
  const copy = () => {
    if (!view || !chosen) return;
    const text = readLines((offset, limit) => platform.logPage(view.id, offset, limit), chosen.from, chosen.to).then((found) => found.map((line) => copiedLine(line, view.sources)).join('\n'));
    const count = Math.min(MOST_COPIED, chosen.to - chosen.from + 1);
    const rest = chosen.to - chosen.from + 1 > MOST_COPIED ? `At most ${MOST_COPIED.toLocaleString('en')} are copied at once; an export takes all.` : undefined;
    platform.copyText(text).then(() => toasts.show({ title: `Copied ${linesWords(count)}.`, text: rest, slot: 'log' }), fail);
  };
  const exportAll = () => {
    if (!view || exporting !== null) return;
    const name = view.sources.map((source) => visible(source.title).toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')).join('-and-').slice(0, 80) || 'log';
    platform.pickSave(`${name}.log`).then((path) => {
      if (path === null) return;
      setExporting(0);
      return platform.logExportTo(view.id, path).then((done) => toasts.show({ title: exportWords(done.lines, done.covered), text: done.path, slot: 'log' })).finally(() => setExporting(null));
    }).catch((thrown: unknown) => {
      if (toPlatformError(thrown).code === 'log_export_stopped') toasts.show({ word: 'Unknown', title: 'The export was stopped. Nothing was written.', slot: 'log' }); else fail(thrown);
    });
  };
  const viewId = view?.id ?? null;
  useEffect(() => (viewId === null ? undefined : platform.onLog((event) => { if (event.view === viewId && event.exported !== null) setExporting((old) => (old === null ? null : event.exported)); })), [platform, viewId]);
  const showFolder = (source: LogSource) => {
    const file = source.files.at(-1);
    if (file) shell.showPath(file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.');
  };
  const acts: BarActs = {
    add: () => setAdding(true), remove: asked.remove, toggleFollow: () => onFollow(!following), toggleWrap: () => setWrap(!wrap), error, copy, showFolder, exportAll, close: onClose,
    leaveSearch: () => lines.current?.focus(),
  };

  const onKey = (event: KeyboardEvent) => {
    const command = shell.platform === 'macos' ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    const plain = !event.metaKey && !event.ctrlKey && !event.altKey;
    const key = event.key.toLowerCase();
    const done = (act: () => void) => { event.preventDefault(); event.stopPropagation(); act(); };
    if (command && key === 'c') { if ((window.getSelection()?.toString() ?? '') === '' && chosen) done(copy); }
    else if (command && key === 'a') { if (state && state.total > 0) done(() => select({ from: 0, to: state.total - 1 })); }
    else if (command && key === 'f') done(() => { field.current?.focus(); field.current?.select(); });
    else if (plain && key === 'e') done(() => error(!event.shiftKey));
    else if (plain && key === 'w' && !event.shiftKey) done(acts.toggleWrap);
    else if (plain && event.key === 'Escape' && selected) done(() => select(null));
  };
  // Whoever is in this pane and asks for a search means this log, not the list above it.
  const onPaneKey = (event: KeyboardEvent) => {
    const command = shell.platform === 'macos' ? event.metaKey : event.ctrlKey;
    if (command && event.key.toLowerCase() === 'f' && !event.defaultPrevented) { event.preventDefault(); event.stopPropagation(); field.current?.focus(); field.current?.select(); }
    // Menus and sheets of the pane stand elsewhere in the page and have an Esc of their own.
    const here = event.target instanceof Node && event.currentTarget.contains(event.target);
    if (event.key === 'Escape' && here && !event.defaultPrevented && !event.metaKey && !event.ctrlKey && !event.altKey && !event.nativeEvent.isComposing) { event.preventDefault(); event.stopPropagation(); onClose(); }
  };

  const showAll = () => { setLevel('all'); find.setOnly(false); };
  return (
    <section className="log-pane" aria-label="Log" data-testid="log-pane" onKeyDown={onPaneKey}>
      <LogBar sources={view?.sources ?? NO_SOURCES} state={state} level={level} setLevel={setLevel} find={find} matches={matches} following={following} fresh={fresh} wrap={wrap}
        selected={chosen ? chosen.to - chosen.from + 1 : 0} exporting={exporting !== null} os={shell.platform} acts={acts} inputRef={field} />
      {log.error && <div className="pad"><ErrorBox error={log.error} onRetry={log.retry} retryWords="Open it again" /></div>}
      {!view && !log.error && <div className="pad"><Waiting>Opening the log</Waiting></div>}
      {exporting !== null && viewId !== null && <Exporting share={exporting} onStop={() => { platform.logExportStop(viewId).catch(fail); }} />}
      {view && state && (
        <>
          <Progress sources={view.sources} state={state} />
          <Notes sources={view.sources} state={state} />
          {state.total === 0 ? <Nothing view={view} state={state} filtered={filter.level !== null || filter.text !== ''} onAll={showAll} /> : (
            <LogLines key={view.id} view={view} state={state} search={search} wrap={wrap} following={following} onFollow={onFollow} cursor={cursor} selected={selected} onCursor={moveTo} onSelect={select} onLine={onLine} onKey={onKey} take={log.take} onReopen={log.retry} apiRef={lines} />
          )}
        </>
      )}
      {adding && <AddLog shown={asked.list} onAdd={(instance) => { setAdding(false); asked.add(instance); }} onClose={() => setAdding(false)} />}
    </section>
  );
}
