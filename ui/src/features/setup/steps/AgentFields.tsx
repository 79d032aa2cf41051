import { useEffect } from 'react';
import type { AgentDraft, Finding } from '../../../bindings';
import { toPlatformError } from '../../../platform/platform';
import { Button } from '../../../ui/Button';
import { Glyph } from '../../../ui/Icon';
import { Foreign } from '../../../ui/text';
import { Answer, hasError, localFinding } from '../parts';
import { useAgentVerdict } from '../queries';

interface Props {
  agent: AgentDraft;
  index: number;
  others: string[];
  asked: boolean;
  refused: string;
  onChange: (patch: Partial<AgentDraft>) => void;
  onBad: (bad: boolean) => void;
  onRemove: (() => void) | null;
}

/** One agent: its name with what becomes of it, and a description for people. */
export function AgentFields({ agent, index, others, asked, refused, onChange, onBad, onRemove }: Props) {
  const verdict = useAgentVerdict(agent.name, others);
  const named = agent.name.trim() !== '';
  const current = named && verdict.current;
  const failure = current && verdict.isError ? toPlatformError(verdict.error) : null;
  const findings: Finding[] = !named ? (asked ? [localFinding('A name is needed.', 'Athena, for instance.')] : [])
    : failure !== null ? [localFinding(failure.message, failure.hint)]
    : current ? (verdict.data?.findings ?? [])
    : refused !== '' ? [localFinding(refused, '')] : [];
  const bad = current && (failure !== null || verdict.data?.uid === null || hasError(findings));
  useEffect(() => onBad(bad), [bad]); // eslint-disable-line react-hooks/exhaustive-deps -- told when it changes, not when the parent renders
  const nth = index === 0 ? '' : `-${index + 1}`;
  const uid = current && !bad ? (verdict.data?.uid ?? null) : null;
  return (
    <div className="group" role="group" aria-label={index === 0 ? 'First agent' : `Agent ${index + 1}`}>
      <div className="wcell">
        <div className="wother">
          <Answer className="grow" label={index === 0 ? 'Name' : `Name of agent ${index + 1}`} value={agent.name} findings={findings} first={index === 0 || !named}
            maxLength={400} data-testid={`wizard-agent-name${nth}`} onChange={(name) => onChange({ name, uid: null })} />
          {onRemove === null ? null : <Button kind="quiet" aria-label={`Remove agent ${index + 1}`} onClick={onRemove}>Remove</Button>}
        </div>
        <p className="small wverdict" role="status" data-testid={`wizard-agent-verdict${nth}`}>
          {uid === null ? <span className="faint">{named && !bad ? 'Checking the name' : 'The folder follows from the name.'}</span> : (
            <><Glyph word="Healthy" /><span className="muted">Its folder:</span> <code><Foreign>{`agents/agent-${uid}`}</Foreign></code></>
          )}
        </p>
      </div>
      <div className="wcell">
        <Answer label="Description (optional)" value={agent.description} data-testid={`wizard-agent-description${nth}`} onChange={(description) => onChange({ description })}
          help="One sentence for people: what this agent is for." />
      </div>
    </div>
  );
}
