import { useQuery } from '@tanstack/react-query';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Foreign, Icon, MenuButton, visible } from '../../ui';
import { chooseWord, chosenOf, filters, hasWord, toggleWord } from './filters';

const MOST = 100;

function Choose({ kind, label, none, entries, query, setQuery }: { kind: string; label: string; none: string; entries: { id: string; title: string }[]; query: string; setQuery: (query: string) => void }) {
  const chosen = chosenOf(query, kind);
  const title = entries.find((entry) => entry.id === chosen)?.title ?? chosen;
  return (
    <MenuButton label={chosen ? `${label}: ${visible(title ?? '')}` : label} className={chosen ? 'btn btn-s filter-chip filter-on' : 'btn btn-s filter-chip'} data-testid={`filter-${label.toLowerCase()}`}
      items={entries.length > 0 ? entries.map((entry) => ({ id: entry.id, label: <Foreign>{entry.title}</Foreign>, text: visible(entry.title), icon: entry.id === chosen ? 'check' as const : undefined })) : [{ id: '', label: none, text: none }]}
      onAction={(id) => { if (id) setQuery(chooseWord(query, kind, id)); }}>
      {chosen ? <Foreign>{title}</Foreign> : label}<Icon name="down" />
    </MenuButton>
  );
}

/** The words with @, for people who do not type them. */
export function FilterChips({ query, setQuery }: { query: string; setQuery: (query: string) => void }) {
  const platform = usePlatform();
  const agents = useQuery({ queryKey: [...keys.agents, 'filter'], queryFn: () => platform.agentsList('', 0, MOST) });
  const modules = useQuery({ queryKey: [...keys.tools, 'modules'], queryFn: () => platform.agentModules() });
  return (
    <div className="row filter-chips" role="group" aria-label="Filters">
      {filters.map(({ word, label }) => (
        <button key={word} type="button" className={hasWord(query, word) ? 'btn btn-s filter-chip filter-on' : 'btn btn-s filter-chip'} aria-pressed={hasWord(query, word)} title={word}
          onClick={() => setQuery(toggleWord(query, word))} data-testid={`filter-${word.slice(1)}`}>{label}</button>
      ))}
      <Choose kind="@agent:" label="Agent" none="No agent yet" query={query} setQuery={setQuery} entries={(agents.data?.items ?? []).map((agent) => ({ id: agent.uid, title: agent.name }))} />
      <Choose kind="@tool:" label="Tool" none="No module yet" query={query} setQuery={setQuery} entries={(modules.data ?? []).map((module) => ({ id: module.name, title: module.title }))} />
    </div>
  );
}
