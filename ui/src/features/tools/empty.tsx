import { useShell } from '../../app/shell-context';
import { Button, EmptyState, Foreign } from '../../ui';

export function NothingFound({ query, title }: { query: string; title: string }) {
  return (
    <EmptyState icon="search" title="No tool fits">
      <p>Nothing in <Foreign>{title}</Foreign> has “<Foreign>{query}</Foreign>” in its name, description or status. Esc clears the search.</p>
    </EmptyState>
  );
}

/** Says what would stand here and where the app looks for it. */
export function NoTools({ tab, title }: { tab: string; title: string }) {
  const shell = useShell();
  const show = (path: string) => <Button icon="folder" onClick={() => shell.showPath(path)}>Show the folder</Button>;
  if (tab === 'smcp') {
    return (
      <EmptyState icon="service" title="SMCP has no plugins yet" action={show('smcp')}>
        <p>SMCP is the tool server all agents share. A folder with a <code>cli.py</code> below <code>smcp/plugins</code> becomes a card here by itself.</p>
      </EmptyState>
    );
  }
  if (tab.startsWith('agent:')) {
    const folder = `agents/agent-${tab.slice('agent:'.length)}`;
    return (
      <EmptyState icon="module" title="No modules yet" action={show(folder)}>
        <p>Modules let <Foreign>{title}</Foreign> listen and speak. Each stands in a folder of its own below <code><Foreign>{folder}</Foreign></code> and shows up here by itself.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="tools" title="No global tools yet" action={show('.')}>
      <p>A tool is a folder with a <code>manifest.json</code> that states its name and what it is. Put one below this Sanctum and its card appears here by itself.</p>
    </EmptyState>
  );
}
