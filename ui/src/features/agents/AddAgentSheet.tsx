import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import type { AgentDraft, CatalogueModule } from '../../bindings';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { Button, Checkbox, ErrorBox, Foreign, Prose, Sheet, TextField, Waiting } from '../../ui';
import { usePlanFlow } from '../plan/flow';

/** Answers while they are typed; a verdict that comes late for an older name is dropped by its key. */
function useVerdict(name: string) {
  const platform = usePlatform();
  const [settled, setSettled] = useState(name);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(name), 150);
    return () => clearTimeout(timer);
  }, [name]);
  const query = useQuery({ queryKey: [...keys.agents, 'name', settled], queryFn: () => platform.agentCheckName(settled), enabled: settled.trim() !== '', staleTime: 0 });
  return { verdict: settled === name ? query.data : undefined, error: query.error };
}

function ModuleChoices({ modules, chosen, onChange }: { modules: CatalogueModule[]; chosen: string[]; onChange: (chosen: string[]) => void }) {
  return (
    <fieldset className="choices-set">
      <legend className="form-label">Modules</legend>
      <div className="group">
        {modules.map((module) => (
          <Checkbox key={module.name} checked={chosen.includes(module.name)} data-testid={`agent-module-${module.name}`}
            help={<><Prose>{module.description}</Prose>{module.note && <> <Prose>{module.note}</Prose></>}</>}
            onChange={(on) => onChange(on ? [...chosen, module.name] : chosen.filter((name) => name !== module.name))}>
            <b className="medium"><Foreign>{module.title}</Foreign></b>
          </Checkbox>
        ))}
      </div>
    </fieldset>
  );
}

function useDraft(modules: CatalogueModule[] | undefined) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [picked, setPicked] = useState<string[] | null>(null);
  const chosen = picked ?? modules?.filter((module) => module.default_on).map((module) => module.name) ?? [];
  return { name, setName, description, setDescription, chosen, setPicked };
}

/** Name with a live verdict, description, modules; then the plan. Nothing is written before it is confirmed. */
export function AddAgentSheet({ onClose }: { onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const modules = useQuery({ queryKey: [...keys.agents, 'modules'], queryFn: () => platform.agentModules() });
  const { name, setName, description, setDescription, chosen, setPicked } = useDraft(modules.data);
  const { verdict, error } = useVerdict(name);
  const wrong = verdict?.findings.find((finding) => finding.level === 'error');
  const catches = verdict?.findings.filter((finding) => finding.level !== 'error') ?? [];
  const why = !name.trim() ? 'Enter a name first.' : wrong ? wrong.message : !verdict ? 'The name is still being checked.' : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why || !verdict) return;
    const draft: AgentDraft = { name: name.trim(), uid: null, description: description.trim(), modules: chosen };
    onClose();
    flow.open({ title: `Add ${draft.name}`, make: () => platform.agentAddPlan(draft), onApplied: () => { if (verdict.uid) navigate({ view: 'agents', uid: verdict.uid }); } });
  };
  return (
    <Sheet label="Add an agent" onClose={onClose} className="form-sheet" data-testid="add-agent-sheet">
      <form onSubmit={submit} noValidate>
        <header><h1>Add an agent</h1><p className="muted plan-summary">You see every folder, file and port before anything is written.</p></header>
        <div className="sheet-body">
          <TextField label="Name" value={name} onChange={setName} autoFocus data-testid="agent-name" maxLength={300}
            error={wrong ? `${wrong.message} ${wrong.hint}` : null}
            help={<span aria-live="polite">{verdict?.uid && !wrong ? <>Folder <code>agents/agent-<Foreign>{verdict.uid}</Foreign></code></> : 'Its folder and its identifier are made from it.'}{catches.map((finding) => <span key={finding.code}> <Prose>{finding.message}</Prose></span>)}</span>} />
          <TextField label="Description" value={description} onChange={setDescription} help="For people; it can stay empty." data-testid="agent-description" maxLength={2000} />
          {modules.data && <ModuleChoices modules={modules.data} chosen={chosen} onChange={setPicked} />}
          {modules.isPending && <Waiting>Reading the catalogue of modules</Waiting>}
          {(modules.error ?? error) && <ErrorBox error={modules.error ?? error} onRetry={() => void modules.refetch()} />}
        </div>
        <footer>
          <span className="caption faint grow">Nothing has been written yet.</span>
          <Button onClick={onClose} keys="esc">Cancel</Button>
          <Button type="submit" kind="primary" keys="↩" why={why} data-testid="agent-review">Review plan</Button>
        </footer>
      </form>
    </Sheet>
  );
}
