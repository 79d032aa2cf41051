import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Finding, RootVerdict } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { toPlatformError } from '../../../platform/platform';
import { Button } from '../../../ui/Button';
import { Glyph } from '../../../ui/Icon';
import { Spinner } from '../../../ui/states';
import { Foreign } from '../../../ui/text';
import { StepFrame } from '../StepFrame';
import { Answer, localFinding } from '../parts';
import { checkRoot, useRootVerdict } from '../queries';
import { useWizard } from '../wizard-context';

const EMPTY = localFinding('A folder is needed.', 'Type a path that starts with / or ~/, or choose one.');

/** Where the Sanctum lives. Nothing is made here; the folder comes with the plan. */
export function Folder() {
  const { state, dispatch, app } = useWizard();
  const platform = usePlatform();
  const client = useQueryClient();
  const { root } = state.draft;
  const verdict = useRootVerdict(root);
  const [refused, setRefused] = useState<Finding | null>(null);
  const setRoot = (path: string) => { setRefused(null); dispatch({ type: 'answer', change: { root: path } }); };

  const failed = verdict.isError && verdict.current ? toPlatformError(verdict.error) : null;
  const findings: Finding[] = root.trim() === '' ? [EMPTY]
    : refused !== null ? [refused]
    : failed !== null ? [localFinding(failed.message, failed.hint)]
    : verdict.current ? (verdict.data?.findings ?? []) : [];
  const bad = root.trim() === '' || failed !== null || (verdict.current && verdict.data?.ok === false);

  const next = async () => {
    if (root.trim() === '') return;
    try {
      const answer = await checkRoot(client, platform, root);
      if (!answer.ok) return;
      setRoot(root.trim());
      dispatch({ type: 'next' });
    } catch (error) {
      const { message, hint } = toPlatformError(error);
      setRefused(localFinding(message, hint));
    }
  };
  const choose = async () => {
    const picked = await platform.pickFolder(verdict.data?.path ?? undefined);
    if (picked !== null) setRoot(picked);
  };
  return (
    <StepFrame
      id="folder" title={`Where should ${app.brand} live?`}
      lead="One folder holds everything: agents, modules, databases and logs. It is made when you apply the plan."
      sentence={bad ? 'This folder will not do.' : <Chosen verdict={verdict.current ? verdict.data : undefined} />}
      primary={{ label: 'Continue', onPress: next, blocked: bad ? 'Choose a folder that will do.' : null }}
    >
      <div className="group">
        <div className="wcell">
          <div className="wother">
            <Answer
              className="grow" label="Folder" mono value={root} onChange={setRoot} findings={findings} data-testid="wizard-root" first
              help="An absolute path, or one in your home folder that starts with ~/."
            />
            <Button data-testid="wizard-root-choose" onClick={() => void choose()}>Choose…</Button>
          </div>
          {verdict.current && verdict.data?.suggestion && verdict.data.suggestion !== root ? (
            <div className="row small wsuggest">
              <span className="muted">This would do:</span>
              <Button size="s" data-testid="wizard-root-suggestion" onClick={() => setRoot(verdict.data?.suggestion ?? root)}>
                Use <code><Foreign>{verdict.data.suggestion}</Foreign></code>
              </Button>
            </div>
          ) : null}
        </div>
        <RootState checking={!verdict.current && root.trim() !== ''} verdict={verdict.current ? verdict.data : undefined} />
      </div>
    </StepFrame>
  );
}

function Chosen({ verdict }: { verdict: RootVerdict | undefined }) {
  if (verdict === undefined) return <>Nothing has been written.</>;
  return <>Chosen: <b className="medium wtx1"><Foreign>{verdict.path_short}</Foreign></b>. Nothing has been written.</>;
}

function RootState({ checking, verdict }: { checking: boolean; verdict: RootVerdict | undefined }) {
  return (
    <div className="orow small" role="status">
      {checking ? <><Spinner /><span className="muted">Checking the folder</span></> : null}
      {!checking && verdict?.ok ? (
        <>
          <Glyph word="Healthy" />
          <span className="medium">Will do</span>
          <span className="muted cut"><Foreign>{verdict.path}</Foreign></span>
          <span className="grow" />
          {verdict.free === null ? null : <span className="faint nowrap">{verdict.free} free</span>}
        </>
      ) : null}
      {!checking && verdict?.ok === false ? <><Glyph word="Error" /><span className="medium">Will not do</span><span className="muted">The reason is below the field.</span></> : null}
      {!checking && verdict === undefined ? <span className="faint">Not checked yet</span> : null}
    </div>
  );
}
