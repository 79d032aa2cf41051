import type { ToolDetail } from '../../bindings';
import { Banners } from '../../app/Banners';
import { toHash } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Titlebar } from '../../app/Titlebar';
import { Banner, Button, FindingBanner, Foreign, Prose, Icon, Status } from '../../ui';
import { ToolSettings, useToolDetail } from '../settings/ToolSettings';
import { FactsList, ToolInspector } from './inspect';
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

function Top({ detail }: { detail: ToolDetail }) {
  return (
    <>
      <Head detail={detail} />
      {detail.card.broken && detail.findings.length === 0 && <BrokenBanner broken={detail.card.broken} />}
      {detail.findings.map((finding) => <FindingBanner key={`${finding.code}${finding.path ?? ''}${finding.message}`} finding={finding} />)}
      {detail.card.description && <p className="muted detail-lead selectable"><Foreign>{detail.card.description}</Foreign></p>}
      {detail.settings.length === 0 && detail.facts.length > 0 && (
        <section><div className="group-head"><h2>Facts</h2></div><div className="group"><FactsList facts={detail.facts} /></div></section>
      )}
    </>
  );
}

/** A tool or module: its status, then its settings as a form. */
export function ToolDetailView({ id, setting = null }: { id: string; setting?: string | null }) {
  const tabs = useToolTabs();
  const detail = useToolDetail(id).data;
  const root = { label: 'Tools', href: toHash({ view: 'tools', tab: 'global' }) };
  const tab = detail && tabs.data?.find((entry) => entry.id === detail.card.tab);
  const path = tab ? [root, { label: <Foreign>{tab.title}</Foreign>, href: toHash({ view: 'tools', tab: tab.id }) }] : [root];
  return (
    <main className="main" data-testid="tool-detail">
      <Titlebar title={detail ? <Foreign>{detail.card.title || detail.card.name}</Foreign> : 'Details'} path={path} inspector={detail !== undefined} />
      <Banners />
      <ToolSettings id={id} setting={setting} top={detail && <Top detail={detail} />} idle={detail && <ToolInspector detail={detail} />} />
    </main>
  );
}
