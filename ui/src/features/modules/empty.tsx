import type { ModuleFilter } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { Button, EmptyState, Foreign } from '../../ui';

/** What a module is, and how one comes here. */
function NoModules() {
  const shell = useShell();
  return (
    <EmptyState icon="module" title="No modules yet" action={<Button kind="primary" icon="plus" onClick={shell.addAgent} data-testid="empty-add-agent">Add agent…</Button>}>
      <p>A module is a program that works for an agent: Broca speaks for it on every channel, Thalamus prepares what comes in. Some, like SMCP, are shared by all.</p>
      <p>Each agent you add brings its modules. Here they are started, stopped and watched.</p>
    </EmptyState>
  );
}

/** Why the list is empty, and what to do about it. */
export function Nothing({ all, filter, query, canStart, onAll }: { all: number; filter: ModuleFilter; query: string; canStart: number; onAll: () => void }) {
  const shell = useShell();
  const showAll = <Button onClick={onAll}>Show all {all.toLocaleString('en')}</Button>;
  if (all === 0) return <NoModules />;
  if (query !== '') {
    return <EmptyState icon="search" title="No module fits" action={filter === 'all' ? undefined : showAll}><p>None {filter === 'running' ? 'that runs ' : filter === 'needs_you' ? 'that needs you ' : ''}has “<Foreign>{query}</Foreign>” in its name, agent, status, port or process. Esc clears the search.</p></EmptyState>;
  }
  if (filter === 'running') {
    return (
      <EmptyState icon="module" title="Nothing runs" action={canStart > 0 ? <><Button kind="primary" icon="play" onClick={shell.startModules}>Start all that are ready</Button>{showAll}</> : showAll}>
        <p>{canStart === 0 ? 'None is ready to start. Each says why under All.' : `${canStart.toLocaleString('en')} ${canStart === 1 ? 'is' : 'are'} ready to start.`}</p>
      </EmptyState>
    );
  }
  return <EmptyState icon="check" title="Nothing needs you" action={showAll}><p>A module comes here when it runs but cannot do its work, when its state cannot be seen, or when it ended by itself.</p></EmptyState>;
}
