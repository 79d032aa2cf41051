import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, Prose, Sheet, Waiting, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';

/** Modules that an agent could be given. Refused to whoever may not give it any. */
export function useOffers(uid: string | null) {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.modules, 'offered', uid], queryFn: () => platform.modulesOffered(uid), enabled: uid !== null, retry: false });
}

interface Whose { uid: string; name: string }

function AgentChoice({ value, onChange }: { value: Whose | null; onChange: (whose: Whose) => void }) {
  const platform = usePlatform();
  const id = useId();
  const agents = useQuery({ queryKey: [...keys.agents, 'to choose'], queryFn: () => platform.agentsList('', 0, 500) });
  const items = agents.data?.items.filter((agent) => agent.origin === 'registry') ?? [];
  if (agents.isError) return <ErrorBox error={agents.error} onRetry={() => void agents.refetch()} />;
  if (!agents.data) return <Waiting>Reading the agents</Waiting>;
  const choose = (uid: string) => { const agent = items.find((one) => one.uid === uid); if (agent) onChange({ uid, name: agent.name }); };
  return (
    <div className="form-field">
      <label className="form-label" htmlFor={id}>Agent</label>
      <select id={id} className="field select" value={value?.uid ?? ''} onChange={(event) => choose(event.target.value)} data-testid="add-module-agent">
        {value === null && <option value="">Choose one</option>}
        {items.map((agent) => <option key={agent.uid} value={agent.uid}>{visible(agent.name)}</option>)}
      </select>
    </div>
  );
}

function ModuleChoice({ whose, value, onChange }: { whose: Whose; value: string | null; onChange: (name: string) => void }) {
  const offers = useOffers(whose.uid);
  const group = useId();
  if (offers.isError) return <ErrorBox error={offers.error} onRetry={() => void offers.refetch()} />;
  if (!offers.data) return <Waiting>Reading the catalogue of modules</Waiting>;
  if (offers.data.length === 0) return <p className="small muted" data-testid="add-module-none"><Foreign>{whose.name}</Foreign> has every module that an agent can have.</p>;
  return (
    <fieldset className="choices-set">
      <legend className="form-label">Module</legend>
      <div className="group">
        {offers.data.map((offer) => (
          <label key={offer.name} className="check-row">
            <input type="radio" className="radio-input" name={group} checked={value === offer.name} onChange={() => onChange(offer.name)} data-testid={`add-module-${offer.name}`} />
            <span className="grow"><b className="medium"><Foreign>{offer.title}</Foreign></b><span className="form-help"><Prose>{offer.description}</Prose>{offer.note && <> <Prose>{offer.note}</Prose></>}</span></span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** One more module for an agent, which is asked for where none is given. Nothing is written before the plan is confirmed. */
export function AddModuleSheet({ agent, onClose }: { agent: Whose | null; onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const [chosen, setChosen] = useState<Whose | null>(agent);
  const [module, setModule] = useState<string | null>(null);
  const offers = useOffers(chosen?.uid ?? null).data;
  const offer = offers?.find((one) => one.name === module);
  const why = !chosen ? 'Choose the agent first.' : offers?.length === 0 ? 'There is none that it does not have.' : offer ? null : 'Choose a module first.';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why || !chosen || !offer) return;
    const id = `${chosen.uid}/${offer.name}`;
    onClose();
    flow.open({ title: `Add ${visible(offer.title)} to ${visible(chosen.name)}`, make: () => platform.moduleAddPlan(id), onApplied: () => navigate({ view: 'modules', tab: 'instances', id }) });
  };
  return (
    <Sheet label="Add a module" onClose={onClose} className="form-sheet" data-testid="add-module-sheet">
      <form onSubmit={submit} noValidate>
        <header><h1>Add a module{agent && <> to <Foreign>{agent.name}</Foreign></>}</h1><p className="muted plan-summary">Its folder, settings and port. Its code is installed afterwards.</p></header>
        <div className="sheet-body">
          {!agent && <AgentChoice value={chosen} onChange={(next) => { setChosen(next); setModule(null); }} />}
          {chosen && <ModuleChoice whose={chosen} value={module} onChange={setModule} />}
        </div>
        <footer>
          <span className="caption faint grow">Nothing has been written yet.</span>
          <Button onClick={onClose} keys="esc">Cancel</Button>
          <Button type="submit" kind="primary" keys="↩" why={why} data-testid="add-module-review">Review plan</Button>
        </footer>
      </form>
    </Sheet>
  );
}
