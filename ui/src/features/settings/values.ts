/** What a level says, in its type and in words. Pure. */
import type { ChainLink, FieldKind, Json, Level, SettingRow, SettingSource, SettingsTarget } from '../../bindings';
import type { Edit } from './draft';

export const levelWords: Record<Level, string> = { default: 'Default', system: 'System', agent: 'Agent', tool: 'Tool', instance: 'Instance', user: 'User' };

/** Lowest first: each beats those before it. */
const order: Level[] = ['default', 'system', 'agent', 'tool', 'instance', 'user'];
export const rank = (level: Level) => order.indexOf(level);

export interface Said { json: Json | null; value: string | null; level: Level | null }

const nothing: Said = { json: null, value: null, level: null };

/** What counts at a level: its own word, or the nearest below. `below` leaves the level itself out. */
export function valueAt(row: SettingRow, level: Level, below = false): Said {
  if (!below && row.level !== null && rank(row.level) <= rank(level)) return { json: row.json, value: row.value, level: row.level };
  const found = [...row.chain].reverse().find((link) => link.value !== null && (below ? rank(link.level) < rank(level) : rank(link.level) <= rank(level)));
  return found ? { json: found.json, value: found.value, level: found.level } : nothing;
}

/** The level that a row is edited at: its own choice, the form's, or the highest that can be set. */
export function levelFor(row: SettingRow, target: SettingsTarget, chosen: Level | null): Level {
  const open = target.levels.filter((info) => info.why_not === null && info.level !== 'default').map((info) => info.level);
  const mine = row.user && open.includes('user');
  if (chosen !== null && open.includes(chosen) && (chosen !== 'user' || mine)) return chosen;
  if (mine) return 'user';
  return open.filter((level) => level !== 'user').at(-1) ?? open.at(-1) ?? 'instance';
}

export function titleOf(target: SettingsTarget, level: Level): string {
  return target.levels.find((info) => info.level === level)?.title ?? levelWords[level];
}

/** Set where this tool itself says something, not inherited. */
export function isModified(row: SettingRow): boolean {
  const own = [...row.chain].reverse().find((link) => link.level !== 'user')?.level;
  return row.level !== null && row.level !== 'default' && (row.level === own || row.level === 'user');
}

/** Keys in one order, so that two spellings of one value compare as equal. */
function ordered(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(ordered);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, ordered(value)]));
}

export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
}

export function textOf(json: unknown): string {
  if (json === null || json === undefined) return '';
  return typeof json === 'string' ? json : JSON.stringify(json);
}

/** A value in a line of words. */
export function shown(value: string | null): string {
  return value === null ? 'not set' : value === '' ? '(empty)' : value;
}

export function sourceWords(source: SettingSource | null): string {
  if (!source) return '';
  return source.line === null ? source.file : `${source.file}:${source.line}`;
}

/** A file of the install that a value stands in; `null` for the schema and the registry. */
export function fileOf(source: SettingSource | null): string | null {
  return source && source.file.includes('/') && !/^(schema$|registry)/.test(source.file) ? source.file : source?.file === '.env' ? '.env' : null;
}

const kinds: Record<FieldKind, string> = {
  text: 'Text', integer: 'Whole number', number: 'Number', boolean: 'On or off', choice: 'One of a few', list: 'List', map: 'Names with values',
  port: 'Port', path: 'Path', duration: 'Length of time', json: 'JSON',
};

export function kindWords(row: SettingRow): string {
  if (row.secret) return 'Secret';
  const kind = row.kind === 'path' && row.path_kind === 'folder' ? 'Folder' : row.kind === 'path' && row.path_kind === 'file' ? 'File' : kinds[row.kind];
  return [row.unit ? `${kind}, ${row.unit}` : kind, row.nullable && 'or none', row.required && 'must be set'].filter(Boolean).join(', ');
}

/** "30 to 3600", "Live, Listen or Echo"; empty where anything goes. */
export function allowedWords(row: SettingRow): string {
  const range = (low: number | null, high: number | null, what: string) =>
    low !== null && high !== null ? `${low} to ${high}${what}` : low !== null ? `at least ${low}${what}` : high !== null ? `at most ${high}${what}` : '';
  const choices = row.choices.map((choice) => choice.title);
  const few = choices.length > 1 ? `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}` : choices.join('');
  return [few, range(row.min, row.max, ''), range(row.min_length, row.max_length, ' characters'), row.pattern && `matches ${row.pattern}`].filter(Boolean).join('; ');
}

/** The chain as it will be once the edit is applied. */
export function chainWith(row: SettingRow, edit: Edit | null): (ChainLink & { pending: boolean })[] {
  const links = row.chain.map((link) => {
    if (!edit || link.level !== edit.level) return { ...link, pending: false };
    if (edit.op === 'reset') return { ...link, value: null, json: null, source: null, who: null, when: null, pending: true };
    return { ...link, value: edit.op === 'none' ? 'none' : textOf(edit.value), pending: true };
  });
  const wins = [...links].reverse().find((link) => link.value !== null);
  return links.map((link) => ({ ...link, wins: link === wins }));
}

/** A word for a shell, in quotes where it needs them. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The same change from a terminal. A secret is asked for there, never written here. */
export function commandOf(row: SettingRow, target: SettingsTarget, edit: Edit | null): string {
  const address = shellWord(target.address);
  if (row.secret) return `sanctumctl secrets set ${address} ${shellWord(row.key)}`;
  const value = edit?.op === 'none' ? 'null' : edit?.op === 'set' ? textOf(edit.value) : row.value ?? '';
  if (edit?.op === 'reset') return `sanctumctl config unset ${address} ${shellWord(row.key)}`;
  return `sanctumctl config set ${address} ${shellWord(row.key)} ${value === '' ? "''" : shellWord(value)}`;
}
