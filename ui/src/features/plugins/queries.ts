/** What the plugins' views read. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { PluginPage, PluginRow, PluginSort } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';

/** As many as the server gives at once. */
const PART = 500;
/** More than these nobody scrolls through; the search finds the rest. */
export const MOST_ROWS = 5_000;

/** While somebody looks on: a plugin's status follows its tool, which starts and stops without telling of plugins. */
const EVERY_MS = 15_000;

export interface PluginList { head: PluginPage; rows: PluginRow[] }

/** The whole list, in parts: headings need to know where one tool ends and the next begins. */
export function usePlugins(query: string, sort: PluginSort) {
  const platform = usePlatform();
  return useQuery({
    queryKey: [...keys.plugins, 'list', sort, query],
    placeholderData: keepPreviousData, refetchInterval: EVERY_MS,
    queryFn: async (): Promise<PluginList> => {
      const head = await platform.pluginsList(query, sort, 0, PART);
      const rows = [...head.items];
      while (rows.length < Math.min(head.total, MOST_ROWS)) {
        const { items } = await platform.pluginsList(query, sort, rows.length, PART);
        if (items.length === 0) break;
        rows.push(...items);
      }
      return { head, rows };
    },
  });
}

export function usePlugin(id: string | null) {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.plugins, 'detail', id], queryFn: () => platform.pluginGet(id ?? ''), enabled: id !== null, refetchInterval: EVERY_MS });
}

export function useGraph(tool: string | null) {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.plugins, 'graph', tool], queryFn: () => platform.pluginsGraph(tool), placeholderData: keepPreviousData });
}

/** Asked of the running server; not read again by itself, for each look costs a round trip to it. */
export function useMcpTools() {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.plugins, 'mcp'], queryFn: () => platform.mcpTools() });
}

/** Tools that have plugins, by address and title, to filter and to choose by. */
export function usePluginTools() {
  const all = usePlugins('', 'tool').data?.rows ?? [];
  const tools = new Map(all.map((row) => [row.tool, row.tool_title]));
  return [...tools].map(([tool, title]) => ({ tool, title, on: all.filter((row) => row.tool === tool && row.enabled).length }));
}
