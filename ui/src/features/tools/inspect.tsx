import type { Fact, ToolDetail } from '../../bindings';
import { Foreign, Prose, Glyph, RelativeTime } from '../../ui';

export function FactsList({ facts }: { facts: Fact[] }) {
  return (
    <dl className="facts facts-pad selectable">
      {facts.map((fact, i) => (
        <div key={`${fact.name}${i}`} className="fact"><dt><Foreign>{fact.name}</Foreign></dt><dd className={fact.mono ? 'mono' : undefined}><Foreign>{fact.value || 'not stated'}</Foreign></dd></div>
      ))}
    </dl>
  );
}

/** While no setting is chosen: how the tool's status was measured, and what is known of it. */
export function ToolInspector({ detail }: { detail: ToolDetail }) {
  const { card, facts, settings } = detail;
  const { status } = card;
  return (
    <aside className="inspector" aria-label="Inspector" data-testid="inspector">
      <section>
        <b className="inspector-title">Status</b>
        <div className="row inspector-status"><Glyph word={status.word} /><span className="medium">{card.broken ? 'Can’t be read' : status.word}</span></div>
        <p className="small muted inspector-text"><Prose>{status.reason}</Prose></p>
      </section>
      <section>
        <h3>What was looked at</h3>
        {status.evidence.length === 0 ? <p className="small muted">Nothing was measured.</p> : <ul className="touch selectable">{status.evidence.map((line) => <li key={line} className="one"><Prose>{line}</Prose></li>)}</ul>}
        {status.measured_at && <p className="caption faint inspector-text">Measured <RelativeTime at={status.measured_at} /></p>}
      </section>
      {card.broken && (
        <section>
          <h3>What to do</h3>
          <p className="small muted"><Prose>{card.broken.hint}</Prose></p>
          <p className="caption faint mono inspector-text selectable"><Foreign>{`${card.broken.file}${card.broken.line === null ? '' : `:${card.broken.line}`}${card.broken.column === null ? '' : `:${card.broken.column}`}`}</Foreign></p>
        </section>
      )}
      {settings.length > 0 && facts.length > 0 && (
        <section>
          <h3>Facts</h3>
          <dl className="facts facts-narrow selectable">
            {facts.map((fact, i) => <div key={`${fact.name}${i}`} className="fact-line"><dt><Foreign>{fact.name}</Foreign></dt><dd className={fact.mono ? 'mono' : undefined}><Foreign>{fact.value || 'not stated'}</Foreign></dd></div>)}
          </dl>
        </section>
      )}
      {settings.length > 0 && <section><p className="caption faint">Choose a setting to see where its value comes from.</p></section>}
    </aside>
  );
}
