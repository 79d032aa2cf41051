import { type QueryKey, useQueries } from '@tanstack/react-query';

export const PAGE = 100;

interface PageOf<T> { items: T[]; total: number }

export interface Paged<T, P> {
  /** The first page with what it says about the whole list; `undefined` until it arrived. */
  head: P | undefined;
  total: number;
  /** Row by its index in the whole list; `undefined` while its page is on the way. */
  at: (index: number) => T | undefined;
  error: unknown;
  isPending: boolean;
  /** What is shown belongs to the question before. */
  isStale: boolean;
  refetch: () => void;
}

/** The rows of the last question stay until the next answer, but never those of another list. The key ends with the question. */
function sameList(before: QueryKey, key: readonly unknown[]): boolean {
  return before.length === key.length + 1 && key.slice(0, -1).every((part, i) => part === before[i]);
}

/** A long list, of which only the pages under the eye are asked for. */
export function usePaged<T, P extends PageOf<T>>(key: readonly unknown[], load: (offset: number, limit: number) => Promise<P>, from: number, to: number): Paged<T, P> {
  const first = Math.floor(from / PAGE);
  const last = Math.floor(Math.max(from, to - 1) / PAGE);
  const pages = [...new Set([0, ...Array.from({ length: last - first + 1 }, (_, i) => first + i)])];
  const results = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...key, page],
      queryFn: () => load(page * PAGE, PAGE),
      placeholderData: page === 0 ? (before: P | undefined, query: { queryKey: QueryKey } | undefined) => (query && sameList(query.queryKey, key) ? before : undefined) : undefined,
    })),
  });
  const byPage = new Map(pages.map((page, i) => [page, results[i]?.data as P | undefined]));
  const head = byPage.get(0);
  return {
    head,
    total: head?.total ?? 0,
    at: (index) => byPage.get(Math.floor(index / PAGE))?.items[index % PAGE],
    error: results.find((result) => result.error)?.error ?? null,
    isPending: head === undefined && results.some((result) => result.isPending),
    isStale: results[0]?.isPlaceholderData ?? false,
    refetch: () => results.forEach((result) => void result.refetch()),
  };
}
