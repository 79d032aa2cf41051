import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy, useState } from 'react';
import { Banners } from '../../app/Banners';
import { keys, useOverview } from '../../app/queries';
import { type ModulesTab, navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Titlebar } from '../../app/Titlebar';
import { usePlatform } from '../../platform/context';
import { Button, Icon, type MenuEntry, MenuButton, Segments, Waiting, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { EVERYTHING, useActs } from './acts';
import { AddModuleSheet } from './AddModuleSheet';
import { Instances } from './Instances';

const PortsView = lazy(() => import('../ports/PortsView').then((it) => ({ default: it.PortsView })));
const PythonView = lazy(() => import('../python/PythonView').then((it) => ({ default: it.PythonView })));

const tabs: { id: ModulesTab; label: string }[] = [{ id: 'instances', label: 'Instances' }, { id: 'ports', label: 'Ports' }, { id: 'python', label: 'Python' }];

function ForAll() {
  const shell = useShell();
  const acts = useActs();
  const overview = useOverview().data;
  const platform = usePlatform();
  const flow = usePlanFlow();
  const [adding, setAdding] = useState(false);
  // Refused to whoever may not add any: then there is none.
  const services = useQuery({ queryKey: [...keys.modules, 'offered'], queryFn: () => platform.modulesOffered(null), retry: false }).data;
  const offers = services ?? [];
  const starting = acts.doing.get(EVERYTHING) === 'start';
  const items: MenuEntry[] = [
    { id: 'stop', label: 'Stop all…', text: 'Stop all', icon: 'stop' },
    ...(services ? [{ id: 'join', label: 'Add a module to an agent…', text: 'Add a module to an agent', icon: 'plus' as const }] : []),
    ...offers.map((offer) => ({ id: `add:${offer.name}`, label: `Add ${visible(offer.title)}…`, text: `Add ${visible(offer.title)}`, icon: 'plus' as const })),
  ];
  const choose = (id: string) => {
    const offer = offers.find((one) => `add:${one.name}` === id);
    if (offer) flow.open({ title: `Add ${visible(offer.title)}`, make: () => platform.moduleAddPlan(offer.name) });
    else if (id === 'join') setAdding(true);
    else shell.stopModules();
  };
  return (
    <>
      <Button kind="quiet" icon="play" className="start-all" busy={starting} why={overview?.can_start === 0 ? 'Nothing is ready to start.' : null} onClick={shell.startModules} data-testid="start-all">{starting ? 'Starting all that are ready' : 'Start all that are ready'}</Button>
      <MenuButton label="More for all modules" className="btn btn-icon btn-quiet" data-testid="modules-more"
        items={items} onAction={choose}>
        <Icon name="more" />
      </MenuButton>
      {adding && <AddModuleSheet agent={null} onClose={() => setAdding(false)} />}
    </>
  );
}

/** What runs, who has which port, and what it all runs in. */
export function ModulesView({ tab, id, log }: { tab: ModulesTab; id: string | null; log: boolean }) {
  const [count, setCount] = useState<number | null>(null);
  const words = tab === 'instances' && count !== null && count > 0 ? `${count.toLocaleString('en')} ${count === 1 ? 'instance' : 'instances'}` : undefined;
  return (
    <main className="main" data-testid="modules-view">
      <Titlebar title="Modules" sub={words} inspector={tab === 'instances' && count !== 0}>
        <Segments label="Part of the modules" segments={tabs} selected={tab} onSelect={(next) => navigate({ view: 'modules', tab: next as ModulesTab, id: null })} />
        <span className="sep" />
        <ForAll />
      </Titlebar>
      <Banners />
      {tab === 'instances' ? <Instances id={id} log={log} onCount={setCount} /> : (
        <div className="panel" data-testid={`modules-${tab}`}>
          <Suspense fallback={<div className="pad"><Waiting>Opening</Waiting></div>}>{tab === 'ports' ? <PortsView /> : <PythonView />}</Suspense>
        </div>
      )}
    </main>
  );
}
