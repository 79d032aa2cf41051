import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ModuleRow } from '../../bindings';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { visible } from '../../ui';
import { useActs } from '../modules/acts';
import { isUp } from '../modules/words';
import { type Answer, behind } from './answer';
import type { Thing } from './things';

/** What can be said before a module's name. */
const VERB = /^(start|stop|restart|show|log|the|of)(\s+|$)/i;

/** "Restart broca2 of" asks for `broca2`. */
export function moduleWords(words: string): string {
  let rest = words.trim();
  while (VERB.test(rest)) rest = rest.replace(VERB, '');
  return rest.trim();
}

/** Instances that fit; with a verb before the name, or where actions alone are asked for, what can be done with each now. Without words none: they stand in their own view. */
export function useModuleThings(words: string, actionsAlone: boolean): Answer {
  const platform = usePlatform();
  const acts = useActs();
  const asked = moduleWords(words);
  const query = useQuery({ queryKey: [...keys.modules, 'palette', asked], enabled: asked !== '', placeholderData: keepPreviousData, staleTime: 5_000, queryFn: () => platform.modulesList('all', asked, 'status', 0, 5) });
  const rows = asked === '' ? undefined : query.data?.items;
  const { run } = acts;
  const does = actionsAlone || asked !== words.trim();
  const things = useMemo(() => (rows ?? []).flatMap((row) => [...(does ? actionsOf(row, run) : []), thingOf(row)]), [rows, run, does]);
  return { things, waiting: asked !== '' && behind(query) };
}

const nameOf = (row: ModuleRow) => visible(row.agent_title ? `${row.module} of ${row.agent_title}` : row.module);
const whereOf = (row: ModuleRow) => [row.status.word, visible(row.status.reason)].filter(Boolean).join(' · ');

function thingOf(row: ModuleRow): Thing {
  return { id: `module ${row.id}`, kind: 'module', text: nameOf(row), where: whereOf(row), icon: 'module', word: row.needs_you ? row.status.word : undefined, run: () => navigate({ view: 'modules', tab: 'instances', id: row.id }) };
}

function actionsOf(row: ModuleRow, run: ReturnType<typeof useActs>['run']): Thing[] {
  const action = (id: string, words: string, icon: string, does: () => void): Thing => ({ id: `action module.${id} ${row.id}`, kind: 'action', text: `${words} ${nameOf(row)}`, where: whereOf(row), icon, run: does });
  return [
    ...(isUp(row) ? [action('restart', 'Restart', 'refresh', () => run('restart', [row.id])), action('stop', 'Stop', 'stop', () => run('stop', [row.id]))] : []),
    ...(!isUp(row) && row.cannot_start === null ? [action('start', 'Start', 'play', () => run('start', [row.id]))] : []),
    action('log', 'Show the log of', 'terminal', () => navigate({ view: 'modules', tab: 'instances', id: row.id, log: true })),
  ];
}
