import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { StatusWord } from '../../bindings';
import { catalog, keysOf } from '../../commands/catalog';
import type { Handler } from '../../commands/handlers';
import { navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { visible } from '../../ui';
import { fuzzy } from './fuzzy';

export type Kind = 'action' | 'agent' | 'tool' | 'change';

export interface Thing {
  id: string;
  kind: Kind;
  text: string;
  where: string;
  icon: string;
  word?: StatusWord;
  keys?: string;
  run: () => void;
}

export interface Found extends Thing { score: number; marks: number[] }

const MOST_TABS = 8;

/** What the question found in the registry: agents, cards of each tab, change sets. */
function useServerThings(question: string): Thing[] {
  const platform = usePlatform();
  const query = useQuery({
    queryKey: ['palette', question],
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    queryFn: async () => {
      const [agents, tabs, changes] = await Promise.all([platform.agentsList(question, 0, 8), platform.toolsTabs(), platform.changesList(question, 'all', 0, 5)]);
      const pages = await Promise.all(tabs.slice(0, MOST_TABS).map((tab) => platform.toolsList(tab.id, question, 0, 6).then((page) => ({ tab, page }))));
      return { agents, pages, changes };
    },
  });
  return useMemo(() => {
    if (!query.data) return [];
    const { agents, pages, changes } = query.data;
    const status = (word: string, reason: string) => [word, visible(reason)].filter(Boolean).join(' · ');
    return [
      ...agents.items.map((agent): Thing => ({ id: `agent ${agent.uid}`, kind: 'agent', text: visible(agent.name), where: status(agent.status.word, agent.status.reason), icon: 'user', word: agent.status.word, run: () => navigate({ view: 'agents', uid: agent.uid }) })),
      ...pages.flatMap(({ tab, page }) => page.items.map((card): Thing => ({ id: `tool ${card.id}`, kind: 'tool', text: visible(card.title || card.name), where: `${visible(tab.title)} · ${status(card.status.word, card.status.reason)}`, icon: card.icon, word: card.needs_you ? card.status.word : undefined, run: () => navigate({ view: 'tool', id: card.id }) }))),
      ...changes.items.map((row): Thing => ({ id: `change ${row.id}`, kind: 'change', text: visible(row.title), where: `${visible(row.actor)} · ${visible(row.state_text)}`, icon: row.icon, run: () => navigate({ view: 'activity', id: row.id }) })),
    ];
  }, [query.data]);
}

const icons: Record<string, string> = { session: 'lock', agent: 'user', install: 'folder', change: 'undo', find: 'search', nav: 'arrow', view: 'sidebar', appearance: 'spark', help: 'question' };

/** What leaves the window is never what Enter finds first. */
const leaving = (command: { id: string }) => (/^(session\.|install\.close)/.test(command.id) ? 1 : 0);

function actions(handlers: Record<string, Handler>, platform: string): Thing[] {
  return [...catalog].sort((a, b) => leaving(a) - leaving(b)).filter((command) => command.palette && command.phases.includes('ready') && handlers[command.id]?.why?.() === undefined).map((command) => ({
    id: `action ${command.id}`, kind: 'action', text: command.title, where: command.menu ?? '', icon: icons[command.id.split('.')[0] ?? ''] ?? 'play', keys: keysOf(command.id, platform), run: () => handlers[command.id]?.run(),
  }));
}

const prefixes: Record<string, Kind[]> = { '>': ['action'], '@': ['agent'], '#': ['tool', 'change'] };
const limits: Record<Kind, number> = { action: 6, agent: 6, tool: 10, change: 5 };

/** Splits a question into its prefix and its words. */
export function readQuestion(typed: string): { kinds: Kind[]; words: string } {
  const kinds = prefixes[typed[0] ?? ''];
  return kinds ? { kinds, words: typed.slice(1).trim() } : { kinds: ['action', 'agent', 'tool', 'change'], words: typed.trim() };
}

/** Kinds with a whole-word hit come before kinds that only share letters; otherwise the order is fixed. */
const tier = (found: Found[]) => (found[0] && found[0].score >= 100 ? 1 : 0);

/** Matched things by kind, the best first; a thing that only the registry's search matched stays, unmarked. */
export function rank(things: Thing[], words: string, kinds: Kind[]): { kind: Kind; found: Found[] }[] {
  return kinds.map((kind) => {
    const found: Found[] = [];
    for (const thing of things) {
      if (thing.kind !== kind) continue;
      const match = fuzzy(words, thing.text) ?? (kind === 'action' ? null : { score: -10, marks: [] });
      if (match) found.push({ ...thing, ...match });
    }
    if (words) found.sort((a, b) => b.score - a.score);
    return { kind, found: found.slice(0, kinds.length === 1 ? 30 : limits[kind]) };
  }).filter((group) => group.found.length > 0).sort((a, b) => (words ? tier(b.found) - tier(a.found) : 0));
}

export function useThings(typed: string, handlers: Record<string, Handler>) {
  const shell = useShell();
  const { kinds, words } = readQuestion(typed);
  const server = useServerThings(words);
  const all = useMemo(() => [...actions(handlers, shell.platform), ...server], [handlers, shell.platform, server]);
  return useMemo(() => rank(all, words, kinds), [all, words, kinds.join()]); // eslint-disable-line
}

