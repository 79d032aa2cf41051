import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { StatusWord } from '../../bindings';
import { catalog, keysOf } from '../../commands/catalog';
import type { Handler } from '../../commands/handlers';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { visible } from '../../ui';
import { placeOfCard } from '../tools/place';
import { useModuleThings } from './module-things';
import { usePluginThings } from './plugin-things';
import { type Answer, behind } from './answer';
import { fuzzy, wordMarks } from './fuzzy';

export type Kind = 'action' | 'setting' | 'agent' | 'module' | 'plugin' | 'tool' | 'change';

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

export interface Found extends Thing { score: number; marks: number[]; whereMarks?: number[] }

const MOST_TABS = 8;

/** A search over ten thousand settings waits until the fingers rest. */
const SETTLE_MS = 120;

function useSettled(text: string, ms: number): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return settled;
}

/** What the question found in the registry: agents, cards of each tab, change sets. */
function useServerThings(question: string): Answer {
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
  const things = useMemo(() => {
    if (!query.data) return [];
    const { agents, pages, changes } = query.data;
    const status = (word: string, reason: string) => [word, visible(reason)].filter(Boolean).join(' · ');
    return [
      ...agents.items.map((agent): Thing => ({ id: `agent ${agent.uid}`, kind: 'agent', text: visible(agent.name), where: status(agent.status.word, agent.status.reason), icon: 'user', word: agent.status.word, run: () => navigate({ view: 'agents', uid: agent.uid }) })),
      ...pages.flatMap(({ tab, page }) => page.items.map((card): Thing => ({ id: `tool ${card.id}`, kind: 'tool', text: visible(card.title || card.name), where: `${visible(tab.title)} · ${status(card.status.word, card.status.reason)}`, icon: card.icon, word: card.needs_you ? card.status.word : undefined, run: () => navigate(placeOfCard(card)) }))),
      ...changes.items.map((row): Thing => ({ id: `change ${row.id}`, kind: 'change', text: visible(row.title), where: `${visible(row.actor)} · ${visible(row.state_text)}`, icon: row.icon, run: () => navigate({ view: 'activity', id: row.id }) })),
    ];
  }, [query.data]);
  return { things, waiting: behind(query) };
}

/** A filter typed after the @ of the palette keeps its own @. */
const FILTER = /^(modified|secret|invalid|needs-restart|drift|agent:|tool:|level:)/;

/** Twenty settings where they are asked for alone, five among other things, none for an empty question. */
function useSettings(words: string, alone: boolean, asked: boolean): Answer {
  const platform = usePlatform();
  const question = alone && FILTER.test(words) ? `@${words}` : words;
  const settled = useSettled(question, SETTLE_MS);
  const enabled = asked && (alone || settled !== '');
  const query = useQuery({
    queryKey: [...keys.settings, 'palette', settled, alone], enabled, placeholderData: keepPreviousData, staleTime: 5_000,
    queryFn: () => platform.settingsSearch(settled, 0, alone ? 20 : 5),
  });
  const things = useMemo(() => {
    if (!query.data || !enabled) return [];
    return query.data.items.map((hit): Thing => ({
      id: `setting ${hit.target} ${hit.id}`, kind: 'setting', text: visible(hit.title || hit.key), where: visible([hit.agent, hit.tool].filter(Boolean).join(' › ')), icon: hit.secret ? 'key' : 'tools',
      word: hit.invalid ? 'Error' : undefined, run: () => navigate({ view: 'tool', id: hit.target, setting: hit.id }),
    }));
  }, [query.data, enabled]);
  return { things, waiting: (asked && question !== settled) || (enabled && behind(query)) };
}

const icons: Record<string, string> = { session: 'lock', settings: 'tools', agent: 'user', install: 'folder', change: 'undo', find: 'search', nav: 'arrow', module: 'module', modules: 'module', plugins: 'plugin', view: 'sidebar', appearance: 'spark', help: 'question' };

/** What leaves the window is never what Enter finds first. */
const leaving = (command: { id: string }) => (/^(session\.|install\.close)/.test(command.id) ? 1 : 0);

function actions(handlers: Record<string, Handler>, platform: string): Thing[] {
  return [...catalog].sort((a, b) => leaving(a) - leaving(b)).filter((command) => command.palette && command.phases.includes('ready') && handlers[command.id]?.why?.() === undefined).map((command) => ({
    id: `action ${command.id}`, kind: 'action', text: command.title, where: command.menu ?? '', icon: icons[command.id.split('.')[0] ?? ''] ?? 'play', keys: keysOf(command.id, platform), run: () => handlers[command.id]?.run(),
  }));
}

const prefixes: Record<string, Kind[]> = { '>': ['action'], '@': ['setting'], '#': ['agent', 'module', 'plugin', 'tool', 'change'] };
const limits: Record<Kind, number> = { action: 6, setting: 5, agent: 6, module: 5, plugin: 5, tool: 10, change: 5 };

/** Splits a question into its prefix and its words. */
export function readQuestion(typed: string): { kinds: Kind[]; words: string } {
  const kinds = prefixes[typed[0] ?? ''];
  return kinds ? { kinds, words: typed.slice(1).trim() } : { kinds: ['action', 'setting', 'agent', 'module', 'plugin', 'tool', 'change'], words: typed.trim() };
}

/** Kinds with a whole-word hit come before kinds that only share letters; otherwise the order is fixed. */
const tier = (found: Found[]) => (found[0] && found[0].score >= 100 ? 1 : 0);

/** Settings come found and ranked; only the letters that say why are marked. */
function foundSetting(thing: Thing, words: string): Found {
  return { ...thing, score: fuzzy(words, thing.text)?.score ?? -10, marks: wordMarks(words, thing.text), whereMarks: wordMarks(words, thing.where) };
}

/** Matched things by kind, the best first; a thing that only the registry's search matched stays, unmarked. */
export function rank(things: Thing[], words: string, kinds: Kind[]): { kind: Kind; found: Found[] }[] {
  return kinds.map((kind) => {
    const found: Found[] = [];
    for (const thing of things) {
      if (thing.kind !== kind) continue;
      if (kind === 'setting') { found.push(foundSetting(thing, words)); continue; }
      const match = fuzzy(words, thing.text) ?? (kind === 'action' ? null : { score: -10, marks: [] });
      if (match) found.push({ ...thing, ...match });
    }
    if (words && kind !== 'setting') found.sort((a, b) => b.score - a.score);
    return { kind, found: found.slice(0, kinds.length === 1 ? 30 : limits[kind]) };
  }).filter((group) => group.found.length > 0).sort((a, b) => (words ? tier(b.found) - tier(a.found) : 0));
}

/** What fits, by kind; `waiting` while an answer to this very question is still on its way. */
export function useThings(typed: string, handlers: Record<string, Handler>) {
  const shell = useShell();
  const { kinds, words } = readQuestion(typed);
  const server = useServerThings(words);
  const settings = useSettings(words, kinds.length === 1, kinds.includes('setting'));
  const modules = useModuleThings(kinds.includes('action') || kinds.includes('module') ? words : '', kinds.length === 1);
  const plugins = usePluginThings(kinds.includes('plugin') ? words : '');
  const answers = [modules, plugins, settings, server];
  const all = useMemo(() => [...actions(handlers, shell.platform), ...answers.flatMap((answer) => answer.things)], [handlers, shell.platform, ...answers.map((answer) => answer.things)]); // eslint-disable-line
  const groups = useMemo(() => rank(all, words, kinds), [all, words, kinds.join()]); // eslint-disable-line
  return { groups, waiting: answers.some((answer) => answer.waiting) };
}

