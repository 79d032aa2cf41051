import { useState } from 'react';
import { usePlatform } from '../../../platform/context';
import { Button } from '../../../ui/Button';
import { Foreign } from '../../../ui/text';
import type { Progress } from '../use-creation';

const SHOWN = 6;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** The last lines that running commands printed. */
export function ProgressLines({ progress, live }: { progress: Progress; live: boolean }) {
  const platform = usePlatform();
  const [copied, setCopied] = useState(false);
  const { lines, last } = progress;
  if (lines.length === 0 && last === null) return null;
  const copy = () => {
    const text = lines.map((line) => `${clock.format(line.at)}  ${line.text}`).join('\n');
    platform.copyText(text).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <section>
      <div className="group-head wgh">
        <h3>{live ? 'What happens now' : 'What happened'}</h3>
        <span className="grow" />
        {lines.length > 0 ? <Button kind="quiet" size="s" icon="copy" onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button> : null}
      </div>
      <div className="code wlines" tabIndex={0} role="log" aria-label="Last lines" aria-live="off">
        {lines.length === 0 && last !== null ? <div><Foreign>{last.title}</Foreign></div> : null}
        {lines.slice(-SHOWN).map((line, i) => <div key={`${line.at} ${i}`}>{clock.format(line.at)}  <Foreign>{line.text}</Foreign></div>)}
      </div>
    </section>
  );
}
