import type { Thing } from './things';

/** What a question found; `waiting` while its own answer is not there yet. */
export interface Answer { things: Thing[]; waiting: boolean }

/** Whether what a query shows is of an earlier question, or about to be read again. Known in the very render in which the question changes. */
export const behind = (query: { isFetching: boolean; isPlaceholderData: boolean }) => query.isFetching || query.isPlaceholderData;
