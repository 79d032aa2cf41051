import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SetupResume } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { toPlatformError } from '../../../platform/platform';
import { Banner } from '../../../ui/Banner';
import { Button } from '../../../ui/Button';
import { Icon } from '../../../ui/Icon';
import { ErrorBox } from '../../../ui/states';
import { Foreign } from '../../../ui/text';
import { RelativeTime } from '../../../ui/time';
import { StepFrame } from '../StepFrame';
import { isStepId, namedAgents, type Mode } from '../model';
import { defaultsQuery } from '../queries';
import { useWizard } from '../wizard-context';
import { railTitle } from '../words';

interface ModeChoice {
  mode: Mode;
  icon: string;
  title: string;
  text: string;
}

const choices = (brand: string): ModeChoice[] => [
  { mode: 'new', icon: 'plus', title: `New ${brand}`, text: 'Makes the folder, the registry, your account and a first agent. Six answers at most; the rest has defaults.' },
  { mode: 'existing', icon: 'folder', title: 'Use one that exists', text: 'Opens it, or takes it over without changing a file of it.' },
  { mode: 'sample', icon: 'search', title: 'Look around a sample', text: 'A labelled sample in a temporary folder. Nothing on this computer changes.' },
];

const SENTENCE: Record<Mode, string> = {
  new: 'Next: a look at what is there already. It only reads.',
  existing: 'Next: the usual folders are looked at. It only reads.',
  sample: 'The sample goes away when the app ends.',
};

export function Welcome() {
  const { state, app } = useWizard();
  if (state.resumePending && app.resume !== null) return <Resume resume={app.resume} />;
  return <ChooseMode />;
}

function ChooseMode() {
  const { state, dispatch, app, onDone } = useWizard();
  const platform = usePlatform();
  const sample = useMutation({ mutationFn: () => platform.setupSample(), retry: false, onSuccess: onDone });
  const onPress = async () => {
    if (state.mode !== 'sample') return dispatch({ type: 'next' });
    await sample.mutateAsync().catch(() => undefined);
  };
  return (
    <StepFrame
      id="welcome" title="How do you want to start?" sentence={SENTENCE[state.mode]}
      lead={`${app.brand} runs your agents on this computer. Nothing is written before you have read the plan.`}
      primary={{ label: state.mode === 'sample' ? 'Open the sample' : 'Continue', onPress }}
    >
      {state.undone ? (
        <Banner kind="plain" title="The setup was taken back.">Your answers are still here. What was changed by others since was kept.</Banner>
      ) : null}
      <div className="group" role="radiogroup" aria-label="How to start">
        {choices(app.brand).map((choice) => (
          <label key={choice.mode} className="wmode" data-testid={`mode-${choice.mode}`} data-checked={state.mode === choice.mode || undefined}>
            <input
              type="radio" name="mode" className="radio" checked={state.mode === choice.mode} data-first={state.mode === choice.mode ? '' : undefined}
              aria-describedby={`mode-${choice.mode}-text`} onChange={() => dispatch({ type: 'mode', mode: choice.mode })}
            />
            <span className="tile"><Icon name={choice.icon} /></span>
            <span className="grow">
              <b className="medium">{choice.title}</b>
              <span className="small muted wblock" id={`mode-${choice.mode}-text`}>{choice.text}</span>
            </span>
          </label>
        ))}
      </div>
      {sample.isError ? <ErrorBox error={toPlatformError(sample.error)} /> : null}
    </StepFrame>
  );
}

function Resume({ resume }: { resume: SetupResume }) {
  const { dispatch, app } = useWizard();
  const platform = usePlatform();
  const client = useQueryClient();
  const [gone, setGone] = useState<unknown>(null);
  const startOver = async () => {
    try {
      await platform.setupDiscard();
      const fresh = await client.fetchQuery({ ...defaultsQuery(platform), staleTime: 0 });
      dispatch({ type: 'restart', draft: fresh.draft });
    } catch (error) {
      setGone(error);
    }
  };
  const { draft } = resume;
  const agents = namedAgents(draft).map((agent) => agent.name).join(', ');
  const rolledBack = resume.state === 'rolled_back';
  return (
    <StepFrame
      id="welcome" title="Go on where it stopped?" sentence="The answers are kept until you start over. The password never was."
      lead="Your answers were kept on this computer."
      secondary={<Button kind="quiet" data-testid="setup-discard" onClick={() => void startOver()}>Start over</Button>}
      primary={{ label: 'Go on', testId: 'setup-resume', onPress: () => dispatch({ type: 'resume', draft }) }}
    >
      <Banner
        kind={rolledBack ? 'warn' : 'info'} data-testid="resume-banner"
        title={rolledBack ? 'Setup stopped while it was writing, and was taken back.' : <>Setup stopped at “{isStepId(draft.step) ? railTitle(draft.step, app.secret_store) : 'Welcome'}” <RelativeTime at={resume.saved_at} bare />. Nothing had been written.</>}
      >
        {resume.message === '' ? null : <Foreign>{resume.message}</Foreign>}
      </Banner>
      <div className="group">
        <dl className="facts wfacts">
          <dt>Start</dt><dd>{draft.mode === 'adopt' ? 'Use one that exists' : 'New'}</dd>
          <dt>Folder</dt><dd className="mono"><Foreign>{draft.root}</Foreign></dd>
          {draft.mode === 'adopt' ? null : <><dt>Python</dt><dd className="mono"><Foreign>{draft.python ?? 'decided later'}</Foreign></dd></>}
          <dt>Account</dt><dd><Foreign>{draft.admin_user === '' ? 'not named yet' : draft.admin_user}</Foreign></dd>
          {draft.mode === 'adopt' ? null : <><dt>Agents</dt><dd><Foreign>{agents === '' ? 'not named yet' : agents}</Foreign></dd></>}
        </dl>
      </div>
      {gone === null ? null : <ErrorBox error={gone} />}
    </StepFrame>
  );
}
