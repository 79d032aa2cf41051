/** The plugins at the left, under the name of their tool; arrows choose, Space switches, Delete removes. */
import { type KeyboardEvent, useMemo } from 'react';
import type { PluginRow, PluginSort } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { ErrorBox, Foreign, Glyph, Icon, MenuButton, Prose, SearchField, Waiting, WindowedGrid, visible } from '../../ui';
import { chooseWord, chosenOf, flags, hasWord, toggleWord, unknownWords, withoutWord, wordsIn } from './filters';
import { MOST_ROWS, type PluginList as List, usePluginTools } from './queries';
import { needsWords, sectionsOf, spoken, standOf } from './words';

const METRICS = { rowHeight: 66, gap: 1, headHeight: 30, sectionGap: 10, top: 0, bottom: 10 };

export function PluginStatus({ row }: { row: Pick<PluginRow, 'status' | 'quarantined'> }) {
  const stand = standOf(row);
  return (
    <span className="st">
      {stand.locked ? <Icon name="lock" size="s" /> : <Glyph word={stand.glyph} />}
      <span className={stand.locked ? 'word warn-words' : 'word'}>{stand.word}</span>
      {stand.reason && <span className="why" title={visible(stand.reason)}><Foreign>{stand.reason}</Foreign></span>}
    </span>
  );
}

function Row({ row }: { row: PluginRow }) {
  return (
    <>
      <span className="tile"><Icon name={row.icon} /></span>
      <div className="grow">
        <div className="t">
          <b className="cut"><Foreign>{row.title || row.name}</Foreign></b>
          {row.version !== null && <span className="caption faint nowrap plugin-version cut"><Foreign>{row.version}</Foreign></span>}
          <span className="grow" />
          {row.missing.length > 0 ? <span className="chip chip-warn">{needsWords(row.missing.length)}</span> : row.restart_needed ? <span className="chip chip-warn">Needs restart</span> : row.update !== null && <span className="chip"><span className="cut chip-cut"><Foreign>{row.update}</Foreign></span> available</span>}
        </div>
        <div className="d cut" title={visible(row.description)}><Foreign>{row.description}</Foreign></div>
        <div className="plugin-st"><PluginStatus row={row} /></div>
      </div>
    </>
  );
}

const sorts: { id: PluginSort; label: string }[] = [{ id: 'tool', label: 'Sort: by tool, what needs you first' }, { id: 'status', label: 'Sort: by status' }, { id: 'name', label: 'Sort: by name' }];

/** Writes the same words that a person may type. */
function FilterMenu({ query, setQuery, sort, setSort }: { query: string; setQuery: (query: string) => void; sort: PluginSort; setSort: (sort: PluginSort) => void }) {
  const tools = usePluginTools();
  const agents = [...new Set(tools.filter(({ tool }) => tool.includes('/')).map(({ tool }) => tool.split('/')[0] ?? ''))];
  const on = (word: string) => (hasWord(query, word) ? 'check' as const : undefined);
  const items = [
    ...flags.map(({ word, label }) => ({ id: word, label, text: label, keys: word, icon: on(word) })),
    ...tools.slice(0, 30).map(({ tool, title }) => ({ id: `@tool:${tool}`, label: <>Only <Foreign>{title}</Foreign></>, text: `Only ${visible(title)}`, icon: on(`@tool:${tool}`) })),
    ...agents.slice(0, 30).map((agent) => ({ id: `@agent:${agent}`, label: <>Only of <Foreign>{agent}</Foreign></>, text: `Only of ${visible(agent)}`, icon: on(`@agent:${agent}`) })),
    ...sorts.map(({ id, label }) => ({ id: `sort ${id}`, label, text: label, icon: sort === id ? 'check' as const : undefined })),
  ];
  const choose = (id: string) => {
    const [kind, value] = [/^@(tool|agent):/.exec(id)?.[0], id.replace(/^@(tool|agent):/, '')];
    if (id.startsWith('sort ')) setSort(id.slice(5) as PluginSort);
    else if (kind) setQuery(chooseWord(query, kind, value));
    else setQuery(toggleWord(query, id));
  };
  return <MenuButton label="Filter and sort" className={wordsIn(query).length > 0 ? 'btn btn-icon btn-quiet filter-on' : 'btn btn-icon btn-quiet'} data-testid="plugins-filter" items={items} onAction={choose}><Icon name="filter" /></MenuButton>;
}

function Chips({ query, setQuery, quarantined }: { query: string; setQuery: (query: string) => void; quarantined: number }) {
  const chosen = wordsIn(query);
  const shown = quarantined > 0 ? flags : flags.slice(1);
  const others = chosen.filter((word) => !shown.some((flag) => flag.word === word));
  return (
    <div className="row filter-chips plugin-chips" role="group" aria-label="Filters" data-tool={chosenOf(query, '@tool:') ?? undefined}>
      {shown.map(({ word, label }) => (
        <button key={word} type="button" className={hasWord(query, word) ? 'btn btn-s filter-chip filter-on' : 'btn btn-s filter-chip'} aria-pressed={hasWord(query, word)} title={word} onClick={() => setQuery(toggleWord(query, word))} data-testid={`plugins-${word.slice(1)}`}>{label}</button>
      ))}
      {others.map((word) => (
        <button key={word} type="button" className="btn btn-s filter-chip filter-on" aria-label={`Take ${visible(word)} away`} onClick={() => setQuery(withoutWord(query, word))}><span className="cut chip-word"><Foreign>{word}</Foreign></span><Icon name="x" /></button>
      ))}
    </div>
  );
}

export interface ListActs { onSelect: (id: string, how: 'click' | 'move') => void; onEnter: (row: PluginRow) => void; onSwitch: (row: PluginRow) => void; onRemove: (row: PluginRow) => void; onUpdate: (row: PluginRow) => void }

interface Props extends ListActs {
  list: List | undefined;
  error: unknown;
  onRetry: () => void;
  selected: string | null;
  typed: string;
  setTyped: (text: string) => void;
  query: string;
  sort: PluginSort;
  setSort: (sort: PluginSort) => void;
}

function useKeys({ rows, onEnter, onSwitch, onRemove, onUpdate }: ListActs & { rows: PluginRow[] }) {
  return (event: KeyboardEvent) => {
    const cell = (event.target as HTMLElement).dataset.cell;
    if (cell === undefined || event.metaKey || event.ctrlKey || event.altKey || event.repeat) return;
    const row = rows[Number(cell)];
    const act = { Enter: onEnter, ' ': onSwitch, Delete: onRemove, Backspace: onRemove, u: (of: PluginRow) => { if (of.update !== null) onUpdate(of); } }[event.key];
    if (!row || !act) return;
    event.preventDefault();
    event.stopPropagation();
    act(row);
  };
}

function Rows({ rows, sort, selected, query, ...acts }: ListActs & { rows: PluginRow[]; sort: PluginSort; selected: string | null; query: string }) {
  const onKeyDown = useKeys({ rows, ...acts });
  const sections = useMemo(() => sectionsOf(rows, sort === 'tool'), [rows, sort]);
  const at = selected === null ? -1 : rows.findIndex((row) => row.id === selected);
  const choose = (index: number, how: 'click' | 'move') => { const row = rows[index]; if (row) acts.onSelect(row.id, how); };
  return (
    <div className="plugin-rows" onKeyDownCapture={onKeyDown}>
      <WindowedGrid label="Plugins" testId="plugins-grid" cellTestId="plugin-row" className="plugins-pad" sections={sections} cellWidth={null} metrics={METRICS} resetKey={`${sort} ${query}`} selected={at < 0 ? null : at} onRange={() => {}}
        cellClass={() => 'item plugin-cell'} cellLabel={(index) => { const row = rows[index]; return row && spoken(row); }} onOpen={(index) => choose(index, 'click')} onMove={(index) => choose(index, 'move')}
        renderCell={(index) => { const row = rows[index]; return row ? <Row row={row} /> : null; }} />
    </div>
  );
}

export function PluginList({ list, error, onRetry, typed, setTyped, query, sort, setSort, selected, ...acts }: Props) {
  const shell = useShell();
  const rows = list?.rows ?? [];
  const first = rows[0];
  const head = list?.head;
  return (
    <div className="pane-list plugin-list" role="region" aria-label="List of plugins">
      <div className="bar">
        <SearchField className="grow" label="Search plugins" value={typed} onChange={setTyped} onEnter={() => { if (first) acts.onSelect(first.id, 'click'); }} count={head ? head.total.toLocaleString('en') : undefined} keys={typed ? undefined : shell.keys('find.here')} />
        <FilterMenu query={typed} setQuery={setTyped} sort={sort} setSort={setSort} />
      </div>
      <Chips query={typed} setQuery={setTyped} quarantined={head?.quarantined ?? 0} />
      {head?.unknown_filter != null && <p className="small warn-words pad-s plugin-unknown" role="status" data-testid="plugins-unknown"><Prose>{unknownWords(head.unknown_filter)}</Prose></p>}
      {error !== null && <div className="pad-s"><ErrorBox error={error} onRetry={onRetry} /></div>}
      {!list && error === null && <div className="pad-s"><Waiting>Looking at the plugins</Waiting></div>}
      {head && rows.length === 0 && <p className="small muted pad-s" data-testid="plugins-none">No plugin fits “<Foreign>{query}</Foreign>”. Esc in the search clears it.</p>}
      {rows.length > 0 && <Rows rows={rows} sort={sort} selected={selected} query={query} {...acts} />}
      {head && head.total > MOST_ROWS && <p className="caption faint pad-s">The first {MOST_ROWS.toLocaleString('en')} are shown. Search for the rest.</p>}
    </div>
  );
}
