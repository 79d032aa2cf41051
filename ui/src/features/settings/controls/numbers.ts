/** Numbers as they are typed. Pure. */
import type { SettingRow } from '../../../bindings';

type Bounds = Pick<SettingRow, 'kind' | 'items' | 'min' | 'max'>;

export const isWhole = (row: Pick<SettingRow, 'kind' | 'items'>) => row.kind === 'integer' || row.kind === 'port' || ((row.kind === 'duration' || row.kind === 'list' || row.kind === 'map') && row.items === 'integer');

export type NumberText = { value: number; problem: null } | { value: null; problem: string };

/** Bounds are for the server to judge; here it only has to be a number. */
export function readNumber(typed: string, row: Bounds): NumberText {
  const text = typed.trim();
  const wrong = (problem: string): NumberText => ({ value: null, problem });
  if (text === '') return wrong('A number is missing. Enter one, or reset the setting to what it inherits.');
  if (isWhole(row) && !/^[+-]?\d+$/.test(text)) return wrong(`“${text}” is not a whole number. Use digits only.`);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return wrong(`“${text}” is not a number. Use digits, with a point before decimals.`);
  const value = Number(text);
  if (!Number.isFinite(value) || (isWhole(row) && !Number.isSafeInteger(value))) return wrong('This number is too large to be kept exactly. Enter a smaller one.');
  return { value, problem: null };
}

/** One step up or down, held inside the bounds; decimals keep their digits. */
export function stepped(text: string, by: number, row: Bounds): number | null {
  const read = readNumber(text, row);
  const low = row.min ?? -Infinity;
  const high = row.max ?? Infinity;
  if (read.value === null) return text.trim() === '' ? Math.min(high, Math.max(low, 0)) : null;
  const digits = /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
  const next = Number((read.value + by).toFixed(Math.min(20, digits)));
  return Math.min(high, Math.max(low, next));
}
