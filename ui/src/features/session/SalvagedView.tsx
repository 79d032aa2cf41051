import type { SalvageReport } from '../../bindings';
import { Banner, Button, CopyButton, Foreign, Prose } from '../../ui';
import { SessionFrame } from './frame';

/** What came of the salvage. It stays until it was read: what follows is the sign-in. */
export function SalvagedView({ brand, report, onGoOn }: { brand: string; report: SalvageReport; onGoOn: () => void }) {
  const { rows, kept, findings } = report;
  return (
    <SessionFrame brand={brand} title="What could be read is in a new registry" onSubmit={(event) => { event.preventDefault(); onGoOn(); }}>
      <div className="trouble" data-testid="salvaged">
        <dl className="facts facts-narrow">
          <dt>Salvaged</dt><dd>{rows.toLocaleString('en')} {rows === 1 ? 'row' : 'rows'}</dd>
          <dt>Damaged file</dt><dd className="row"><code className="salvage-kept selectable"><Foreign>{kept}</Foreign></code><CopyButton text={kept} label="Copy the path" /></dd>
        </dl>
        {findings.length === 0 ? <p className="small muted">Nothing was found that could not be read.</p> : (
          <>
            <Banner kind="warn" title={findings.length === 1 ? 'One thing could not be read.' : `${findings.length.toLocaleString('en')} things could not be read.`} />
            <ul className="salvage-findings selectable" tabIndex={0} aria-label="What could not be read">{findings.slice(0, 200).map((text, i) => <li key={i}><Prose>{text}</Prose></li>)}</ul>
            {findings.length > 200 && <p className="caption faint">And {(findings.length - 200).toLocaleString('en')} more.</p>}
          </>
        )}
        <Button type="submit" kind="primary" size="l" autoFocus data-testid="salvaged-go-on">Go on</Button>
        <p className="caption faint center-sub">The damaged file is not deleted. Keep it until you know that nothing is missing.</p>
      </div>
    </SessionFrame>
  );
}
