import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { CatalogueModule, NewAgentDraft } from '../../bindings';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { Button, Checkbox, ErrorBox, Foreign, Prose, Sheet, TextField, Waiting } from '../../ui';
import { SideFields } from '../letta/SideFields';
import { type SideDraft, emptySide, sideProblem, toSide } from '../letta/side';
import { usePlanFlow } from '../plan/flow';
import { Appearance } from './Appearance';
import { NameField } from './NameField';
import { avatarProblem, drivenByBroca } from './edits';
import { useVerdict } from './use-verdict';

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

function useDraft(modules: CatalogueModule[] | undefined, first: Partial<SideDraft>, firstName: string) {
  const [name, setName] = useState(firstName);
  const [description, setDescription] = useState('');
  const [picked, setPicked] = useState<string[] | null>(null);
  const [color, setColor] = useState<number | null>(null);
  const [avatar, setAvatar] = useState('');
  const [side, setSide] = useState<SideDraft>({ ...emptySide, ...first });
  const chosen = picked ?? modules?.filter((module) => module.default_on).map((module) => module.name) ?? [];
  return { name, setName, description, setDescription, chosen, setPicked, color, setColor, avatar, setAvatar, side, setSide };
}

/** Name with a live verdict, description, looks, modules and what is to become of its Letta side; then the plan. Nothing is written before it is confirmed. */
export function AddAgentSheet({ onClose, link }: { onClose: () => void; link?: { id: string; name: string } }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const modules = useQuery({ queryKey: [...keys.agents, 'modules'], queryFn: () => platform.agentModules() });
  const form = useDraft(modules.data, link ? { side: 'link', id: link.id } : {}, link?.name ?? '');
  const { name, chosen, side } = form;
  const check = useVerdict(name);
  const driven = drivenByBroca(chosen);
  // Without the catalogue it would get no module at all.
  const catalogue = modules.data ? null : modules.isError ? 'Its modules could not be read.' : 'Its modules are still being read.';
  const why = check.why ?? catalogue ?? avatarProblem(form.avatar) ?? sideProblem(side);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const uid = check.verdict?.uid;
    if (why || !uid) return;
    const draft: NewAgentDraft = { name: name.trim(), uid: null, description: form.description.trim(), modules: chosen, color: form.color, avatar: form.avatar.trim() || null, letta: toSide(side, driven) };
    onClose();
    flow.open({ title: `Add ${draft.name}`, make: () => platform.agentCreatePlan(draft), onApplied: () => navigate({ view: 'agents', uid }) });
  };
  return (
    <Sheet label="Add an agent" onClose={onClose} className="form-sheet" data-testid="add-agent-sheet">
      <form onSubmit={submit} noValidate>
        <header><h1>Add an agent</h1><p className="muted plan-summary">You see every folder, file and port before anything is written.</p></header>
        <div className="sheet-body">
          <NameField name={name} onChange={form.setName} check={check} />
          <TextField label="Description" value={form.description} onChange={form.setDescription} help="For people; it can stay empty." data-testid="agent-description" maxLength={2000} />
          <Appearance name={name} color={form.color} avatar={form.avatar} onColor={form.setColor} onAvatar={form.setAvatar} />
          {modules.data && <ModuleChoices modules={modules.data} chosen={chosen} onChange={form.setPicked} />}
          {modules.isPending && <Waiting>Reading the catalogue of modules</Waiting>}
          {(modules.error ?? check.error) && <ErrorBox error={modules.error ?? check.error} onRetry={modules.isError ? () => void modules.refetch() : undefined} />}
          <SideFields value={side} onChange={form.setSide} driven={driven} allow={['none', 'create', 'link']} />
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
