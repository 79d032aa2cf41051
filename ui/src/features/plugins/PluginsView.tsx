/** Plugins of all tools: the list with what each is, what needs what, and the tools the running server offers. */
import { Suspense, lazy, useDeferredValue, useRef, useState } from 'react';
import type { PluginRow, PluginSort } from '../../bindings';
import { Banners } from '../../app/Banners';
import { type PluginTab, type PluginsPart, navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Titlebar } from '../../app/Titlebar';
import { Button, EmptyState, ErrorBox, Icon, MenuButton, Segments, Waiting } from '../../ui';
import { usePluginActs } from './acts';
import { PluginList } from './PluginList';
import { PluginPage } from './PluginPage';
import { usePlugins } from './queries';
import { RemoveDialog } from './RemoveDialog';
import { countsWords } from './words';

const GraphView = lazy(() => import('./GraphView').then((it) => ({ default: it.GraphView })));
const ServerTools = lazy(() => import('./ServerTools').then((it) => ({ default: it.ServerTools })));

const parts: { id: PluginsPart; label: string }[] = [{ id: 'list', label: 'Installed' }, { id: 'graph', label: 'Graph' }, { id: 'tools', label: 'Tools' }];

function NoPlugins() {
  const shell = useShell();
  return (
    <EmptyState icon="plugin" title="No plugins yet" action={<Button kind="primary" icon="plus" onClick={() => shell.installPlugin(null)} data-testid="empty-install">Install a plugin…</Button>}>
      <p>A plugin belongs to one tool. Those of SMCP add tools that agents can use, those of Broca add a platform to speak on.</p>
      <p>Drop a folder or an archive on this window. It is put in quarantine and read there; nothing of it runs before you say so.</p>
    </EmptyState>
  );
}

/** Waits until the page of a plugin is there, then moves the focus into it. */
function focusPage(tries = 20) {
  const page = document.querySelector<HTMLElement>('[data-testid="plugin-page"] .plugin-tabs [aria-selected="true"]');
  if (page) page.focus();
  else if (tries > 0) setTimeout(() => focusPage(tries - 1), 25);
}

function Installed({ id, tab }: { id: string | null; tab: PluginTab | undefined }) {
  const acts = usePluginActs();
  const [typed, setTyped] = useState('');
  const query = useDeferredValue(typed.trim());
  const [sort, setSort] = useState<PluginSort>('tool');
  const [removing, setRemoving] = useState<PluginRow | null>(null);
  const list = usePlugins(query, sort);
  const { data } = list;
  const first = useRef<string | null>(null);
  // The first is shown until one was chosen, and stays while the list is narrowed; one that is gone makes room for the next.
  const whole = query === '' && !list.isPlaceholderData;
  if (first.current === null || (data && whole && !data.rows.some((one) => one.id === first.current))) first.current = data?.rows[0]?.id ?? null;
  const shown = id ?? first.current;
  const go = (next: string, replace: boolean) => navigate({ view: 'plugins', part: 'list', id: next, ...(tab && { tab }) }, { replace });
  if (data && data.head.all === 0) return <NoPlugins />;
  return (
    <div className="cols plugins-cols">
      <PluginList list={data} error={list.error} onRetry={() => void list.refetch()} selected={shown} typed={typed} setTyped={setTyped} query={query} sort={sort} setSort={setSort}
        onSelect={(next, how) => go(next, how === 'move' || id === null)} onEnter={(of) => { if (of.id !== shown) go(of.id, true); focusPage(); }} onSwitch={acts.toggle} onRemove={setRemoving} onUpdate={acts.update} />
      <div className="canvas plugin-column" role="region" aria-label="Plugin">{shown !== null && <PluginPage key={shown} id={shown} tab={tab} onRemove={setRemoving} />}</div>
      {removing && <RemoveDialog row={removing} onClose={() => setRemoving(null)} />}
    </div>
  );
}

export function PluginsView({ part, id, tab }: { part: PluginsPart; id: string | null; tab?: PluginTab }) {
  const shell = useShell();
  const all = usePlugins('', 'tool');
  const head = all.data?.head;
  return (
    <main className="main" data-testid="plugins-view">
      <Titlebar title="Plugins" sub={head && head.all > 0 ? countsWords(head) : undefined} inspector={part === 'list' && tab === 'settings'}>
        <Segments label="Part of the plugins" segments={parts} selected={part} onSelect={(next) => navigate({ view: 'plugins', part: next as PluginsPart, id: null })} />
        <Button kind="quiet" icon="plus" onClick={() => shell.installPlugin(null)} aria-label="Install a plugin…" data-testid="plugins-install"><span className="install-words">Install a plugin…</span></Button>
        <MenuButton label="More for all plugins" className="btn btn-icon btn-quiet" data-testid="plugins-more" onAction={() => shell.findCulprit(null)} items={[{ id: 'culprit', label: 'Find the culprit…', text: 'Find the culprit', icon: 'search' }]}><Icon name="more" /></MenuButton>
      </Titlebar>
      <Banners />
      {part === 'list' && (all.error !== null && !all.data ? <div className="pad"><ErrorBox error={all.error} onRetry={() => void all.refetch()} /></div> : <Installed id={id} tab={tab} />)}
      {part !== 'list' && <Suspense fallback={<div className="pad"><Waiting>Opening</Waiting></div>}>{part === 'graph' ? <GraphView focus={id} /> : <ServerTools name={id} />}</Suspense>}
    </main>
  );
}
