import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { LettaProbe } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { Button } from '../../../ui/Button';
import { ErrorBox } from '../../../ui/states';
import { Status } from '../../../ui/Status';
import { Foreign, Prose } from '../../../ui/text';
import { duration } from '../../../ui/time';
import { StepFrame } from '../StepFrame';
import { Answer, localFinding } from '../parts';
import { useWizard } from '../wizard-context';

const USUAL = 'http://127.0.0.1:8283';

function urlProblem(url: string): string | null {
  if (url === '') return null;
  try {
    const { protocol } = new URL(url);
    return protocol === 'http:' || protocol === 'https:' ? null : 'It must start with http:// or https://.';
  } catch {
    return 'This is not an address.';
  }
}

/** Where Letta answers. Optional: the agents are then linked later. */
export function Letta() {
  const { state, dispatch } = useWizard();
  const platform = usePlatform();
  const [url, setUrl] = useState(state.draft.letta_url ?? USUAL);
  const [password, setPassword] = useState('');
  const given = useRef({ url, password });
  given.current = { url: url.trim(), password };
  // The password travels by reference, so that no cache of requests holds it.
  const probe = useMutation({
    mutationFn: () => platform.setupCheckLetta(given.current.url, given.current.password === '' ? null : given.current.password), retry: false,
  });
  const tried = probe.data !== undefined && probe.data.url.replace(/\/$/, '') === url.trim().replace(/\/$/, '') ? probe.data : null;
  const problem = urlProblem(url.trim());
  const [left, setLeft] = useState(false);
  const blocked = url.trim() === '' ? 'Type an address, or choose Later.' : problem;

  useEffect(() => () => { given.current = { url: '', password: '' }; }, []);
  const later = () => {
    dispatch({ type: 'answer', change: { letta_url: null } });
    dispatch({ type: 'next' });
  };
  const next = () => {
    setLeft(true);
    if (blocked !== null) return;
    dispatch({ type: 'answer', change: { letta_url: url.trim() } });
    dispatch({ type: 'next' });
  };
  return (
    <StepFrame
      id="letta" title="Where does Letta answer?" sentence={<LettaSentence probe={tried} pending={probe.isPending} />}
      lead="Letta is the server that runs the minds of the agents. It is optional here: agents can be linked to it at any time."
      secondary={<Button kind="quiet" data-testid="wizard-letta-later" onClick={later}>Later</Button>}
      primary={{ label: 'Continue', onPress: next, blocked }}
    >
      <div className="group">
        <div className="wcell">
          <div className="wother">
            <Answer
              className="grow" label="Address" mono value={url} onChange={setUrl} onBlur={() => setLeft(true)} first data-testid="wizard-letta-url"
              findings={left && problem !== null ? [localFinding(problem, `Enter one like ${USUAL}.`)] : []} help="The address of the server, with its port."
            />
            <Button busy={probe.isPending} data-testid="wizard-letta-try" why={blocked} onClick={() => probe.mutate()}>{probe.isPending ? 'Trying' : 'Try it'}</Button>
          </div>
        </div>
        <div className="wcell">
          <Answer secret label="Password" value={password} onChange={setPassword} data-testid="wizard-letta-password" autoComplete="off"
            help="Only where the server asks for one. It is used to try the address and is not kept." />
        </div>
        {tried !== null ? <Tried probe={tried} /> : null}
      </div>
      {probe.isError ? <ErrorBox error={probe.error} onRetry={() => probe.mutate()} /> : null}
    </StepFrame>
  );
}

function Tried({ probe }: { probe: LettaProbe }) {
  const facts = [probe.flavour, probe.version, probe.latency_ms === null ? null : duration(probe.latency_ms)].filter((f) => f !== null);
  return (
    <div className="wcell" role="status" data-testid="wizard-letta-status">
      <div className="row"><Status status={probe.status} /><span className="grow" /><span className="small faint nowrap"><Foreign>{facts.join(' · ')}</Foreign></span></div>
      {probe.hint === '' ? null : <p className="small muted whint"><Prose>{probe.hint}</Prose></p>}
    </div>
  );
}

function LettaSentence({ probe, pending }: { probe: LettaProbe | null; pending: boolean }) {
  if (pending) return <>Waiting for an answer from that address.</>;
  if (probe === null) return <>Not tried yet. You can go on without trying.</>;
  if (probe.status.word === 'Healthy') return <>Letta answered.</>;
  return <>Letta did not answer as it should. You can go on; the agents then wait for it.</>;
}
