/** Words and figures of instances. Pure. */
import type { ModuleRow, Overview, StatusWord } from '../../bindings';

export type Act = 'start' | 'stop' | 'restart';

/** "Broca of Athena". */
export const titleOf = (row: Pick<ModuleRow, 'title' | 'module' | 'agent_title'>) => (row.agent_title ? `${row.title || row.module} of ${row.agent_title}` : row.title || row.module);

/** Something of it runs, or is about to. */
export const isUp = (row: Pick<ModuleRow, 'state'>) => row.state !== 'stopped' && row.state !== 'gave_up';

const MB = 1_048_576;

/** "68 MB", "1.2 GB". */
export function memoryWords(bytes: number): string {
  const mb = bytes / MB;
  if (mb >= 1_000) return `${(mb / 1_024).toFixed(1)} GB`;
  return mb > 0 && mb < 1 ? '1 MB' : `${Math.round(mb)} MB`;
}

export const cpuWords = (percent: number) => `${percent >= 100 ? Math.round(percent) : percent.toFixed(1)} %`;

/** "40 s", "3 min", "2 h 11 min", "1 d 3 h". */
export function uptime(since: string, nowMs: number): string {
  const s = Math.max(0, Math.floor((nowMs - Date.parse(since)) / 1000));
  if (Number.isNaN(s)) return '';
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} min`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ${String(Math.floor((s % 3_600) / 60)).padStart(2, '0')} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3_600)} h`;
}

/** "in 8 s", "now". */
export function until(at: string, nowMs: number): string {
  const s = Math.ceil((Date.parse(at) - nowMs) / 1000);
  return Number.isNaN(s) || s <= 0 ? 'now' : s < 60 ? `in ${s} s` : `in ${Math.ceil(s / 60)} min`;
}

export interface Stand { word: string; reason: string; glyph: StatusWord; busy: boolean }

const doingWords: Record<Act, string> = { start: 'Starting', stop: 'Stopping', restart: 'Restarting' };

/** Where a row stands now: a run that begins or ends speaks before its health does. */
export function standOf(row: ModuleRow, doing: Act | undefined, nowMs: number): Stand {
  const { word: glyph, reason } = row.status;
  if (row.state === 'stopping') return { word: doing === 'restart' ? 'Restarting' : 'Stopping', reason: 'waiting for it to end', glyph, busy: true };
  if (row.state === 'starting') return { word: doing === 'stop' ? 'Stopping' : doing === 'restart' ? 'Restarting' : 'Starting', reason: doing === 'stop' ? 'asked for' : reason.replace(/^starting,? (and )?/, ''), glyph, busy: true };
  if (doing) return { word: doingWords[doing], reason: 'asked for', glyph, busy: true };
  if (row.state === 'waiting') return { word: 'Starts again', reason: [row.next_try && until(row.next_try, nowMs), reason].filter(Boolean).join(' · '), glyph, busy: false };
  return { word: row.state === 'gave_up' ? 'Gave up' : glyph, reason, glyph, busy: false };
}

/** What a program said, as a sentence of its own. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' ? '' : `${trimmed[0]!.toUpperCase()}${trimmed.slice(1)}${/[.!?…]$/.test(trimmed) ? '' : '.'}`;
}

const homeOf = (id: string) => (id.includes('/') ? id.slice(0, id.indexOf('/')) : '');

/**
 * How many things need the operator in the tools and the modules together. An instance has a card that says the same, so what stands in one place
 * counts once: of each agent, and of what is shared, the larger figure.
 */
export function needingYou(tabs: { id: string; needs_you: number }[], overview: Pick<Overview, 'problems'> | undefined): number {
  const cards = new Map<string, number>();
  for (const tab of tabs) {
    const home = tab.id.startsWith('agent:') ? tab.id.slice('agent:'.length) : '';
    cards.set(home, (cards.get(home) ?? 0) + tab.needs_you);
  }
  const runs = new Map<string, number>();
  for (const { id } of overview?.problems ?? []) runs.set(homeOf(id), (runs.get(homeOf(id)) ?? 0) + 1);
  return [...new Set([...cards.keys(), ...runs.keys()])].reduce((sum, home) => sum + Math.max(cards.get(home) ?? 0, runs.get(home) ?? 0), 0);
}

/** "1 module", "5 modules". */
export const modulesOf = (n: number) => `${n.toLocaleString('en')} ${n === 1 ? 'module' : 'modules'}`;
