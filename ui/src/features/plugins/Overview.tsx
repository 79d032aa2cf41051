import type { PluginDetail } from '../../bindings';
import { FindingBanner, Foreign, Icon, visible } from '../../ui';
import { Files, Needs, Reach } from './parts';
import { kindWords } from './words';

/** Trust: where it comes from, what its files are now, what it can reach, what it needs. */
export function Overview({ detail }: { detail: PluginDetail }) {
  const { row } = detail;
  const current = detail.versions.find((version) => version.current);
  // The banner above says it, with the ways out.
  const isChanged = detail.findings.some((finding) => finding.code === 'plugin_changed');
  const facts = [...detail.facts, ...(detail.facts.some((fact) => fact.name === 'Kind') ? [] : [{ name: 'Kind', value: kindWords(row.kind), mono: false }])];
  return (
    <>
      {detail.findings.filter((finding) => finding.code !== 'plugin_changed').map((finding) => <FindingBanner key={`${finding.code}${finding.path ?? ''}${finding.message}`} finding={finding} />)}
      <div className="plugin-two">
        <section aria-label="Where it comes from"><div className="group-head"><h2>Where it comes from</h2></div><div className="group"><dl className="facts plugin-facts">{facts.map((fact) => <div key={fact.name} className="facts-line"><dt><Foreign>{fact.name}</Foreign></dt><dd className={fact.mono ? 'mono selectable' : 'selectable'}><Foreign>{fact.value}</Foreign></dd></div>)}</dl></div></section>
        <Files files={detail.files} hash={detail.hash} expected={row.quarantined || isChanged ? current?.hash : undefined} compare={{ kind: 'installed', id: row.id }} />
      </div>
      <Reach reach={detail.reach} note={row.quarantined ? 'read from its code, never run while in quarantine' : 'read from its code; what it hides there is not seen'} />
      <Needs needs={detail.needs} />
      {detail.readme !== null && (
        <details className="group py-fold plugin-readme" data-testid="plugin-readme">
          <summary><Icon name="right" size="s" />Readme</summary>
          <pre className="said-text" tabIndex={0} aria-label={`Readme of ${visible(row.title)}`}><Foreign>{detail.readme}</Foreign></pre>
        </details>
      )}
    </>
  );
}
