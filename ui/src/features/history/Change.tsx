import type { SettingChange } from '../../bindings';
import { Foreign, Icon } from '../../ui';

function Value({ text }: { text: string | null }) {
  if (text === null) return <span className="faint">not set</span>;
  return <Foreign className="mono">{text === '' ? '(empty)' : text}</Foreign>;
}

/** Before → after. A secret shows that it was changed, and nothing else. */
export function Change({ change }: { change: SettingChange }) {
  if (change.secret) return <span className="row small muted change-secret"><Icon name="key" size="s" /><span className="cut" title="A secret was set or taken out">A secret was set or taken out</span></span>;
  return (
    <span className="change-values small" title={`${change.before ?? 'not set'} → ${change.after ?? 'not set'}`}>
      <span className="cut change-before"><Value text={change.before} /></span>
      <span aria-hidden="true" className="faint">→</span><span className="sr"> became </span>
      <span className="cut"><Value text={change.after} /></span>
    </span>
  );
}
