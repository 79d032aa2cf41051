import type { StatusWord } from '../../bindings';
import { useQuery } from '@tanstack/react-query';
import { usePlatform } from '../../platform/context';
import { Glyph } from '../../ui/Icon';
import { Foreign } from '../../ui/text';
import { canJump, pathOf, type StepId, type WizardState } from './model';
import { pythonsQuery } from './queries';
import { useWizard } from './wizard-context';
import { railAnswer, railCaption, railTitle } from './words';

/** The steps, each with its glyph and the answer given; earlier ones can be gone back to. */
export function Rail({ saveTrouble }: { saveTrouble: string | null }) {
  const { state, app } = useWizard();
  return (
    <aside className="sidebar" aria-label="Steps of the setup">
      <div className="top" data-tauri-drag-region="" />
      <nav aria-label="Steps">
        <div className="wt">
          <h1>Set up {app.brand}</h1>
          <p className="caption faint">{railCaption(state)}</p>
        </div>
        <ol className="wlist">
          {pathOf(state).map((step) => <RailStep key={step} step={step} />)}
        </ol>
      </nav>
      <div className="side-foot">
        <span className="grow caption faint">{footWords(state.step, saveTrouble)}</span>
      </div>
    </aside>
  );
}

function footWords(step: StepId, saveTrouble: string | null): string {
  if (saveTrouble !== null) return `The answers could not be kept: ${saveTrouble} Setup works, but closing the window loses them.`;
  if (step === 'apply') return 'If the app ends meanwhile, its next start takes back what was written.';
  if (step === 'done') return 'Each later change is a plan you read first, and can take back.';
  return 'You can close this window at any time. Setup goes on where it stopped.';
}

/** An answer is a check; the secret store, which is measured, has the shape of what was measured. */
function glyphOf(step: StepId, state: WizardState): StatusWord {
  return step === 'keychain' ? (state.secrets?.status.word ?? 'Unknown') : 'Healthy';
}

function RailStep({ step }: { step: StepId }) {
  const { state, dispatch, app } = useWizard();
  const pythons = useQuery({ ...pythonsQuery(usePlatform()), enabled: false });
  const current = state.step === step;
  const answered = state.answered.includes(step);
  const title = railTitle(step, app.secret_store);
  const answer = answered && !current ? railAnswer(step, state, pythons.data ?? [], app.brand) : '';
  const inside = (
    <>
      {current ? <span className="wn cur" /> : answered ? <Glyph word={glyphOf(step, state)} /> : <span className="wn" />}
      <span className="nowrap">{title}</span>
      <span className="caption faint cut grow"><Foreign>{answer}</Foreign></span>
      {answered && !current ? <span className="sr">, answered</span> : null}
    </>
  );
  const look = `ws${current ? ' cur' : answered ? '' : ' next'}`;
  return (
    <li>
      {!current && canJump(state, step)
        ? <button type="button" className={look} data-testid={`wizard-rail-${step}`} onClick={() => dispatch({ type: 'go', step })}>{inside}</button>
        : <div className={look} data-testid={`wizard-rail-${step}`} aria-current={current ? 'step' : undefined}>{inside}</div>}
    </li>
  );
}
