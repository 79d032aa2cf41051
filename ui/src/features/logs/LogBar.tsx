/** The bar over a log: whose it is, search, levels, following, and the rest in a menu. */
import { type KeyboardEvent, type RefObject, useId } from 'react';
import type { LogLevel, LogSource, LogState } from '../../bindings';
import { Button, Foreign, Icon, IconButton, type MenuEntry, MenuButton, Prose, Glyph, Segments, visible } from '../../ui';
import { SourceMark } from './LogRow';
import type { Find, Matches } from './use-find';
import { linesWords } from './words';

export type Level = 'all' | 'warn' | 'error';
export const levelOf: Record<Level, LogLevel | null> = { all: null, warn: 'warn', error: 'error' };

function Chips({ sources, onRemove, onAdd }: { sources: LogSource[]; onRemove: (instance: string) => void; onAdd: () => void }) {
  const several = sources.length > 1;
  return (
    <>
      <ul className="log-chips" aria-label="Shown logs">
        {sources.map((source, i) => (
          <li key={source.instance} className="chip" data-testid="log-chip">
            {several && <SourceMark title={source.title} source={i} />}
            <span className="cut" title={visible(source.title)}><Foreign>{source.title}</Foreign></span>
            {several && <IconButton icon="x" size="s" label={`Remove the log of ${visible(source.title)}`} className="log-chip-x" onClick={() => onRemove(source.instance)} />}
          </li>
        ))}
      </ul>
      <IconButton icon="plus" size="s" label="Add another log" onClick={onAdd} className="log-wide" data-testid="log-add" />
    </>
  );
}

export function countWords(matches: Matches): string | null {
  const { count, nth, whole } = matches;
  if (count === null) return null;
  const many = `${count.toLocaleString('en')}${whole ? '' : ' so far'}`;
  if (count === 0) return whole ? 'No match' : many;
  return nth === null ? many : `${nth.toLocaleString('en')} of ${many}`;
}

function SearchBox({ find, matches, inputRef, onLeave }: { find: Find; matches: Matches; inputRef: RefObject<HTMLInputElement | null>; onLeave: () => void }) {
  const id = useId();
  const bad = matches.refused;
  const count = bad ? null : countWords(matches);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      if (find.typed) find.type(''); else onLeave();
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (find.typed === find.asked.text) matches.go(!event.shiftKey); else find.settle();
    }
  };
  return (
    <div className="log-search">
      <div className="field field-search" aria-invalid={bad ? true : undefined}>
        <Icon name="search" size="s" />
        <input ref={inputRef} type="text" role="searchbox" data-find="log" aria-label="Search this log" placeholder="Search this log" aria-invalid={bad ? true : undefined} aria-describedby={bad ? `${id}-bad` : undefined} spellCheck={false} autoComplete="off" autoCorrect="off" autoCapitalize="off"
          value={find.typed} onChange={(event) => find.type(event.target.value)} onKeyDown={onKeyDown} data-testid="log-search" />
        {count !== null && <span className="caption faint nowrap" role="status" data-testid="log-count">{count}</span>}
        {find.typed !== '' && <IconButton icon="x" size="s" label="Clear the search" className="field-clear" onClick={() => { find.type(''); inputRef.current?.focus(); }} />}
        <IconToggle label="Capitals count" text="Aa" on={find.capitals} onChange={find.setCapitals} testId="log-case" />
        <IconToggle label="Regular expression" text=".*" on={find.regex} onChange={find.setRegex} testId="log-regex" />
      </div>
      {bad && (
        <div className="log-bad field-msg" role="alert" id={`${id}-bad`} data-testid="log-bad"><Glyph word="Error" /><span><Prose>{bad.message}</Prose> <Prose>{bad.hint}</Prose></span></div>
      )}
    </div>
  );
}

function IconToggle({ label, text, on, onChange, testId }: { label: string; text: string; on: boolean; onChange: (on: boolean) => void; testId: string }) {
  return <button type="button" className="btn btn-quiet btn-s log-toggle" aria-pressed={on} aria-label={label} title={label} onClick={() => onChange(!on)} data-testid={testId}><span className="mono" aria-hidden="true">{text}</span></button>;
}

export interface BarActs {
  add: () => void;
  remove: (instance: string) => void;
  toggleFollow: () => void;
  toggleWrap: () => void;
  error: (down: boolean) => void;
  copy: () => void;
  showFolder: (source: LogSource) => void;
  exportAll: () => void;
  close: () => void;
  leaveSearch: () => void;
}

function menuOf({ sources, find, matches, wrap, selected, os, exporting }: { sources: LogSource[]; find: Find; matches: Matches; wrap: boolean; selected: number; os: string; exporting: boolean }): MenuEntry[] {
  const text = (id: string, label: string, more: Partial<MenuEntry> = {}): MenuEntry => ({ id, label, text: label, ...more });
  return [
    text('next-error', 'Next error', { icon: 'down', keys: 'E' }),
    text('previous-error', 'Previous error', { icon: 'up', keys: '⇧E' }),
    ...(find.asked.text && matches.count ? [text('next', 'Next match', { icon: 'down', keys: '↩' }), text('previous', 'Previous match', { icon: 'up', keys: '⇧↩' })] : []),
    text('wrap', wrap ? 'Keep each line on one row' : 'Wrap long lines', { icon: 'arrow', keys: 'W' }),
    text('only', find.only ? 'All lines, not only matches' : 'Only lines that match', { icon: 'filter' }),
    text('regex', find.regex ? 'Search for the text as it stands' : 'Search by regular expression', { icon: 'search' }),
    text('case', find.capitals ? 'Capitals do not count' : 'Capitals count', { icon: 'search' }),
    ...(selected > 0 ? [text('copy', `Copy ${linesWords(selected)}`, { icon: 'copy', keys: os === 'macos' ? '⌘C' : 'Ctrl+C' })] : []),
    text('add', 'Add another log…', { icon: 'plus' }),
    ...sources.filter((source) => source.files.length > 0).map((source) => {
      const words = sources.length > 1 ? `Show the folder of ${visible(source.title)}` : 'Show the folder';
      return text(`folder:${source.instance}`, words, { icon: 'folder' });
    }),
    ...(exporting ? [] : [text('export', 'Export, secrets covered…', { icon: 'download' })]),
    text('close', 'Close this log', { icon: 'x', keys: 'Esc' }),
  ];
}

export function LogBar({ sources, state, level, setLevel, find, matches, following, fresh, wrap, selected, exporting, os, acts, inputRef }: {
  sources: LogSource[]; state: LogState | null; level: Level; setLevel: (level: Level) => void; find: Find; matches: Matches; following: boolean; fresh: number; wrap: boolean; selected: number; exporting: boolean; os: string; acts: BarActs; inputRef: RefObject<HTMLInputElement | null>;
}) {
  const segments = [
    { id: 'all', label: 'All levels' },
    { id: 'warn', label: 'Warnings', count: state ? state.warnings + state.errors : undefined },
    { id: 'error', label: 'Errors', count: state?.errors },
  ];
  const noMatch = find.asked.text === '' ? 'Search for something first.' : matches.count === 0 ? 'Nothing matches.' : null;
  const onMenu = (id: string) => {
    if (id.startsWith('folder:')) { const source = sources.find((one) => `folder:${one.instance}` === id); if (source) acts.showFolder(source); return; }
    const does: Record<string, () => void> = {
      'next-error': () => acts.error(true), 'previous-error': () => acts.error(false), next: () => matches.go(true), previous: () => matches.go(false), wrap: acts.toggleWrap,
      only: () => find.setOnly(!find.only), regex: () => find.setRegex(!find.regex), case: () => find.setCapitals(!find.capitals), copy: acts.copy, add: acts.add, export: acts.exportAll, close: acts.close,
    };
    does[id]?.();
  };
  return (
    <div className="logbar" role="group" aria-label="What is shown of the log">
      <h2>Log</h2>
      <Chips sources={sources} onRemove={acts.remove} onAdd={acts.add} />
      <span className="grow" />
      <SearchBox find={find} matches={matches} inputRef={inputRef} onLeave={acts.leaveSearch} />
      <span className="row log-steps">
        <IconButton icon="up" size="s" label="Previous match" keys="⇧↩" why={noMatch} onClick={() => matches.go(false)} data-testid="log-previous" />
        <IconButton icon="down" size="s" label="Next match" keys="↩" why={noMatch} onClick={() => matches.go(true)} data-testid="log-next" />
        <IconButton icon="filter" size="s" label="Only lines that match" aria-pressed={find.only} onClick={() => find.setOnly(!find.only)} data-testid="log-only" />
      </span>
      <Segments label="Levels" segments={segments} selected={level} onSelect={(id) => setLevel(id as Level)} />
      <Button size="s" icon={following ? 'pause' : 'down'} onClick={acts.toggleFollow} aria-pressed={following} className="log-follow" data-testid="log-follow"
        title={following ? 'New lines are shown as they come. Scrolling up pauses this.' : 'Goes to the newest line and stays there.'}>
        {following ? 'Following' : <>Paused{fresh > 0 && <span className="log-fresh"> · {fresh.toLocaleString('en')} new<span className="log-word"> {fresh === 1 ? 'line' : 'lines'}</span></span>}</>}
      </Button>
      <IconButton icon="download" size="s" label={exporting ? 'Exporting' : 'Export, secrets covered'} aria-busy={exporting || undefined} why={exporting ? 'It is being written.' : null} className="log-wide" onClick={acts.exportAll} data-testid="log-export" />
      <MenuButton label="More for this log" className="btn btn-icon btn-quiet btn-s" items={menuOf({ sources, find, matches, wrap, selected, os, exporting })} onAction={onMenu} data-testid="log-more"><Icon name="more" /></MenuButton>
      <IconButton icon="x" size="s" label="Close this log" keys="Esc" className="log-wide" onClick={acts.close} data-testid="log-close" />
    </div>
  );
}
