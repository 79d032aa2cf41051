import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { SettingRow, ToolDetail } from '../../bindings';
import { Banners } from '../../app/Banners';
import { keys } from '../../app/queries';
import { toHash } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Titlebar } from '../../app/Titlebar';
import { usePlatform } from '../../platform/context';
import { Banner, Button, ErrorBox, FindingBanner, Foreign, Prose, Icon, SearchField, Segments, Status, Waiting } from '../../ui';
import { FactsList, Inspector, ToolInspector } from './inspect';
import { SettingsTable, isModified } from './SettingsTable';
import { useProbe } from './ToolCard';
import { useToolTabs } from './ToolTabs';

function Head({ detail }: { detail: ToolDetail }) {
  const shell = useShell();
  const { card } = detail;
  const probe = useProbe(card.id);
  const path = card.broken?.file ?? card.path;
  return (
    <div className="detail-head">
      <span className="tile tile-l"><Icon name={card.broken ? 'file' : card.icon} size="l" /></span>
      <div className="grow">
        <h2><Foreign>{card.title || card.name}</Foreign></h2>
        <Status status={card.status} word={card.broken ? 'Can’t be read' : undefined} />
      </div>
      <div className="row">
        {path && <Button icon="folder" onClick={() => shell.showPath(path)} data-testid="tool-show-file">{card.broken ? 'Show file' : 'Show folder'}</Button>}
        <Button icon="refresh" busy={probe.isPending} onClick={() => probe.mutate()} data-testid="tool-probe">{probe.isPending ? 'Measuring' : 'Measure again'}</Button>
      </div>
    </div>
  );
}

/** Stands in the page where no finding says it, so that hiding the inspector hides no cause. */
function BrokenBanner({ broken }: { broken: NonNullable<ToolDetail['card']['broken']> }) {
  const at = [broken.line !== null && `Line ${broken.line}`, broken.column !== null && `column ${broken.column}`].filter(Boolean).join(', ');
  return (
    <Banner kind="err" title={<Prose>{at ? `${at}: ${broken.message}` : broken.message}</Prose>} data-testid="tool-broken">
      <Prose>{broken.hint}</Prose> <code><Foreign>{broken.file}</Foreign></code> is left as it is.
    </Banner>
  );
}

function fits(row: SettingRow, words: string) {
  return `${row.title} ${row.key} ${row.description} ${row.value ?? ''} ${row.group}`.toLowerCase().includes(words);
}

function Settings({ detail, selected, onSelect }: { detail: ToolDetail; selected: string | null; onSelect: (key: string) => void }) {
  const shell = useShell();
  const [typed, setTyped] = useState('');
  const [part, setPart] = useState('all');
  const modified = detail.settings.filter(isModified).length;
  const rows = useMemo(() => {
    const words = typed.trim().toLowerCase();
    return detail.settings.filter((row) => (part === 'all' || isModified(row)) && (!words || fits(row, words)));
  }, [detail.settings, typed, part]);
  const total = detail.settings.length;
  return (
    <>
      <div className="row detail-filter">
        <SearchField className="grow" label={`Filter ${total} ${total === 1 ? 'setting' : 'settings'}`} value={typed} onChange={setTyped} keys={shell.keys('find.here')} count={typed ? `${rows.length} of ${total}` : undefined} />
        <Segments label="Which settings" selected={part} onSelect={setPart} segments={[{ id: 'all', label: 'All', count: total }, { id: 'modified', label: 'Modified', count: modified }]} />
      </div>
      {rows.length === 0 ? <p className="muted small">No setting fits. Esc clears the filter.</p> : <SettingsTable rows={rows} selected={selected} onSelect={onSelect} />}
      <p className="caption faint">
        Read-only in this version.{detail.foreign_keys > 0 && ` ${detail.foreign_keys} other ${detail.foreign_keys === 1 ? 'line' : 'lines'} of its file are named by no schema and stay as they are.`}
      </p>
    </>
  );
}

function Body({ detail, selected, onSelect }: { detail: ToolDetail; selected: string | null; onSelect: (key: string) => void }) {
  return (
    <div className="formpad">
      <Head detail={detail} />
      {detail.card.broken && detail.findings.length === 0 && <BrokenBanner broken={detail.card.broken} />}
      {detail.findings.map((finding) => <FindingBanner key={`${finding.code}${finding.path ?? ''}${finding.message}`} finding={finding} />)}
      {detail.card.description && <p className="muted detail-lead selectable"><Foreign>{detail.card.description}</Foreign></p>}
      {detail.facts.length > 0 && (
        <section><div className="group-head"><h2>Facts</h2></div><div className="group"><FactsList facts={detail.facts} /></div></section>
      )}
      {detail.settings.length > 0 ? (
        <Settings detail={detail} selected={selected} onSelect={onSelect} />
      ) : (
        !detail.card.broken && <p className="muted small">No schema names a setting of this tool, so there is none to show.</p>
      )}
    </div>
  );
}

function Frame({ path, title, children, inspector }: { path: { label: ReactNode; href: string }[]; title: ReactNode; children: ReactNode; inspector?: ReactNode }) {
  return (
    <main className="main" data-testid="tool-detail">
      <Titlebar title={title} path={path} inspector={Boolean(inspector)} />
      <Banners />
      <div className="cols">
        <div className="scroll">{children}</div>
        {inspector}
      </div>
    </main>
  );
}

export function ToolDetailView({ id }: { id: string }) {
  const shell = useShell();
  const platform = usePlatform();
  const tabs = useToolTabs();
  const query = useQuery({ queryKey: [...keys.tools, 'detail', id], queryFn: () => platform.toolGet(id) });
  const [chosen, setChosen] = useState<string | null>(null);
  const root = { label: 'Tools', href: toHash({ view: 'tools', tab: 'global' }) };
  const detail = query.data;
  if (!detail) {
    return (
      <Frame path={[root]} title="Details">
        <div className="pad">{query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : <Waiting>Reading its settings</Waiting>}</div>
      </Frame>
    );
  }
  const tab = tabs.data?.find((entry) => entry.id === detail.card.tab);
  const path = tab ? [root, { label: <Foreign>{tab.title}</Foreign>, href: toHash({ view: 'tools', tab: tab.id }) }] : [root];
  const setting = detail.settings.find((row) => row.key === chosen);
  const inspector = shell.inspector ? (setting ? <Inspector setting={setting} card={detail.card} /> : <ToolInspector card={detail.card} hint={detail.settings.length > 0} />) : <></>;
  return (
    <Frame path={path} title={<Foreign>{detail.card.title || detail.card.name}</Foreign>} inspector={inspector}>
      <Body detail={detail} selected={setting?.key ?? null} onSelect={setChosen} />
    </Frame>
  );
}
