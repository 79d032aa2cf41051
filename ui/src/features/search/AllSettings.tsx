import { type KeyboardEvent, useDeferredValue, useEffect, useRef, useState } from 'react';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import type { Platform } from '../../platform/platform';
import { EmptyState, ErrorBox, Foreign, Prose, SearchField, Waiting, useToasts } from '../../ui';
import type { GridApi } from '../../ui/WindowedGrid';
import { FilterChips } from './FilterChips';
import { linkIn, pastedLink } from './filters';
import { HitList, type Hits, openHit, useHits } from './HitList';
import { useSettingLink } from './use-setting-link';

/** "37 of 10,412", or all of them. */
function countOf({ head }: Hits): string | undefined {
  if (!head) return undefined;
  const of = head.of.toLocaleString('en');
  return head.total === head.of ? `${of} ${head.of === 1 ? 'setting' : 'settings'}` : `${head.total.toLocaleString('en')} of ${of}`;
}

/** The question of the last visit, so that going back finds it there; by window, and only for who asked. */
const kept = new WeakMap<Platform, { user: number | undefined; typed: string }>();

function useQuestion() {
  const platform = usePlatform();
  const user = useShell().state.user?.id;
  const [typed, setTyped] = useState(() => { const last = kept.get(platform); return last && last.user === user ? last.typed : ''; });
  useEffect(() => { kept.set(platform, { user, typed }); }, [platform, user, typed]);
  return { typed, setTyped, query: useDeferredValue(typed.trim()) };
}

function Nothing({ query, of }: { query: string; of: number }) {
  if (of === 0) return <EmptyState icon="tools" title="There is no setting yet"><p>As soon as a tool or an agent’s module is here, its settings can be found in this place.</p></EmptyState>;
  return <EmptyState icon="search" title="No setting fits"><p>Nothing has “<Foreign>{query}</Foreign>” in its name, key, value or description. Esc clears the search.</p></EmptyState>;
}

/** Search over every setting of every tool. */
export function AllSettings() {
  const shell = useShell();
  const platform = usePlatform();
  const toasts = useToasts();
  const { typed, setTyped, query } = useQuestion();
  const { hits, onRange } = useHits(query);
  const grid = useRef<GridApi | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const follow = useSettingLink();
  useEffect(() => { field.current?.focus(); }, []);
  // What was typed counts, not what the list still shows.
  const first = () => {
    const link = linkIn(typed);
    if (link) follow(link, () => setTyped(''));
    else platform.settingsSearch(typed.trim(), 0, 1).then(({ items }) => openHit(items[0]), (thrown: unknown) => toasts.fail(thrown));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' || hits.total === 0 || event.target !== field.current) return;
    event.preventDefault();
    grid.current?.focusCell(0);
  };
  const change = (text: string) => {
    setTyped(text);
    const link = pastedLink(typed, text);
    if (link) follow(link, () => setTyped(''));
  };
  const { head } = hits;
  return (
    <div className="panel list-column" onKeyDown={onKeyDown} data-testid="all-settings">
      <div className="subbar search-bar">
        <SearchField className="grow" label="Search all settings" value={typed} onChange={change} onEnter={first} keys={shell.keys('find.here')} count={countOf(hits)} inputRef={field} data-testid="settings-search" />
      </div>
      <div className="subbar search-filters"><FilterChips query={typed} setQuery={(next) => { setTyped(next); field.current?.focus(); }} /></div>
      {head?.unknown && <p className="small search-hint" role="status" data-testid="search-unknown"><Prose>{head.unknown}</Prose></p>}
      {hits.error !== null && <div className="pad"><ErrorBox error={hits.error} onRetry={hits.refetch} /></div>}
      {hits.isPending && !hits.error && <div className="pad"><Waiting>Looking through the settings</Waiting></div>}
      {head && hits.total === 0 && <Nothing query={query} of={head.of} />}
      {hits.total > 0 && <HitList hits={hits} query={query} onRange={onRange} apiRef={grid} label="Settings found" />}
    </div>
  );
}
