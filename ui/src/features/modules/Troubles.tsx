/** Under the list: what could not be done, else what is wrong with the chosen one; with the way out. */
import { useState } from 'react';
import type { ModuleRow } from '../../bindings';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { Banner, Button, ErrorBox, Foreign, Prose, ifFocusIsLost, visible } from '../../ui';
import { type Failure, failureTitle, useActs } from './acts';
import { focusRow } from './back';
import { useModule } from './ModuleInspector';
import { MakePython } from '../python/MakePython';
import { isUp, sentence, titleOf } from './words';

/** Of many failures these are written out; the rest is in the copied details. */
const MOST = 4;

function Copy({ text }: { text: string }) {
  const platform = usePlatform();
  const [copied, setCopied] = useState(false);
  return <Button size="s" kind="quiet" onClick={() => { platform.copyText(text).then(() => setCopied(true), () => setCopied(false)); }} data-testid="trouble-copy">{copied ? 'Copied' : 'Copy details'}</Button>;
}

function Failed({ failure, onLog }: { failure: Failure; onLog: (id: string) => void }) {
  const acts = useActs();
  const dismiss = () => { acts.dismiss(); ifFocusIsLost(focusRow); };
  const { outcomes } = failure;
  if (outcomes.length === 0) return <ErrorBox error={failure.error} actions={<Button size="s" onClick={dismiss}>Dismiss</Button>} />;
  const lines = outcomes.map((outcome) => `${outcome.title}: ${sentence(outcome.text)}${outcome.hint ? ` ${outcome.hint}` : ''}`);
  const [first] = outcomes;
  return (
    <Banner kind="err" title={<Prose>{failureTitle(failure)}</Prose>} data-testid="module-failure" actions={(
      <>
        <Copy text={[failureTitle(failure), ...lines].map(visible).join('\n')} />
        {outcomes.length === 1 && first && <Button size="s" onClick={() => onLog(first.id)} data-testid="trouble-log">Show log</Button>}
        <Button size="s" onClick={dismiss} data-testid="trouble-dismiss">Dismiss</Button>
      </>
    )}>
      {outcomes.slice(0, MOST).map((outcome) => (
        <span key={outcome.id} className="trouble-line">
          {outcomes.length > 1 && <b><Foreign>{outcome.title}</Foreign>: </b>}<Prose>{sentence(outcome.text)}</Prose>{outcome.hint && <> <Prose>{outcome.hint}</Prose></>}
        </span>
      ))}
      {outcomes.length > MOST && <span className="trouble-line">and {(outcomes.length - MOST).toLocaleString('en')} more; the copied details name them all.</span>}
    </Banner>
  );
}

function Needs({ row, onInstall }: { row: ModuleRow; onInstall: (id: string) => void }) {
  const title = titleOf(row);
  const card = row.card;
  const [making, setMaking] = useState(false);
  const stuck = row.cannot_start !== null && !isUp(row);
  const mend = stuck ? row.mend : null;
  const installs = useModule(mend?.kind === 'code' ? row.id : null).data?.can_install ?? false;
  const text = [`${title}: ${row.status.word}, ${row.status.reason}`, ...row.status.evidence];
  return (
    <Banner kind="warn" title={<Prose>{`${title}: ${row.status.reason || row.status.word}`}</Prose>} data-testid="module-trouble" actions={(
      <>
        <Copy text={text.map(visible).join('\n')} />
        {mend?.kind === 'python' && <Button size="s" kind="primary" onClick={() => setMaking(true)} data-testid="trouble-python">Make its Python environment…</Button>}
        {mend?.kind === 'code' && installs && <Button size="s" kind="primary" onClick={() => onInstall(row.id)} data-testid="trouble-install">Install code…</Button>}
        {card !== null && (mend === null || (mend.kind === 'code' && !installs)) && <Button size="s" kind={mend === null ? 'primary' : undefined} onClick={() => navigate({ view: 'tool', id: card, setting: null })} data-testid="trouble-settings">Open its settings</Button>}
      </>
    )}>
      {stuck ? <><Prose>{sentence(row.cannot_start ?? '')}</Prose>{mend !== null && ` ${lacks[mend.kind]}`}</> : <Prose>{row.status.evidence.map(sentence).join(' ')}</Prose>}
      {making && mend?.kind === 'python' && <MakePython env={mend.env} onClose={() => setMaking(false)} />}
    </Banner>
  );
}

const lacks: Record<NonNullable<ModuleRow['mend']>['kind'], string> = {
  code: 'What it lacks is its code.', python: 'Its code is there or comes with it; what it lacks is the Python environment it runs in.',
};

export function Troubles({ row, onLog, onInstall }: { row: ModuleRow | undefined; onLog: (id: string) => void; onInstall: (id: string) => void }) {
  const { failure } = useActs();
  const asks = row && (row.needs_you || (row.cannot_start !== null && !isUp(row)));
  if (!failure && !asks) return null;
  return <div className="mod-banner">{failure ? <Failed failure={failure} onLog={onLog} /> : row && <Needs row={row} onInstall={onInstall} />}</div>;
}
