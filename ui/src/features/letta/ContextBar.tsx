import type { ContextUse } from '../../bindings';

const parts: { id: 'system' | 'memory' | 'tools' | 'summary' | 'messages'; name: string }[] = [
  { id: 'system', name: 'System prompt' }, { id: 'memory', name: 'Memory' }, { id: 'tools', name: 'Tools' }, { id: 'summary', name: 'Summary' }, { id: 'messages', name: 'Messages' },
];

const number = (n: number) => n.toLocaleString('en');

/** What fills the context of the model, in tokens; the numbers stand beside the bar. */
export function ContextBar({ use }: { use: ContextUse }) {
  const whole = Math.max(use.max, parts.reduce((sum, part) => sum + use[part.id], 0), 1);
  const free = Math.max(0, use.max - use.used);
  return (
    <section data-testid="context-use">
      <div className="group-head"><h2>Context</h2><span className="count">{number(use.used)} of {number(use.max)} tokens, {number(use.message_count)} messages</span></div>
      <div className="group context-card">
        <div className="context-bar" aria-hidden="true">
          {parts.map((part) => <i key={part.id} className={`context-${part.id}`} style={{ width: `${(use[part.id] / whole) * 100}%` }} />)}
        </div>
        <dl className="context-parts">
          {parts.map((part) => (
            <div key={part.id}><dt><i className={`context-key context-${part.id}`} aria-hidden="true" />{part.name}</dt><dd className="num">{number(use[part.id])}</dd></div>
          ))}
          <div><dt><i className="context-key" aria-hidden="true" />Free</dt><dd className="num">{number(free)}</dd></div>
        </dl>
      </div>
    </section>
  );
}
