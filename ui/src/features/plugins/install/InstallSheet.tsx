/** Installing a plugin: where from → quarantine → what was read, and trust → the plan → what changed. */
import { type FormEvent, useEffect, useState } from 'react';
import type { ModuleSource } from '../../../bindings';
import { useShell } from '../../../app/shell-context';
import { usePlatform } from '../../../platform/context';
import { Button, ErrorBox, Foreign, Sheet, Waiting, visible } from '../../../ui';
import { usePlanFlow } from '../../plan/flow';
import { usePlugins } from '../queries';
import { takenBy } from '../words';
import { type Draft, SourceStep, emptyDraft, sourceOf } from './SourceStep';
import { TrustStep, type Wish, blocking, canTell, wishFor, wishProblem } from './TrustStep';
import { type Done, WhatChanged } from './WhatChanged';
import { useInspection } from './use-inspection';

const placeOf = (source: ModuleSource) => (source.kind === 'git' ? source.url : source.path);

export function InstallPlugin({ source, onClose }: { source: ModuleSource | null; onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const installed = usePlugins('', 'tool').data?.rows ?? [];
  const goOn = useShell().platform === 'macos' ? '⌘↩' : 'Ctrl+↩';
  const { looked, trusting, start, back, trust, stopTrusting, handOver } = useInspection(source);
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [wish, setWish] = useState<Wish | null>(null);
  const [planning, setPlanning] = useState(false);
  const [done, setDone] = useState<Done | null>(null);
  const inspection = looked.stage === 'read' ? looked.inspection : null;
  const id = inspection?.id;
  useEffect(() => { setWish(inspection?.candidates.length === 1 ? wishFor(inspection.candidates[0]!) : null); }, [id]); // eslint-disable-line

  if (done) return <WhatChanged done={done} onClose={onClose} onMore={() => { setDone(null); setPlanning(false); if (looked.stage === 'read') start(looked.source); }} />;
  if (planning) return null;

  const chosen = sourceOf(draft);
  const why = inspection ? wishProblem(inspection, wish, installed) : typeof chosen === 'string' ? chosen : null;
  const candidate = inspection?.candidates.find((one) => one.dir === wish?.dir);
  const update = wish !== null && takenBy(installed, wish.tool, wish.name).same !== undefined;
  const title = candidate ? `${update ? 'Update' : 'Install'} ${visible(candidate.title || candidate.name)}` : 'Install a plugin';
  const asks = candidate !== undefined && !candidate.trusted && canTell(candidate);
  const asking = trusting !== null && trusting.error === null;
  const blocked = candidate !== undefined && blocking([...(inspection?.findings ?? []), ...candidate.findings]).length > 0;
  const review = () => {
    if (!inspection || !wish || why) return;
    const asked = { ...wish, inspection: inspection.id };
    setPlanning(true);
    flow.open({
      title, make: () => platform.pluginInstallPlan(asked), onLeft: () => setPlanning(false),
      onApplied: (receipt) => { handOver(); setDone({ receipt, id: `${asked.tool}:${asked.name}`, others: inspection.candidates.length - 1 }); },
    });
  };
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (why || looked.stage === 'looking') return;
    if (inspection) review();
    else if (typeof chosen !== 'string') start(chosen);
  };
  return (
    <Sheet label={title} onClose={onClose} className="form-sheet plugin-sheet" data-testid="plugin-sheet">
      <form onSubmit={submit} onKeyDown={(event) => { if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) { event.preventDefault(); event.stopPropagation(); submit(); } }} noValidate>
        <header>
          <h1><Foreign>{title}</Foreign></h1>
          <p className="muted plan-summary">{inspection ? `It stands in quarantine. This is what was read there; ${candidate?.trusted ? 'it was asked for its tools, and nothing else of it has run' : 'nothing of it has run'}.` : 'First it is put in quarantine and read; nothing of it runs, and nothing of what is installed is touched.'}</p>
        </header>
        <div className="sheet-body" tabIndex={inspection ? 0 : undefined} role={inspection ? 'region' : undefined} aria-label={inspection ? 'What was read' : undefined}>
          {looked.stage === 'source' && <SourceStep draft={draft} onDraft={(next) => setDraft((old) => ({ ...old, ...next }))} />}
          {looked.stage === 'looking' && <div className="looking" data-testid="plugin-looking"><Waiting onCancel={back}>Putting it in quarantine and reading it</Waiting><p className="caption faint mono"><Foreign>{placeOf(looked.source)}</Foreign></p></div>}
          {looked.stage === 'failed' && <ErrorBox error={looked.error} onRetry={() => start(looked.source)} actions={<Button size="s" onClick={back}>Choose another</Button>} />}
          {inspection && <TrustStep inspection={inspection} wish={wish} onWish={setWish} trusting={trusting} onTrust={() => { if (wish) trust(inspection.id, wish.dir); }} onStop={stopTrusting} />}
        </div>
        <footer>
          {inspection && <Button kind="quiet" icon="left" onClick={back} className="sheet-copy" data-testid="plugin-back">Another source</Button>}
          <span className="caption faint grow cut">{asks ? '' : 'Nothing has been installed yet.'}</span>
          <Button onClick={onClose} keys="esc">Cancel</Button>
          {inspection && <Button type="submit" kind={asks ? undefined : 'primary'} keys={goOn} why={why ?? (asking ? 'It is being asked for its tools.' : null)} data-testid="plugin-review">{asks ? 'Review plan without' : 'Review plan'}</Button>}
          {inspection && asks && wish && <Button kind="primary" icon="shield" busy={asking} why={blocked ? 'What was found in it stands in the way.' : null} onClick={() => trust(inspection.id, wish.dir)} data-testid="plugin-trust">{asking ? 'Asking it' : 'Trust and read its tools'}</Button>}
          {inspection ? null
            : looked.stage !== 'failed' && <Button type="submit" kind="primary" keys={goOn} busy={looked.stage === 'looking'} why={looked.stage === 'looking' ? null : why} data-testid="plugin-look">{looked.stage === 'looking' ? 'Looking' : 'Look at it'}</Button>}
        </footer>
      </form>
    </Sheet>
  );
}
