import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { PythonCandidate } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { Banner } from '../../../ui/Banner';
import { Button } from '../../../ui/Button';
import { ErrorBox } from '../../../ui/states';
import { Switch } from '../../../ui/controls';
import { Foreign } from '../../../ui/text';
import { StepFrame } from '../StepFrame';
import { WaitingRow } from '../parts';
import { pythonsQuery } from '../queries';
import { useWizard } from '../wizard-context';
import { OtherPython } from './OtherPython';
import { PythonRow, pythonName } from './PythonRow';

/** Which interpreter the shared environment is built from. Later is an answer too. */
export function Python() {
  const { state, dispatch } = useWizard();
  const platform = usePlatform();
  const client = useQueryClient();
  const [other, setOther] = useState(false);
  const list = useQuery(pythonsQuery(platform));
  const { python, venv } = state.draft;
  const candidates = list.data ?? [];
  const chosen = candidates.find((c) => c.path === python && c.verdict !== 'refused') ?? null;
  const choose = (candidate: PythonCandidate) => dispatch({ type: 'answer', change: { python: candidate.path, venv: python === null ? true : venv } });

  const known = state.answered.includes('python');
  const best = candidates.find((c) => c.verdict === 'fits') ?? candidates.find((c) => c.verdict === 'catch');
  useEffect(() => {
    if (list.isSuccess && !known && python === null && best !== undefined) {
      dispatch({ type: 'answer', change: { python: best.path, venv: true } });
    }
  }, [list.isSuccess, known, python, best, dispatch]);

  const check = useMutation({
    mutationFn: (path: string) => platform.setupCheckPython(path), retry: false,
    onSuccess: (candidate) => {
      client.setQueryData(pythonsQuery(platform).queryKey, (old: PythonCandidate[] = []) => [...old.filter((c) => c.path !== candidate.path), candidate]);
      if (candidate.verdict !== 'refused') choose(candidate);
    },
  });
  // A kept answer that is not in the list was typed or chosen: it is tried again, once.
  const missing = list.isSuccess && python !== null && !candidates.some((c) => c.path === python) ? python : null;
  const { mutate: tryPath, isIdle } = check;
  useEffect(() => {
    if (missing !== null && isIdle) tryPath(missing);
  }, [missing, isIdle, tryPath]);

  const later = () => {
    dispatch({ type: 'answer', change: { python: null, venv: false } });
    dispatch({ type: 'next' });
  };
  const next = async () => {
    if (chosen !== null) return dispatch({ type: 'next' });
    if (!list.isPending) return later();
    // Pressed before the trials ended: what fits is taken, and where nothing does the choice is shown.
    const tried = await client.fetchQuery(pythonsQuery(platform)).catch(() => []);
    const fits = python !== null ? undefined : (tried.find((c) => c.verdict === 'fits') ?? tried.find((c) => c.verdict === 'catch'));
    if (fits === undefined) return;
    choose(fits);
    dispatch({ type: 'next' });
  };
  return (
    <StepFrame
      id="python" title="Which Python should run the agents?"
      lead={<>All agents share one environment, built from this interpreter.{list.isSuccess ? ` ${found(candidates.length)}` : ''}</>}
      sentence={chosen === null
        ? list.isPending ? 'Looking for interpreters.' : 'Without one, no environment is built. It can be chosen later.'
        : <>Chosen: <b className="medium wtx1">{chosen.version ?? 'an interpreter'} from {chosen.origin}</b>, kept as a full path</>}
      secondary={
        <>
          <Button kind="quiet" aria-expanded={other} data-testid="wizard-python-other" onClick={() => setOther(!other)}>Look for another…</Button>
          <Button kind="quiet" data-testid="wizard-python-later" onClick={later}>Decide later</Button>
        </>
      }
      primary={{ label: chosen === null && !list.isPending ? 'Continue without' : 'Continue', onPress: next }}
    >
      {list.isPending ? <WaitingRow>Trying the interpreters of this computer</WaitingRow> : null}
      {list.isError ? <ErrorBox error={list.error} onRetry={() => void list.refetch()} /> : null}
      {candidates.length > 0 ? (
        <div className="group" role="radiogroup" aria-label="Interpreters">
          {candidates.map((candidate, index) => (
            <PythonRow key={candidate.path} candidate={candidate} index={index} checked={candidate === chosen} onChoose={() => choose(candidate)} />
          ))}
        </div>
      ) : null}
      {list.isSuccess && candidates.length === 0 ? (
        <Banner kind="warn" title="No Python was found.">Everything else can be set up without it; the environment is then built when there is one.</Banner>
      ) : null}
      {other ? <OtherPython busy={check.isPending} error={check.error} last={check.data ?? null} onCheck={(path) => check.mutate(path)} /> : null}
      <div className="group">
        <div className="orow">
          <div className="grow">
            <b className="medium">Build the shared environment now</b>
            <p className="small muted">Makes <code>agents/venv</code> from it. This can be done later.</p>
          </div>
          <Switch label="Build the shared environment now" checked={venv && chosen !== null} disabled={chosen === null} data-testid="wizard-python-venv"
            onChange={(on) => dispatch({ type: 'answer', change: { venv: on } })} />
        </div>
      </div>
      {chosen !== null && chosen.verdict === 'catch' ? (
        <Banner kind="warn" title={<>{pythonName(chosen)} works with a catch.</>}><Foreign>{chosen.reason}</Foreign></Banner>
      ) : null}
    </StepFrame>
  );
}

const WORDS = ['None was', 'One was', 'Two were', 'Three were', 'Four were', 'Five were', 'Six were', 'Seven were', 'Eight were', 'Nine were'];
const found = (n: number): string => `${WORDS[n] ?? `${n} were`} found on this computer${n > 0 ? ' and tried: version, SSL, SQLite, venv and ensurepip' : ''}.`;
