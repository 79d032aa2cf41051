/** One plugin: what it is, what is wrong with it and the way out, and its parts. */
import { type ComponentType, Suspense, lazy, useState } from 'react';
import type { PluginDetail, PluginRow } from '../../bindings';
import { type PluginTab, navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Banner, Button, ErrorBox, Foreign, Icon, MenuButton, type MenuEntry, Prose, Tabs, Waiting, visible } from '../../ui';
import { usePluginActs } from './acts';
import { DependenciesTab } from './DependenciesTab';
import { Overview } from './Overview';
import { usePlugin } from './queries';
import { SettingsTab } from './SettingsTab';
import { UsedByTab, VersionsTab } from './tabs';
import { ToolsTab } from './ToolsTab';
import { sentence } from '../modules/words';
import { many } from './words';

const LogPane = lazy(() => import('../logs/LogPane').then((it) => ({ default: it.LogPane as ComponentType<{ instances: string[]; onClose: () => void; words?: string }> })));

type Shown = PluginTab | 'overview';

const labels: { id: Shown; label: string }[] = [
  { id: 'overview', label: 'Overview' }, { id: 'tools', label: 'Tools' }, { id: 'settings', label: 'Settings' }, { id: 'dependencies', label: 'Dependencies' }, { id: 'versions', label: 'Versions' }, { id: 'log', label: 'Log' }, { id: 'used', label: 'Used by' },
];

/** What else a plugin is called besides its name: "3.0.0 · for SMCP". */
function About({ detail }: { detail: PluginDetail }) {
  const { row } = detail;
  return <span className="faint plugin-about">{row.version !== null && <><Foreign>{row.version}</Foreign> · </>}for <Foreign>{row.tool_title}</Foreign></span>;
}

function Head({ detail, onTab, onRemove }: { detail: PluginDetail; onTab: (tab: Shown) => void; onRemove: () => void }) {
  const shell = useShell();
  const acts = usePluginActs();
  const { row } = detail;
  const more: MenuEntry[] = [
    ...(row.update !== null ? [{ id: 'update', label: 'Update…', text: 'Update', icon: 'download' as const }] : []),
    { id: 'graph', label: 'Show in the graph', text: 'Show in the graph', icon: 'ports' },
    { id: 'culprit', label: 'Find the culprit…', text: 'Find the culprit', icon: 'search' },
    { id: 'remove', label: 'Remove…', text: 'Remove', icon: 'trash' },
  ];
  const act = (id: string) => {
    if (id === 'update') acts.update(row);
    else if (id === 'graph') navigate({ view: 'plugins', part: 'graph', id: row.id });
    else if (id === 'culprit') shell.findCulprit(row.tool);
    else onRemove();
  };
  return (
    <div className="detail-head plugin-head">
      <span className="tile tile-l"><Icon name={row.icon} size="l" /></span>
      <div className="grow">
        <h2><Foreign>{row.title || row.name}</Foreign> <About detail={detail} /></h2>
        <p className="small muted plugin-lead"><Foreign>{row.description}</Foreign>{row.tools !== null && row.tools > 0 && ` Adds ${many(row.tools, 'tool')}${row.agent === null ? ' to every agent' : ''}.`}</p>
      </div>
      <div className="row plugin-acts">
        {row.update !== null && !row.quarantined && <Button icon="download" onClick={() => acts.update(row)} data-testid="plugin-update"><span>Update to <span className="cut chip-cut"><Foreign>{row.update}</Foreign></span>…</span></Button>}
        {!row.quarantined && <Button icon={row.enabled ? 'power' : 'play'} onClick={() => acts.enable(row, !row.enabled)} data-testid="plugin-enable">{row.enabled ? 'Disable…' : 'Enable…'}</Button>}
        <Button icon="tools" onClick={() => onTab('settings')} data-testid="plugin-settings">Settings</Button>
        <MenuButton label={`More for ${visible(row.title)}`} className="btn btn-icon" data-testid="plugin-more" items={more} onAction={act}><Icon name="more" /></MenuButton>
      </div>
    </div>
  );
}

/** At most one, and always with the way out. */
function Trouble({ detail, onTab, onSetting }: { detail: PluginDetail; onTab: (tab: Shown) => void; onSetting: (key: string) => void }) {
  const shell = useShell();
  const acts = usePluginActs();
  const { row } = detail;
  const back = detail.versions.find((version) => version.current) ?? detail.versions[0];
  const changed = detail.files.filter((file) => file.state !== null && file.state !== 'same').length;
  const isChanged = detail.findings.some((finding) => finding.code === 'plugin_changed');
  if (row.quarantined) {
    return (
      <Banner kind="warn" icon="lock" data-testid="plugin-quarantine" title={<>In quarantine: <Prose>{row.status.reason || 'it was put aside'}</Prose>.</>} actions={(
        <>
          <Button size="s" onClick={() => acts.release(row)} data-testid="plugin-release">Trust these files…</Button>
          {back && <Button size="s" kind="primary" onClick={() => acts.putBack(row, back)} data-testid="plugin-restore"><span>Put <span className="cut chip-cut"><Foreign>{back.version ?? 'it'}</Foreign></span> back…</span></Button>}
        </>
      )}>
        <Foreign>{row.tool_title}</Foreign> runs without it, the other plugins are not touched. {changed > 0 ? `If you changed ${changed === 1 ? 'this file' : 'these files'} yourself, trust them. If not, put back what was installed.` : 'Look at why first; then trust it again, or put an earlier version back.'}
      </Banner>
    );
  }
  if (isChanged) {
    const other = detail.versions.find((version) => !version.current);
    return (
      <Banner kind="err" icon="lock" data-testid="plugin-changed" title="Its files are not what was installed." actions={(
        <>
          <Button size="s" onClick={() => acts.release(row)} data-testid="plugin-release">Trust these files…</Button>
          {other && <Button size="s" onClick={() => acts.putBack(row, other)} data-testid="plugin-restore"><span>Put <span className="cut chip-cut"><Foreign>{other.version ?? 'another version'}</Foreign></span> back…</span></Button>}
          {row.enabled && <Button size="s" onClick={() => acts.enable(row, false)} data-testid="plugin-off">Disable…</Button>}
        </>
      )}>
        {changed > 0 ? `${many(changed, 'file')} ${changed === 1 ? 'differs' : 'differ'}, listed below. ` : 'Which of them differ is not known. '}{row.enabled && <><Foreign>{row.tool_title}</Foreign> loads it as it is now. </>}If that was you, trust them. If not, disable it and install it again.
      </Banner>
    );
  }
  if (row.status.word === 'Error') {
    return (
      <Banner kind="err" data-testid="plugin-error" title={<Prose>{sentence(row.status.reason) || 'It does not work.'}</Prose>} actions={(
        <>
          {detail.log !== null && <Button size="s" onClick={() => onTab('log')} data-testid="plugin-show-log">Show log</Button>}
          {row.missing[0] !== undefined ? <Button size="s" kind="primary" onClick={() => onSetting(row.missing[0]!)} data-testid="plugin-set-missing"><span>Set <Foreign>{row.missing[0]}</Foreign></span></Button>
            : row.enabled && <Button size="s" onClick={() => acts.enable(row, false)}>Disable…</Button>}
        </>
      )}>
        {row.status.evidence.length > 0 && <Prose>{row.status.evidence.map(sentence).join(' ')}</Prose>} The other plugins are not touched.
      </Banner>
    );
  }
  if (row.missing.length > 0) {
    return (
      <Banner kind="warn" data-testid="plugin-needs" title={`It cannot run before ${row.missing.length === 1 ? 'a setting is' : `${row.missing.length} settings are`} set.`}
        actions={row.missing.slice(0, 2).map((key) => <Button key={key} size="s" onClick={() => onSetting(key)} data-testid="plugin-set-missing"><span>Set <Foreign>{key}</Foreign></span></Button>)}>
        <Foreign>{row.missing.join(', ')}</Foreign>
      </Banner>
    );
  }
  if (row.restart_needed) return <Banner kind="info" title={<><Foreign>{row.tool_title}</Foreign> must restart before this is seen.</>} data-testid="plugin-restart" actions={<Button size="s" onClick={() => navigate({ view: 'modules', tab: 'instances', id: row.tool })}>Go to it</Button>} />;
  if (!detail.trusted && row.kind === 'smcp' && row.tools === null) return <Banner kind="info" title="It was not asked for its tools." data-testid="plugin-untrusted" actions={<Button size="s" onClick={() => shell.findCulprit(row.tool)}>Find the culprit…</Button>}>Asking runs its code, and its files were not trusted yet.</Banner>;
  return null;
}

function Loaded({ detail, asked, onRemove }: { detail: PluginDetail; asked: PluginTab | undefined; onRemove: (row: PluginRow) => void }) {
  const { row } = detail;
  const [setting, setSetting] = useState<string | null>(null);
  const tab: Shown = asked ?? 'overview';
  const go = (next: string) => navigate({ view: 'plugins', part: 'list', id: row.id, ...(next === 'overview' ? {} : { tab: next as PluginTab }) }, { replace: true });
  const goSetting = (key: string) => { setSetting(null); setTimeout(() => setSetting(key)); go('settings'); };
  const fills = tab === 'log' || (tab === 'settings' && detail.settings_card !== null && detail.settings.length > 0);
  const tabs = labels.map((one) => (one.id === 'tools' && detail.tools.length > 0 ? { ...one, count: detail.tools.length } : one.id === 'versions' && detail.versions.length > 1 ? { ...one, count: detail.versions.length } : one));
  return (
    <div className={fills ? 'plugin-page plugin-fills' : 'plugin-page scroll'} data-testid="plugin-page" tabIndex={-1}>
      <div className="plugin-pad">
        <Head detail={detail} onTab={go} onRemove={() => onRemove(row)} />
        <Trouble detail={detail} onTab={go} onSetting={goSetting} />
        <div className="plugin-tabs"><Tabs label="Parts of the plugin" tabs={tabs} selected={tab} onSelect={go} panelId="plugin-panel" /></div>
        {!fills && <div className="agent-panel" role="tabpanel" id="plugin-panel" aria-label={labels.find((one) => one.id === tab)?.label} data-testid={`plugin-panel-${tab}`}>
          {tab === 'overview' && <Overview detail={detail} />}
          {tab === 'tools' && <ToolsTab detail={detail} />}
          {tab === 'settings' && <SettingsTab detail={detail} setting={null} />}
          {tab === 'dependencies' && <DependenciesTab row={row} />}
          {tab === 'versions' && <VersionsTab detail={detail} />}
          {tab === 'used' && <UsedByTab detail={detail} />}
        </div>}
      </div>
      {fills && (
        <div className="plugin-fill" role="tabpanel" id="plugin-panel" aria-label={labels.find((one) => one.id === tab)?.label} data-testid={`plugin-panel-${tab}`}>
          {tab === 'settings' && <SettingsTab detail={detail} setting={setting} />}
          {tab === 'log' && (detail.log === null
            ? <p className="muted small pad">No log tells of it.</p>
            : <Suspense fallback={<div className="pad"><Waiting>Opening the log</Waiting></div>}><LogPane instances={[detail.log]} words={row.name} onClose={() => go('overview')} /></Suspense>)}
        </div>
      )}
    </div>
  );
}

export function PluginPage({ id, tab, onRemove }: { id: string; tab: PluginTab | undefined; onRemove: (row: PluginRow) => void }) {
  const query = usePlugin(id);
  if (query.data) return <Loaded detail={query.data} asked={tab} onRemove={onRemove} />;
  return <div className="plugin-page pad">{query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : <Waiting>Reading the plugin</Waiting>}</div>;
}
