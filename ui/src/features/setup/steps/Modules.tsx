import { useQuery } from '@tanstack/react-query';
import type { CatalogueModule } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { Checkbox } from '../../../ui/controls';
import { Icon } from '../../../ui/Icon';
import { ErrorBox } from '../../../ui/states';
import { Foreign, Prose } from '../../../ui/text';
import { StepFrame } from '../StepFrame';
import { WaitingRow } from '../parts';
import { portsQuery, useDebounced } from '../queries';
import { useWizard } from '../wizard-context';
import { count } from '../words';
import { PortsTable } from './PortsTable';
import { portsDraft } from './ports-draft';

/** What each agent starts with, what all share, and the ports these get. */
export function Modules() {
  const { state, dispatch, defaults } = useWizard();
  const platform = usePlatform();
  const { modules } = state.draft;
  const preview = portsDraft(state, defaults);
  const draft = useDebounced(preview.draft, 150);
  const ports = useQuery({ ...portsQuery(platform, draft), placeholderData: (previous) => previous });
  const toggle = (name: string, on: boolean) =>
    dispatch({ type: 'answer', change: { modules: on ? [...modules, name] : modules.filter((m) => m !== name) } });
  const moved = ports.data?.filter((row) => row.moved_from !== null).length ?? 0;
  const sections: [string, string][] = [['agent', 'For each agent'], ['global', 'Shared by all']];
  return (
    <StepFrame
      id="modules" title="What should the agents be able to do?"
      lead="Modules are set up but not started. Each has a port of its own that nothing else is given."
      sentence={<>{count(modules.length, 'module')} chosen{moved > 0 ? `, ${count(moved, 'port')} moved because something else holds the usual one` : ''}.</>}
      primary={{ label: 'Continue', onPress: () => dispatch({ type: 'next' }) }}
    >
      {sections.map(([scope, title]) => {
        const list = defaults.modules.filter((m) => m.scope === scope);
        return list.length === 0 ? null : (
          <section key={scope}>
            <div className="group-head wgh"><h3>{title}</h3></div>
            <div className="group">
              {list.map((module) => <ModuleRow key={module.name} module={module} on={modules.includes(module.name)} onToggle={(on) => toggle(module.name, on)} />)}
            </div>
          </section>
        );
      })}
      <section>
        <div className="group-head wgh"><h3>Ports</h3><span className="count">checked against what listens now</span></div>
        {ports.isPending ? <WaitingRow>Looking at which ports are free</WaitingRow> : null}
        {ports.isError ? <ErrorBox error={ports.error} onRetry={() => void ports.refetch()} /> : null}
        {ports.data ? <PortsTable rows={ports.data} named={preview.named} /> : null}
      </section>
    </StepFrame>
  );
}

function ModuleRow({ module, on, onToggle }: { module: CatalogueModule; on: boolean; onToggle: (on: boolean) => void }) {
  return (
    <div className="orow wmodule">
      <span className="tile"><Icon name={module.icon} /></span>
      <div className="grow">
        <Checkbox
          checked={on} onChange={onToggle} data-testid={`wizard-module-${module.name}`}
          help={<><Prose>{module.description}</Prose>{module.note === null ? null : <span className="wnote"> <Prose>{module.note}</Prose></span>}</>}
        >
          <b className="medium"><Foreign>{module.title}</Foreign></b>
        </Checkbox>
      </div>
    </div>
  );
}
