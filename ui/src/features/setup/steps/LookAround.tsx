import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Candidate } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { Banner } from '../../../ui/Banner';
import { ErrorBox } from '../../../ui/states';
import { Foreign } from '../../../ui/text';
import { duration } from '../../../ui/time';
import { StepFrame } from '../StepFrame';
import { WaitingRow } from '../parts';
import { scanQuery } from '../queries';
import { useWizard } from '../wizard-context';
import { count } from '../words';
import { CandidateList } from './CandidateList';
import { OtherFolder } from './OtherFolder';

/** The read-only look around. In the "use one that exists" way its answer is the Sanctum to use. */
export function LookAround() {
  const { state, dispatch, app, onDone } = useWizard();
  const platform = usePlatform();
  const client = useQueryClient();
  const [other, setOther] = useState<string | null>(state.mode === 'existing' ? state.adoptPath : null);
  const usual = useQuery(scanQuery(platform, null));
  const added = useQuery({ ...scanQuery(platform, other ?? ''), enabled: other !== null });
  const open = useMutation({
    mutationFn: (path: string) => platform.installOpen(path), retry: false,
    onSuccess: () => { void client.invalidateQueries(); onDone(); },
  });
  const candidates = merged(usual.data?.candidates, added.data?.candidates);
  const found = usual.data === undefined ? null : candidates.length;
  const existing = state.mode === 'existing';
  const chosen = existing ? (candidates.find((c) => c.path === state.candidate?.path) ?? null) : null;
  const looking = usual.isFetching || added.isFetching;

  useEffect(() => {
    if (found !== null) dispatch({ type: 'noted', found });
  }, [dispatch, found]);
  useEffect(() => {
    const likely = candidates.find((c) => c.path === state.adoptPath) ?? (candidates.length === 1 ? candidates[0] : undefined);
    if (existing && !looking && state.candidate === null && likely !== undefined) dispatch({ type: 'candidate', candidate: likely });
  });

  const next = async () => {
    if (!existing) return dispatch({ type: 'next' });
    if (chosen === null) return;
    if (chosen.has_registry) await open.mutateAsync(chosen.path).catch(() => undefined);
    else dispatch({ type: 'next' });
  };
  const sentence = existing
    ? chosen === null ? 'Choose the Sanctum to use.' : chosen.has_registry ? 'It has a registry: it opens as it is, then you sign in.' : 'It has no registry yet. Taking it over changes none of its files.'
    : candidates.length === 0 ? 'Nothing has been written.' : 'A new one does not touch what was found.';
  return (
    <StepFrame
      id="look" title={existing ? `Which ${app.brand} should be used?` : 'What is here already?'} sentence={sentence}
      lead="The usual folders are looked at. Nothing is started, and nothing is written."
      primary={{
        label: chosen?.has_registry ? 'Open it' : 'Continue', onPress: next, busy: open.isPending,
        blocked: existing && chosen === null ? 'Choose a Sanctum first.' : null,
      }}
    >
      {usual.isPending ? <WaitingRow>Looking through the usual folders</WaitingRow> : null}
      {usual.isError ? <ErrorBox error={usual.error} onRetry={() => void usual.refetch()} /> : null}
      {usual.isSuccess && candidates.length === 0 ? <NothingFound existing={existing} brand={app.brand} /> : null}
      {candidates.length > 0 ? <CandidateList candidates={candidates} existing={existing} chosen={chosen} /> : null}
      {usual.data ? (
        <p className="caption faint">
          {count(usual.data.looked_at, 'folder')} looked at in {duration(usual.data.took_ms)}.
          {usual.data.cut === null ? '' : <> The search ended early: <Foreign>{usual.data.cut}</Foreign></>}
        </p>
      ) : null}
      <OtherFolder busy={added.isFetching} looked={other} found={added.data?.candidates.length ?? null} onLook={setOther} />
      {added.isError ? <ErrorBox error={added.error} onRetry={() => void added.refetch()} /> : null}
      {open.isError ? <ErrorBox error={open.error} /> : null}
    </StepFrame>
  );
}

function merged(usual: Candidate[] = [], added: Candidate[] = []): Candidate[] {
  return [...added, ...usual.filter((c) => !added.some((a) => a.path === c.path))];
}

function NothingFound({ existing, brand }: { existing: boolean; brand: string }) {
  return existing
    ? <Banner kind="plain" title={`No ${brand} was found in the usual folders.`}>Name its folder below, or go back and make a new one.</Banner>
    : <Banner kind="ok" title={`No ${brand} is here yet.`}>Nothing is in the way of a new one.</Banner>;
}
