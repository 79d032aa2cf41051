import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { visible } from '../../ui';
import { standOf } from '../plugins/words';
import { type Answer, behind } from './answer';
import type { Thing } from './things';

/** Plugins that fit. Without words none: they stand in their own view. A word with @ belongs to settings here. */
export function usePluginThings(words: string): Answer {
  const platform = usePlatform();
  const asked = words.startsWith('@') ? '' : words;
  const query = useQuery({ queryKey: [...keys.plugins, 'palette', asked], enabled: asked !== '', placeholderData: keepPreviousData, staleTime: 5_000, queryFn: () => platform.pluginsList(asked, 'name', 0, 5) });
  const rows = asked === '' ? undefined : query.data?.items;
  const things = useMemo(() => (rows ?? []).map((row): Thing => {
    const stand = standOf(row);
    return { id: `plugin ${row.id}`, kind: 'plugin', text: visible(row.title || row.name), where: visible([row.tool_title, stand.word, stand.reason].filter(Boolean).join(' · ')), icon: row.icon, word: row.needs_you ? (row.quarantined ? 'Degraded' : row.status.word) : undefined, run: () => navigate({ view: 'plugins', part: 'list', id: row.id }) };
  }), [rows]);
  return { things, waiting: asked !== '' && behind(query) };
}
