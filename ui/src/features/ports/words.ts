/** What is wrong with a port, in words. Pure. */
import type { LedgerRow } from '../../bindings';
import { visible } from '../../ui';

export interface Trouble { port: number; rows: LedgerRow[]; title: string; text: string }

export const inConflict = (row: LedgerRow) => row.conflict !== null || row.status.word === 'Degraded';

/** "python3, process 4821". */
export function listenerWords(listener: NonNullable<LedgerRow['listener']>): string {
  return listener.pid === null ? visible(listener.process) : `${visible(listener.process)}, process ${listener.pid}`;
}

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

function twoWant(port: number, rows: LedgerRow[], row: LedgerRow): Trouble {
  const names = [...new Set([...rows.map((one) => one.title), ...(rows.length > 1 ? [] : [row.conflict ?? ''])].filter(Boolean))].map(visible);
  const kept = rows.some((one) => one.kept_only);
  const text = kept ? 'One of them never opens its port, so both run; but a port is to name one thing only.' : 'Whoever starts first gets it; the other ends with an error or is reached where it is not.';
  return { port, rows, title: `Port ${port} is wanted by ${names.join(' and ')}.`, text };
}

function stolen(port: number, rows: LedgerRow[], row: LedgerRow): Trouble {
  const who = visible(row.title);
  if (row.listener === null) return { port, rows, title: `Port ${port} of ${who} is not as it is to be.`, text: `${capital(visible(row.status.reason))}.` };
  const text = row.kept_only ? `${who} never opens its port and runs all the same; others that look for it there find the wrong program.` : `${who} cannot start there while that program runs, and whoever asks there gets its answers.`;
  return { port, rows, title: `${listenerWords(row.listener)}, listens on port ${port}, which is kept for ${who}.`, text };
}

/** One for each port, the lowest first. */
export function troublesOf(rows: LedgerRow[]): Trouble[] {
  const ports = new Map<number, LedgerRow[]>();
  for (const row of rows) if (inConflict(row)) ports.set(row.port, [...(ports.get(row.port) ?? []), row]);
  return [...ports].sort(([a], [b]) => a - b).map(([port, all]) => {
    const contested = all.find((row) => row.conflict !== null);
    return contested ? twoWant(port, all, contested) : stolen(port, all, all[0]!);
  });
}

/** Conflicts first, then by number. */
export function inOrder(rows: LedgerRow[]): LedgerRow[] {
  return [...rows].sort((a, b) => Number(inConflict(b)) - Number(inConflict(a)) || a.port - b.port);
}

export function fits(row: LedgerRow, query: string): boolean {
  if (query === '') return true;
  const { listener } = row;
  return [row.port, row.title, row.instance, row.note, row.conflict, row.status.word, row.status.reason, listener?.process, listener?.pid, listener?.address].join(' ').toLowerCase().includes(query.toLowerCase());
}

/** Why this is no port to move to; `null` where it may be one. */
export function portProblem(typed: string, row: LedgerRow): string | null {
  const port = Number(typed);
  if (typed.trim() === '') return 'Enter a number.';
  if (!/^\d+$/.test(typed.trim())) return 'A port is a whole number. Enter 1024 to 65535.';
  if (port < 1024) return 'Ports below 1024 belong to the system. Enter 1024 to 65535.';
  if (port > 65_535) return `${port} is too large. Enter 1024 to 65535.`;
  return port === row.port ? 'It has this port already.' : null;
}
