import { useQuery } from '@tanstack/react-query';
import type { AgentRow } from '../bindings';
import type { Handler } from '../commands/handlers';
import { usePlatform } from '../platform/context';
import { Foreign, Glyph, Icon, IconButton, type IconName, MenuButton, age, useNow, visible } from '../ui';
import { keys } from './queries';
import { toHash, useRoute } from './router';
import { useShell } from './shell-context';

/** Agents beyond these are one click away, in their own view. */
const MOST_AGENTS = 10;

function initial(name: string) {
  return visible([...name.trim()][0] ?? '?').toUpperCase();
}

export function Avatar({ name, color, large }: { name: string; color: number; large?: boolean }) {
  const tone = color >= 1 && color <= 4 ? color : 1;
  return <span className={`avatar avatar-${tone}${large ? ' avatar-l' : ''}`} aria-hidden="true">{initial(name)}</span>;
}

function AgentLink({ agent, current }: { agent: AgentRow; current: boolean }) {
  return (
    <a className="side-row" href={toHash({ view: 'agents', uid: agent.uid })} aria-current={current ? 'page' : undefined} data-testid="sidebar-agent">
      <Avatar name={agent.name} color={agent.color} />
      <span className="label"><Foreign>{agent.name}</Foreign></span>
      <Glyph word={agent.status.word} label={`${agent.status.word}: ${visible(agent.status.reason)}`} />
    </a>
  );
}

function Agents() {
  const shell = useShell();
  const platform = usePlatform();
  const route = useRoute();
  const query = useQuery({ queryKey: [...keys.agents, 'sidebar'], queryFn: () => platform.agentsList('', 0, MOST_AGENTS) });
  const total = query.data?.total ?? 0;
  return (
    <>
      <div className="side-head">
        <a className="side-head-link" href={toHash({ view: 'agents', uid: null })}>Agents</a>
        <IconButton icon="plus" label="Add agent…" keys={shell.keys('agent.add')} size="s" onClick={shell.addAgent} data-testid="sidebar-add-agent" />
      </div>
      {query.data?.items.map((agent) => <AgentLink key={agent.uid} agent={agent} current={route.view === 'agents' && route.uid === agent.uid} />)}
      {query.data && total === 0 && <a className="side-row faint" href={toHash({ view: 'agents', uid: null })}><span className="label">None yet</span></a>}
      {query.isPending && <span className="side-row faint"><span className="label">Reading the agents</span></span>}
      {query.isError && <a className="side-row faint" href={toHash({ view: 'agents', uid: null })}><Glyph word="Error" /><span className="label">Can’t be read</span></a>}
      {total > MOST_AGENTS && <a className="side-row faint" href={toHash({ view: 'agents', uid: null })}><span className="label">All {total.toLocaleString('en')} agents</span></a>}
    </>
  );
}

function Place({ icon, label, href, current, attention, testId }: { icon: IconName; label: string; href: string; current: boolean; attention: string | null; testId: string }) {
  return (
    <a className="side-row" href={href} aria-current={current ? 'page' : undefined} data-testid={testId}>
      <Icon name={icon} />
      <span className="label">{label}</span>
      {attention && <span className="st"><Glyph word="Degraded" label={attention} /></span>}
    </a>
  );
}

/** What needs the operator, from the tabs' counts. */
function useAttention() {
  const platform = usePlatform();
  const tabs = useQuery({ queryKey: [...keys.tools, 'tabs'], queryFn: () => platform.toolsTabs() });
  const changes = useQuery({ queryKey: [...keys.changes, 'attention'], queryFn: () => platform.changesList('', 'all', 0, 50) });
  const needing = tabs.data?.filter((tab) => tab.needs_you > 0) ?? [];
  return {
    tools: needing.reduce((sum, tab) => sum + tab.needs_you, 0),
    first: needing[0]?.id ?? 'global',
    changes: changes.data?.items.filter((row) => row.state === 'needs_you').length ?? 0,
    readAt: tabs.dataUpdatedAt || null,
    unknown: !tabs.data,
  };
}

function Measured({ at }: { at: number | null }) {
  const now = useNow();
  return at ? <span className="caption faint">read {age(new Date(at).toISOString(), now)}</span> : null;
}

function Foot({ handlers }: { handlers: Record<string, Handler> }) {
  const { state, keys: shortcut } = useShell();
  const attention = useAttention();
  const count = attention.tools + attention.changes;
  const words = attention.unknown ? 'Reading the tools' : count === 0 ? (state.install?.agents === 0 ? 'Ready for an agent' : 'Nothing needs you') : count === 1 ? '1 thing needs you' : `${count.toLocaleString('en')} things need you`;
  const href = attention.tools > 0 || attention.changes === 0 ? toHash({ view: 'tools', tab: attention.first }) : toHash({ view: 'activity', id: null });
  const user = state.user;
  return (
    <div className="side-foot" data-testid="side-foot">
      <Glyph word={attention.unknown ? 'Unknown' : count > 0 ? 'Degraded' : state.install?.agents === 0 ? 'Ready' : 'Healthy'} />
      <a className="grow foot-words" href={href}>
        <span className="small medium">{words}</span>
        <Measured at={attention.readAt} />
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
        <Place icon="activity" label="Activity" href={toHash({ view: 'activity', id: null })} current={route.view === 'activity'} testId="sidebar-activity"
          attention={attention.changes > 0 ? `${attention.changes} need you` : null} />
      </nav>
      <Foot handlers={handlers} />
    </aside>
  );
}

