import { type QueryKey, useQueries, useQuery } from '@tanstack/react-query';

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
  const firstPage = Math.floor(from / PAGE);
  const lastPage = Math.floor(Math.max(from, to - 1) / PAGE);
  const further = Array.from({ length: lastPage - firstPage + 1 }, (_, i) => firstPage + i).filter((page) => page > 0);
  const page = (nth: number) => ({ queryKey: [...key, nth], queryFn: () => load(nth * PAGE, PAGE) });
  // One observer through all questions, for only it knows what the question before was answered (`useQueries` makes a new one for each).
  const headResult = useQuery<P>({ ...page(0), placeholderData: (before, query) => (query && sameList(query.queryKey, key) ? before : undefined) });
  const results = [headResult, ...useQueries({ queries: further.map(page) })];
  const head = headResult.data;
  const byPage = new Map([0, ...further].map((nth, i) => [nth, results[i]?.data as P | undefined]));
  return {
    head,
    total: head?.total ?? 0,
    at: (index) => byPage.get(Math.floor(index / PAGE))?.items[index % PAGE],
    error: results.find((result) => result.error)?.error ?? null,
    isPending: headResult.isPending,
    isStale: headResult.isPlaceholderData,
    refetch: () => results.forEach((result) => void result.refetch()),
  };
}
