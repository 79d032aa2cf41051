import type { PythonCandidate, StatusWord } from '../../../bindings';
import { Glyph } from '../../../ui/Icon';
import { Foreign, visible } from '../../../ui/text';

const VERDICTS: Record<string, { word: StatusWord; text: string }> = {
  fits: { word: 'Healthy', text: 'Fits' },
  catch: { word: 'Degraded', text: 'Works with a catch' },
  refused: { word: 'Error', text: 'Will not do' },
};

export function verdictOf(candidate: PythonCandidate): { word: StatusWord; text: string } {
  return VERDICTS[candidate.verdict] ?? { word: 'Unknown', text: 'Not known' };
}

export const pythonName = (c: PythonCandidate): string => visible(`${c.version === null ? 'Not a Python that runs' : `Python ${c.version}`} · ${c.origin}`);

/** One interpreter with the verdict of its trial; one that was refused is shown and cannot be chosen. */
export function PythonRow({ candidate, index, checked, onChoose }: { candidate: PythonCandidate; index: number; checked: boolean; onChoose: () => void }) {
  const verdict = verdictOf(candidate);
  const refused = candidate.verdict === 'refused';
  return (
    <label className="cand" data-checked={checked || undefined} data-off={refused || undefined} data-testid={`wizard-python-${index}`}>
      <input
        type="radio" name="python" className="radio" checked={checked} disabled={refused} onChange={onChoose} data-first={checked ? '' : undefined}
        aria-label={`${pythonName(candidate)}, ${verdict.text}`} aria-describedby={`python-${index}-why`}
      />
      <b className="medium cut">{pythonName(candidate)}</b>
      <span className="p mono cut" title={candidate.path}><Foreign>{candidate.path_short}</Foreign></span>
      <div className="v st-stack">
        <Glyph word={verdict.word} />
        <span className="word">{verdict.text}</span>
        <span />
        <span className="why" id={`python-${index}-why`} title={candidate.reason}><Foreign>{candidate.reason}</Foreign></span>
      </div>
    </label>
  );
}
