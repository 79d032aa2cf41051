import { useQuery } from '@tanstack/react-query';
import type { AgentRow } from '../bindings';
import type { Handler } from '../commands/handlers';
import { usePlatform } from '../platform/context';
import { Foreign, Glyph, Icon, IconButton, type IconName, MenuButton, age, useNow, visible } from '../ui';
import { needingYou } from '../features/modules/words';
import { keys, useChats, useDrift, useOverview, usePluginsNeeding } from './queries';
import { type Route, toHash, useRoute } from './router';
import { useShell } from './shell-context';

/** Agents beyond these are one click away, in their own view. */
const MOST_AGENTS = 10;

function initial(name: string) {
  return visible([...name.trim()][0] ?? '?').toUpperCase();
}

/** The colour and sign of an agent; `text` in place of the initial. */
export function Avatar({ name, color, text, large }: { name: string; color: number; text?: string | null; large?: boolean }) {
  const tone = color >= 1 && color <= 4 ? color : 1;
  return <span className={`avatar avatar-${tone}${large ? ' avatar-l' : ''}`} aria-hidden="true">{text ? visible(text) : initial(name)}</span>;
}

function AgentLink({ agent, unread, current }: { agent: AgentRow; unread: number; current: boolean }) {
  return (
    <a className="side-row" href={toHash({ view: 'chat', uid: agent.uid })} aria-current={current ? 'page' : undefined} data-testid="sidebar-agent">
      <Avatar name={agent.name} color={agent.color} text={agent.avatar} />
      <span className="label"><Foreign>{agent.name}</Foreign></span>
      {unread > 0 && <span className="badge badge-unread" role="img" aria-label={`${unread.toLocaleString('en')} unread`} data-testid="sidebar-unread">{unread > 99 ? '99+' : unread}</span>}
      <Glyph word={agent.status.word} label={`${agent.status.word}: ${visible(agent.status.reason)}`} />
    </a>
  );
}

function Agents() {
  const shell = useShell();
  const platform = usePlatform();
  const route = useRoute();
  const query = useQuery({ queryKey: [...keys.agents, 'sidebar'], queryFn: () => platform.agentsList('', 0, MOST_AGENTS) });
  const chats = useChats();
  const unreadOf = (agent: AgentRow) => chats.data?.find((row) => row.uid === agent.uid)?.unread ?? agent.unread;
  const total = query.data?.total ?? 0;
  return (
    <>
      <div className="side-head">
        <a className="side-head-link" href={toHash({ view: 'agents', uid: null })}>Agents</a>
        <IconButton icon="plus" label="Add agent…" keys={shell.keys('agent.add')} size="s" onClick={shell.addAgent} data-testid="sidebar-add-agent" />
      </div>
      {query.data?.items.filter((agent) => !agent.archived).map((agent) => <AgentLink key={agent.uid} agent={agent} unread={unreadOf(agent)} current={(route.view === 'agents' || route.view === 'chat') && route.uid === agent.uid} />)}
      {query.data && total === 0 && <a className="side-row faint" href={toHash({ view: 'agents', uid: null })}><span className="label">None yet</span></a>}
      {query.isPending && <span className="side-row faint"><span className="label">Reading the agents</span></span>}
      {query.isError && <a className="side-row faint" href={toHash({ view: 'agents', uid: null })}><Glyph word="Error" /><span className="label">Can’t be read</span></a>}
      {total > MOST_AGENTS && <a className="side-row faint" href={toHash({ view: 'agents', uid: null })}><span className="label">All {total.toLocaleString('en')} agents</span></a>}
    </>
  );
}

function Place({ icon, label, href, current, attention, locked, testId }: { icon: IconName; label: string; href: string; current: boolean; attention: string | null; locked?: boolean; testId: string }) {
  return (
    <a className="side-row" href={href} aria-current={current ? 'page' : undefined} data-testid={testId}>
      <Icon name={icon} />
      <span className="label">{label}</span>
      {attention && <span className="st">{locked ? <span role="img" aria-label={attention} className="side-lock"><Icon name="lock" size="s" /></span> : <Glyph word="Degraded" label={attention} />}</span>}
    </a>
  );
}

/** What needs the operator, from the tabs' counts, the journal and the files. */
function useAttention() {
  const platform = usePlatform();
  const tabs = useQuery({ queryKey: [...keys.tools, 'tabs'], queryFn: () => platform.toolsTabs() });
  const changes = useQuery({ queryKey: [...keys.changes, 'attention'], queryFn: () => platform.changesList('', 'all', 0, 50) });
  const drift = useDrift();
  const overview = useOverview().data;
  const plugins = usePluginsNeeding().data;
  const needing = tabs.data?.filter((tab) => tab.needs_you > 0) ?? [];
  return {
    tools: needing.reduce((sum, tab) => sum + tab.needs_you, 0),
    first: needing[0]?.id ?? 'global',
    changes: changes.data?.items.filter((row) => row.state === 'needs_you').length ?? 0,
    drift: drift.data?.length ?? 0,
    modules: overview?.problems.length ?? 0,
    plugins: plugins?.needing ?? 0,
    quarantined: plugins?.quarantined ?? 0,
    /** Of tools and modules together, what stands in both counted once. */
    things: needingYou(tabs.data ?? [], overview),
    measuredAt: overview?.measured_at ?? null,
    readAt: tabs.dataUpdatedAt || null,
    unknown: !tabs.data,
  };
}

function Measured({ at, readAt }: { at: string | null; readAt: number | null }) {
  const now = useNow();
  if (at !== null) return <span className="caption faint">measured {age(at, now)}</span>;
  return readAt ? <span className="caption faint">read {age(new Date(readAt).toISOString(), now)}</span> : null;
}

/** Where the first thing that needs the operator stands. */
function placeOf(attention: ReturnType<typeof useAttention>): Route {
  if (attention.tools === 0 && attention.modules > 0) return { view: 'modules', tab: 'instances', id: null };
  if (attention.tools === 0 && attention.plugins > 0) return { view: 'plugins', part: 'list', id: null };
  if (attention.tools === 0 && attention.changes > 0) return { view: 'activity', id: null };
  if (attention.tools === 0 && attention.drift > 0) return { view: 'drift', file: null };
  return { view: 'tools', tab: attention.first };
}

function Foot({ handlers }: { handlers: Record<string, Handler> }) {
  const { state, keys: shortcut } = useShell();
  const attention = useAttention();
  const count = attention.things + attention.plugins + attention.changes + attention.drift;
  const words = attention.unknown ? 'Reading the tools' : count === 0 ? (state.install?.agents === 0 ? 'Ready for an agent' : 'Nothing needs you') : count === 1 ? '1 thing needs you' : `${count.toLocaleString('en')} things need you`;
  const href = toHash(placeOf(attention));
  const user = state.user;
  return (
    <div className="side-foot" data-testid="side-foot">
      <Glyph word={attention.unknown ? 'Unknown' : count > 0 ? 'Degraded' : state.install?.agents === 0 ? 'Ready' : 'Healthy'} />
      <a className="grow foot-words" href={href}>
        <span className="small medium">{words}</span>
        <Measured at={attention.measuredAt} readAt={attention.readAt} />
      </a>
      {user && (
        <MenuButton label={`${visible(user.username)}, ${visible(user.role)}`} className="avatar avatar-4 avatar-button" data-testid="user-menu"
          items={[
            { id: 'session.lock', label: 'Lock', text: 'Lock', icon: 'lock', keys: shortcut('session.lock') },
            { id: 'session.sign_out', label: <>Sign out <Foreign>{user.username}</Foreign></>, text: 'Sign out', icon: 'power' },
          ]}
          onAction={(id) => handlers[id]?.run()}>
          {initial(user.username)}
        </MenuButton>
      )}
    </div>
  );
}

export function Sidebar({ handlers }: { handlers: Record<string, Handler> }) {
  const shell = useShell();
  const route = useRoute();
  const attention = useAttention();
  return (
    <aside className="sidebar" aria-label="Sidebar">
      <div className="top" data-tauri-drag-region>
        <span className="brand-name strong" data-tauri-drag-region>{shell.state.brand}</span>
        <IconButton icon="sidebar" label="Hide the sidebar" keys={shell.keys('view.sidebar')} onClick={shell.toggleSidebar} />
      </div>
      <nav aria-label="Places">
        <button type="button" className="find" onClick={shell.openPalette} data-testid="sidebar-find">
          <Icon name="search" size="s" /><span className="grow">Search or run</span><span className="kbd">{shell.keys('palette.open')}</span>
        </button>
        <Agents />
        <div className="side-head"><span>{shell.state.brand}</span></div>
        <Place icon="tools" label="Tools" href={toHash({ view: 'tools', tab: 'global' })} current={route.view === 'tools' || route.view === 'tool'} testId="sidebar-tools"
          attention={attention.tools > 0 ? `${attention.tools} need you` : null} />
        <Place icon="plugin" label="Plugins" href={toHash({ view: 'plugins', part: 'list', id: null })} current={route.view === 'plugins'} testId="sidebar-plugins" locked={attention.quarantined > 0}
          attention={attention.quarantined > 0 ? `${attention.quarantined} in quarantine` : attention.plugins > 0 ? `${attention.plugins} ${attention.plugins === 1 ? 'needs' : 'need'} you` : null} />
        <Place icon="module" label="Modules" href={toHash({ view: 'modules', tab: 'instances', id: null })} current={route.view === 'modules'} testId="sidebar-modules"
          attention={attention.modules > 0 ? `${attention.modules} ${attention.modules === 1 ? 'needs' : 'need'} you` : null} />
        <Place icon="gear" label="Settings" href={toHash({ view: 'settings', section: 'all' })} current={route.view === 'settings' || route.view === 'drift'} testId="sidebar-settings"
          attention={attention.drift > 0 ? `${attention.drift} ${attention.drift === 1 ? 'file was' : 'files were'} changed outside` : null} />
        <Place icon="activity" label="Activity" href={toHash({ view: 'activity', id: null })} current={route.view === 'activity'} testId="sidebar-activity"
          attention={attention.changes > 0 ? `${attention.changes} need you` : null} />
      </nav>
      <Foot handlers={handlers} />
    </aside>
  );
}

