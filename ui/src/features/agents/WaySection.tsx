import { useQuery } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import type { AgentRow, ChatWay } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Button, Foreign, Status, ifFocusIsLost } from '../../ui';
import { wayFacts } from '../chat/words';
import { usePlanFlow } from '../plan/flow';
import { editOf, hasBroca } from './edits';

const ways: { id: ChatWay; title: string }[] = [{ id: 'letta', title: 'Letta' }, { id: 'broca', title: 'Through Broca' }, { id: 'echo', title: 'Echo, no model' }];

/** What stands in the way of a way: `stops` where it cannot be chosen, else what it still needs. */
function catchOf(way: ChatWay, agent: AgentRow): { stops: boolean; words: string } | null {
  if (way === 'broca' && !hasBroca(agent)) return { stops: true, words: 'It has no Broca in its folder.' };
  if (way === 'letta' && !agent.letta_uid) return { stops: false, words: 'It is not linked yet: what you write waits until it is.' };
  return null;
}

function Bridge() {
  const platform = usePlatform();
  const bridge = useQuery({ queryKey: [...keys.agents, 'bridge'], queryFn: () => platform.bridgeState() });
  if (!bridge.data) return null;
  return (
    <div className="status-row" data-testid="bridge-state">
      <span className="small muted nowrap">Bridge{bridge.data.address && <> at <code><Foreign>{bridge.data.address}</Foreign></code></>}</span><Status status={bridge.data.status} />
    </div>
  );
}

/** How this agent is talked to; choosing another way is a plan. */
export function WaySection({ agent }: { agent: AgentRow }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const name = useId();
  const [draft, setDraft] = useState<ChatWay | null>(null);
  const chosen = draft ?? agent.way;
  const box = useRef<HTMLFieldSetElement>(null);
  const leave = () => { setDraft(null); ifFocusIsLost(() => box.current?.querySelector<HTMLElement>('input:checked')?.focus()); };
  const review = () => flow.open({ title: `Change ${agent.name}`, make: () => platform.agentEditPlan(agent.uid, editOf({ way: chosen })), onApplied: leave });
  return (
    <section data-testid="agent-way">
      <div className="group-head"><h2>Way of talking</h2></div>
      <fieldset className="choices-set" ref={box}>
        <legend className="sr">Way of talking</legend>
        <div className="group">
          {ways.map((way) => {
            const problem = catchOf(way.id, agent);
            return (
              <label key={way.id} className="check-row">
                <input type="radio" className="radio-input" name={name} checked={chosen === way.id} disabled={problem?.stops} onChange={() => setDraft(way.id === agent.way ? null : way.id)} data-testid={`agent-way-${way.id}`} />
                <span className="grow">
                  <b className="medium">{way.title}</b>
                  <span className="form-help">{wayFacts[way.id]}{problem && <> <span className="warn-words">{problem.words}</span></>}</span>
                </span>
              </label>
            );
          })}
          {agent.way === 'broca' && <Bridge />}
          {chosen !== agent.way && (
            <div className="draft-row">
              <span className="small muted grow">Not changed yet.</span>
              <Button size="s" onClick={leave} data-testid="agent-way-discard">Discard</Button>
              <Button size="s" kind="primary" onClick={review} data-testid="agent-way-review">Review plan</Button>
            </div>
          )}
        </div>
      </fieldset>
    </section>
  );
}
