import type { Candidate } from '../../../bindings';
import { Button } from '../../../ui/Button';
import { Glyph } from '../../../ui/Icon';
import { Foreign, visible } from '../../../ui/text';
import { Findings, hasError } from '../parts';
import { useWizard } from '../wizard-context';
import { count } from '../words';

interface Props {
  candidates: readonly Candidate[];
  existing: boolean;
  chosen: Candidate | null;
}

/** What was found, with the files that made it look like a Sanctum. */
export function CandidateList({ candidates, existing, chosen }: Props) {
  return (
    <div className="group" role={existing ? 'radiogroup' : 'list'} aria-label="What was found">
      {candidates.map((candidate, index) => (
        existing
          ? <ChoosableRow key={candidate.path} candidate={candidate} checked={chosen?.path === candidate.path} first={chosen === null ? index === 0 : chosen.path === candidate.path} />
          : <FoundRow key={candidate.path} candidate={candidate} />
      ))}
    </div>
  );
}

function ChoosableRow({ candidate, checked, first }: { candidate: Candidate; checked: boolean; first: boolean }) {
  const { dispatch } = useWizard();
  return (
    <label className="cand" data-testid="candidate" data-checked={checked || undefined}>
      <input
        type="radio" name="candidate" className="radio" checked={checked} data-first={first ? '' : undefined}
        aria-label={`${visible(candidate.path_short)}, ${candidate.layout_name}`}
        onChange={() => dispatch({ type: 'candidate', candidate })}
      />
      <Inside candidate={candidate} />
    </label>
  );
}

function FoundRow({ candidate }: { candidate: Candidate }) {
  const { dispatch, app } = useWizard();
  return (
    <div className="cand" role="listitem" data-testid="candidate">
      <Glyph word="Ready" />
      <Inside candidate={candidate} />
      <div className="wuse">
        <Button size="s" onClick={() => { dispatch({ type: 'mode', mode: 'existing' }); dispatch({ type: 'candidate', candidate }); }}>
          Use this {app.brand} instead
        </Button>
      </div>
    </div>
  );
}

function Inside({ candidate }: { candidate: Candidate }) {
  const { agents } = candidate;
  const who = agents.length === 0 ? 'no agents' : `${count(agents.length, 'agent')}: ${agents.slice(0, 4).join(', ')}${agents.length > 4 ? ' …' : ''}`;
  return (
    <>
      <b className="medium mono cut"><Foreign>{candidate.path_short}</Foreign></b>
      <span className="p cut"><Foreign>{`${candidate.layout_name} · ${who} · ${count(candidate.modules, 'module')}`}</Foreign></span>
      <div className="v st-stack">
        <Glyph word={hasError(candidate.findings) ? 'Error' : candidate.has_registry ? 'Healthy' : 'Ready'} />
        <span className="word">{candidate.has_registry ? 'Has a registry' : 'Can be taken over'}</span>
        <span />
        <span className="why">{candidate.confidence} % sure, layout {candidate.layout}</span>
      </div>
      <div className="wevidence caption muted">
        Seen: {candidate.evidence.map((line, i) => <span key={i}>{i > 0 ? ', ' : ''}<code><Foreign>{line}</Foreign></code></span>)}
        <Findings findings={candidate.findings} />
      </div>
    </>
  );
}
