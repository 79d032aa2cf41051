import { useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react';
import type { ToolCard, ToolPage } from '../../bindings';
import { isEditable } from '../../commands/shortcut';
import { Banners } from '../../app/Banners';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Titlebar } from '../../app/Titlebar';
import { usePlatform } from '../../platform/context';
import { EmptyState, ErrorBox, SearchField, type Section, Waiting, WindowedGrid, usePaged, useToasts, visible } from '../../ui';
import { NothingFound, NoTools } from './empty';
import { placeOfCard } from './place';
import { ToolCardBody, ToolCardWaiting } from './ToolCard';
import { ToolTabs, useToolTabs } from './ToolTabs';

const METRICS = { rowHeight: 140, gap: 12, headHeight: 30, sectionGap: 24, top: 20, bottom: 32 };

function sectionsOf(head: ToolPage | undefined): Section[] {
  if (!head) return [];
  const needs = Math.min(head.needs_you, head.total);
  return [
    { key: 'needs', title: 'Needs you', count: needs },
    { key: 'order', title: 'In order', count: head.total - needs },
  ];
}

/** Digits open a card and Enter the first, wherever no text is being written. */
function useDigits(open: (index: number) => void, total: number) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isEditable(event.target) || document.querySelector('.scrim')) return;
      const digit = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
      const first = event.key === 'Enter' && (event.target === document.body || (event.target as Element).matches('[data-tab]'));
      const index = digit ? digit - 1 : first ? 0 : -1;
      if (index < 0 || index >= total) return;
      event.preventDefault();
      open(index);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [open, total]);
}

function Grid({ tab, title, query, onCount }: { tab: string; title: string; query: string; onCount: (total: number | null) => void }) {
  const platform = usePlatform();
  const [range, setRange] = useState<[number, number]>([0, 1]);
  const paged = usePaged<ToolCard, ToolPage>([...keys.tools, 'list', tab, query], (offset, limit) => platform.toolsList(tab, query, offset, limit), range[0], range[1]);
  const onRange = useCallback((from: number, to: number) => setRange((old) => (old[0] === from && old[1] === to ? old : [from, to])), []);
  const sections = useMemo(() => sectionsOf(paged.head), [paged.head]);
  const { at } = paged;
  const open = useCallback((index: number) => { const card = at(index); if (card) navigate(placeOfCard(card)); }, [at]);
  useDigits(open, paged.total);
  const total = paged.head ? paged.total : null;
  useEffect(() => onCount(total), [total, onCount]);
  if (!paged.head) {
    return <div className="pad">{paged.error ? <ErrorBox error={paged.error} onRetry={paged.refetch} /> : <Waiting>Reading the tools of {visible(title)}</Waiting>}</div>;
  }
  if (paged.total === 0) return query ? <NothingFound query={query} title={title} /> : <NoTools tab={tab} title={title} />;
  return (
    <>
      {paged.error !== null && <div className="pad"><ErrorBox error={paged.error} onRetry={paged.refetch} /></div>}
      <WindowedGrid label={`${visible(title)} tools`} testId="tools-grid" cellTestId="tool-card" className="tools-pad" sections={sections} cellWidth={272} metrics={METRICS} resetKey={`${tab} ${query}`}
        cellClass={(index) => (at(index)?.broken ? 'card card-broken' : 'card')}
        cellLabel={(index) => { const card = at(index); return card ? `${visible(card.title || card.name)}, ${card.broken ? 'can’t be read' : card.status.word}` : 'Reading this card'; }}
        onOpen={open} onRange={onRange}
        renderCell={(index, stop) => {
          const card = at(index);
          return card ? <ToolCardBody card={card} digit={index < 9 ? index + 1 : null} stop={stop} onOpen={() => open(index)} /> : <ToolCardWaiting />;
        }} />
    </>
  );
}

export function ToolsView({ tab }: { tab: string }) {
  const shell = useShell();
  const tabs = useToolTabs();
  const [typed, setTyped] = useState('');
  const query = useDeferredValue(typed.trim());
  const [count, setCount] = useState<number | null>(null);
  const platform = usePlatform();
  const toasts = useToasts();
  // The first of what was typed, not of what the grid still shows.
  const openFirst = () => {
    platform.toolsList(tab, typed.trim(), 0, 1).then(({ items }) => { if (items[0]) navigate(placeOfCard(items[0])); }, (thrown: unknown) => toasts.fail(thrown));
  };
  useEffect(() => setTyped(''), [tab]);
  const known = tabs.data?.find((entry) => entry.id === tab);
  const title = known?.title ?? (tab === 'global' ? 'Global' : tab === 'smcp' ? 'SMCP' : tab.replace(/^agent:/, ''));
  const words = count === null ? undefined : `${count.toLocaleString('en')} ${count === 1 ? 'tool' : 'tools'}`;
  return (
    <main className="main" data-testid="tools-view">
      <Titlebar title="Tools" sub={shell.state.install?.root_short} />
      <div className="subbar">
        {tabs.data ? <ToolTabs tabs={tabs.data} selected={tab} panelId="tools-panel" /> : <span className="grow" />}
        <SearchField className="search-tools" label={`Search ${tab === 'global' ? 'global' : visible(title)} tools`} value={typed} onChange={setTyped} count={words} keys={shell.keys('find.here')} onEnter={openFirst} />
      </div>
      <Banners />
      <div className="panel" role="tabpanel" id="tools-panel" aria-label={`${visible(title)} tools`}>
        {tabs.error && <div className="pad"><ErrorBox error={tabs.error} onRetry={() => void tabs.refetch()} /></div>}
        {tabs.data && !known ? (
          <EmptyState icon="tools" title="This tab is gone"><p>The agent was removed or renamed.</p></EmptyState>
        ) : (
          <Grid tab={tab} title={title} query={query} onCount={setCount} />
        )}
      </div>
    </main>
  );
}
