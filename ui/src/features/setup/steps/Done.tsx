import { useState } from 'react';
import type { SetupSummary } from '../../../bindings';
import { Banner } from '../../../ui/Banner';
import { Button } from '../../../ui/Button';
import { Foreign } from '../../../ui/text';
import { duration } from '../../../ui/time';
import { StepFrame } from '../StepFrame';
import { Findings } from '../parts';
import { useWizard } from '../wizard-context';
import { count } from '../words';
import { UndoDialog } from './UndoDialog';

/** What was created, what to know about it, and the way to take it all back. */
export function Done() {
  const { state, app, onDone } = useWizard();
  const [asking, setAsking] = useState(false);
  const { summary } = state;
  if (summary === null) return null;
  const { receipt } = summary;
  const adopted = state.mode === 'existing';
  return (
    <StepFrame
      id="done" title={adopted ? `${app.brand} was taken over` : `Your ${app.brand} is there`} back={false}
      lead={`${count(receipt.steps, 'step')} applied and read back in ${duration(receipt.took_ms)}. You are signed in as its administrator.`}
      sentence={<>It lives in <b className="medium wtx1 mono"><Foreign>{summary.root_short}</Foreign></b></>}
      secondary={receipt.undoable ? <Button kind="quiet" data-testid="setup-undo" onClick={() => setAsking(true)}>Undo setup…</Button> : null}
      primary={{ label: `Open ${app.brand}`, testId: 'setup-open', onPress: onDone }}
    >
      {receipt.notes.map((note) => <Banner key={note} kind="plain" title={<Foreign>{note}</Foreign>} />)}
      <Created summary={summary} title={adopted ? 'What is recorded now' : 'What was created'} />
      {summary.findings.length === 0 ? null : (
        <section>
          <div className="group-head wgh"><h3>Worth knowing</h3></div>
          <div className="group"><div className="wcell"><Findings findings={summary.findings} /></div></div>
        </section>
      )}
      {asking ? <UndoDialog summary={summary} onClose={() => setAsking(false)} /> : null}
    </StepFrame>
  );
}

function Created({ summary, title }: { summary: SetupSummary; title: string }) {
  return (
    <section>
      <div className="group-head wgh"><h3>{title}</h3></div>
      <div className="group">
        <dl className="facts wfacts selectable" data-testid="setup-created">
          <dt>Folder</dt><dd className="mono"><Foreign>{summary.root}</Foreign></dd>
          {summary.created.map((fact) => [
            <dt key={`${fact.name} n`}><Foreign>{fact.name}</Foreign></dt>,
            <dd key={`${fact.name} v`} className={fact.mono ? 'mono' : undefined}><Foreign>{fact.value}</Foreign></dd>,
          ])}
        </dl>
      </div>
    </section>
  );
}
