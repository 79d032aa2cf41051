import { useState } from 'react';
import type { PythonCandidate } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { Button } from '../../../ui/Button';
import { toPlatformError } from '../../../platform/platform';
import { Answer, localFinding } from '../parts';

interface Props {
  busy: boolean;
  error: unknown;
  last: PythonCandidate | null;
  onCheck: (path: string) => void;
}

/** An interpreter that was not found by itself, typed or chosen. It is tried before it can be used. */
export function OtherPython({ busy, error, last, onCheck }: Props) {
  const platform = usePlatform();
  const [path, setPath] = useState('');
  const typed = path.trim();
  const check = () => { if (typed !== '') onCheck(typed); };
  const choose = async () => {
    const picked = await platform.pickFile();
    if (picked === null) return;
    setPath(picked);
    onCheck(picked);
  };
  const refusal = error === null || error === undefined ? null : toPlatformError(error);
  const findings = refusal !== null ? [localFinding(refusal.message, refusal.hint)]
    : last !== null && last.verdict === 'refused' && last.path === typed ? [localFinding(last.reason, 'It cannot run the agents.')] : [];
  return (
    <div className="group">
      <div className="orow wother">
        <Answer
          className="grow" label="Path of another interpreter" mono placeholder="/usr/local/bin/python3.12" value={path} onChange={setPath}
          findings={busy ? [] : findings} data-testid="wizard-python-path" autoFocus
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || typed === '') return;
            event.preventDefault();
            check();
          }}
        />
        <Button onClick={() => void choose()}>Choose…</Button>
        <Button busy={busy} data-testid="wizard-python-check" why={typed === '' ? 'Type a path first.' : null} onClick={check}>Try it</Button>
      </div>
    </div>
  );
}
