import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AgentDraft } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { toPlatformError } from '../../../platform/platform';
import { Button } from '../../../ui/Button';
import { StepFrame } from '../StepFrame';
import { emptyAgent, namedAgents } from '../model';
import { hasError } from '../parts';
import { checkAgent, portsQuery, useDebounced } from '../queries';
import { useWizard } from '../wizard-context';
import { count } from '../words';
import { AgentFields } from './AgentFields';
import { PortsTable } from './PortsTable';
import { portsDraft } from './ports-draft';

const othersOf = (agents: readonly AgentDraft[], index: number): string[] =>
  agents.filter((_, i) => i !== index).map((a) => a.name.trim()).filter((name) => name !== '');

/** The first Prime, and more of them where wanted. */
export function Agents() {
  const { state, dispatch, defaults } = useWizard();
  const platform = usePlatform();
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const [refused, setRefused] = useState<Record<number, string>>({});
  const [bad, setBad] = useState<Record<number, boolean>>({});
  const { agents } = state.draft;
  const set = (next: AgentDraft[]) => { setRefused({}); dispatch({ type: 'answer', change: { agents: next } }); };
  const change = (index: number, patch: Partial<AgentDraft>) => set(agents.map((agent, i) => (i === index ? { ...agent, ...patch } : agent)));
  const named = namedAgents(state.draft);
  const anyBad = agents.some((_, i) => bad[i]);
  const preview = portsDraft(state, defaults);
  const settled = useDebounced(preview.draft, 500);
  const ports = useQuery({ ...portsQuery(platform, settled), enabled: preview.named && !anyBad, placeholderData: (previous) => previous });

  const next = async () => {
    setAsked(true);
    if (named.length === 0) return;
    const troubles: Record<number, string> = {};
    await Promise.all(agents.map(async (agent, index) => {
      if (agent.name.trim() === '') return;
      try {
        const verdict = await checkAgent(client, platform, agent.name, othersOf(agents, index));
        if (verdict.uid === null || hasError(verdict.findings)) troubles[index] = '';
      } catch (error) {
        troubles[index] = toPlatformError(error).message;
      }
    }));
    setRefused(troubles);
    if (Object.keys(troubles).length > 0) return;
    set(named);
    dispatch({ type: 'next' });
  };
  return (
    <StepFrame
      id="agent" title={agents.length > 1 ? 'What are your agents called?' : 'What is your first agent called?'}
      lead="Each agent has a name, a folder of its own and its modules. More can be added at any time."
      sentence={named.length === 0 ? 'One agent is needed to start with.' : `${count(named.length, 'agent')}. Next: the plan. Nothing has been written.`}
      primary={{ label: 'Review plan', onPress: next, blocked: named.length === 0 ? 'Name an agent first.' : anyBad ? 'A name will not do.' : null }}
    >
      {agents.map((agent, index) => (
        <AgentFields
          key={index} agent={agent} index={index} others={othersOf(agents, index)} asked={asked && named.length === 0 && index === 0} refused={refused[index] ?? ''}
          onChange={(patch) => change(index, patch)} onBad={(is) => setBad((old) => (old[index] === is ? old : { ...old, [index]: is }))}
          onRemove={agents.length > 1 ? () => { setBad({}); set(agents.filter((_, i) => i !== index)); } : null}
        />
      ))}
      <div><Button icon="plus" data-testid="wizard-agent-add" onClick={() => set([...agents, emptyAgent()])}>Add another agent</Button></div>
      {preview.named && ports.data && ports.data.length > 0 ? (
        <section>
          <div className="group-head wgh"><h3>Ports</h3><span className="count">checked against what listens now</span></div>
          <PortsTable rows={ports.data} named />
        </section>
      ) : null}
    </StepFrame>
  );
}
