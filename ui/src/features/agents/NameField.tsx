import { Foreign, Prose, TextField } from '../../ui';
import type { useVerdict } from './use-verdict';

/** The name of a new agent, with what its folder will be called. */
export function NameField({ name, onChange, check }: { name: string; onChange: (name: string) => void; check: ReturnType<typeof useVerdict> }) {
  const { verdict, wrong } = check;
  const catches = verdict?.findings.filter((finding) => finding.level !== 'error') ?? [];
  return (
    <TextField label="Name" value={name} onChange={onChange} autoFocus onFocus={(event) => event.currentTarget.select()} data-testid="agent-name" maxLength={300}
      error={wrong ? `${wrong.message} ${wrong.hint}` : null}
      help={<span aria-live="polite">{verdict?.uid && !wrong ? <>Folder <code>agents/agent-<Foreign>{verdict.uid}</Foreign></code></> : 'Its folder and its identifier are made from it.'}{catches.map((finding) => <span key={finding.code}> <Prose>{finding.message}</Prose></span>)}</span>} />
  );
}
