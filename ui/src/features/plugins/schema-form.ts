/** A JSON Schema of arguments as fields of a form, and what was typed as arguments. Pure; the schema is hostile. */

export type FieldType = 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'list' | 'json';

export interface ArgField {
  name: string;
  type: FieldType;
  required: boolean;
  title: string;
  description: string;
  /** Values of a choice. */
  options: unknown[];
  start: unknown;
  min: number | null;
  max: number | null;
  long: boolean;
}

/** What is in a field: text, or whether it is on. `undefined` leaves the argument out. */
export type ArgDraft = Record<string, string | boolean | undefined>;

const MOST_FIELDS = 60;
const MOST_OPTIONS = 200;
const MOST_WORDS = 600;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, MOST_WORDS) : '');
const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** `["string", "null"]` and `anyOf` with null are what they are without it. */
function plain(schema: Record<string, unknown>): Record<string, unknown> {
  const some = Array.isArray(schema.anyOf) ? schema.anyOf.filter((one): one is Record<string, unknown> => isObject(one) && one.type !== 'null') : [];
  const base = some.length === 1 && some[0] ? { ...schema, ...some[0] } : schema;
  const types = Array.isArray(base.type) ? base.type.filter((one) => one !== 'null') : null;
  return types?.length === 1 ? { ...base, type: types[0] } : base;
}

function typeOf(schema: Record<string, unknown>): FieldType {
  if (Array.isArray(schema.enum) && schema.enum.length > 0 && schema.enum.length <= MOST_OPTIONS) return 'choice';
  switch (schema.type) {
    case 'string': return 'text';
    case 'integer': return 'integer';
    case 'number': return 'number';
    case 'boolean': return 'boolean';
    case 'array': return isObject(schema.items) && plain(schema.items).type === 'string' && !Array.isArray(schema.items.enum) ? 'list' : 'json';
    default: return 'json';
  }
}

const LONG_NAMES = /^(body|text|content|message|prompt|html|markdown|code|description|note)$/i;

function fieldOf(name: string, raw: unknown, required: boolean): ArgField {
  const schema = plain(isObject(raw) ? raw : {});
  const type = typeOf(schema);
  const long = type === 'text' && ((number(schema.maxLength) ?? 0) > 200 || LONG_NAMES.test(name) || schema.format === 'textarea');
  return { name, type, required, title: text(schema.title), description: text(schema.description), options: type === 'choice' ? (schema.enum as unknown[]) : [], start: schema.default, min: number(schema.minimum), max: number(schema.maximum), long };
}

/** Required ones first, otherwise as the schema has them; of too many the rest is left to raw JSON. */
export function fieldsOf(schema: unknown): { fields: ArgField[]; more: number } {
  const properties = isObject(schema) && isObject(schema.properties) ? schema.properties : {};
  const required = new Set(isObject(schema) && Array.isArray(schema.required) ? schema.required.filter((one): one is string => typeof one === 'string') : []);
  const names = Object.keys(properties).sort((a, b) => Number(required.has(b)) - Number(required.has(a)));
  return { fields: names.slice(0, MOST_FIELDS).map((name) => fieldOf(name, properties[name], required.has(name))), more: Math.max(0, names.length - MOST_FIELDS) };
}

const words: Record<FieldType, string> = { text: 'text', integer: 'whole number', number: 'number', boolean: 'yes or no', choice: 'one of', list: 'list of texts', json: 'JSON' };
export const typeWords = (field: ArgField) => (field.type === 'choice' ? `one of ${field.options.length}` : words[field.type]);

/** A value as a field shows it. */
function shown(field: ArgField, value: unknown): string | boolean | undefined {
  if (value === undefined || value === null) return undefined;
  switch (field.type) {
    case 'boolean': return value === true;
    case 'choice': { const at = field.options.findIndex((option) => JSON.stringify(option) === JSON.stringify(value)); return at < 0 ? undefined : String(at); }
    case 'list': return Array.isArray(value) ? value.map(String).join('\n') : undefined;
    case 'json': return JSON.stringify(value, null, 2);
    default: return String(value);
  }
}

export const startOf = (fields: ArgField[]): ArgDraft => Object.fromEntries(fields.map((field) => [field.name, shown(field, field.start)]));

/** Fields again from raw JSON; what they cannot show is told by `null`. */
export function draftFrom(fields: ArgField[], args: Record<string, unknown>): ArgDraft | null {
  if (Object.keys(args).some((name) => !fields.some((field) => field.name === name))) return null;
  return Object.fromEntries(fields.map((field) => [field.name, shown(field, args[field.name])]));
}

function valueOf(field: ArgField, said: string | boolean | undefined): { value?: unknown; problem?: string } {
  const empty = said === undefined || said === '' || (typeof said === 'string' && field.type !== 'text' && said.trim() === '');
  if (field.type === 'boolean') return said === undefined ? (field.required ? { value: false } : {}) : { value: said === true };
  if (empty) return field.required ? (field.type === 'list' ? { value: [] } : { problem: 'It needs a value.' }) : {};
  const typed = String(said);
  switch (field.type) {
    case 'integer': case 'number': {
      const value = Number(typed.trim().replace(',', '.'));
      if (!Number.isFinite(value)) return { problem: `“${typed}” is no number.` };
      if (field.type === 'integer' && !Number.isInteger(value)) return { problem: `${typed} is no whole number.` };
      if (field.min !== null && value < field.min) return { problem: `${typed} is too small: at least ${field.min}.` };
      if (field.max !== null && value > field.max) return { problem: `${typed} is too large: at most ${field.max}.` };
      return { value };
    }
    case 'choice': return { value: field.options[Number(typed)] };
    case 'list': return { value: typed.split('\n').map((line) => line.trim()).filter(Boolean) };
    case 'json': try { return { value: JSON.parse(typed) as unknown }; } catch (thrown) { return { problem: `This is no JSON: ${thrown instanceof Error ? thrown.message : 'it cannot be read'}.` }; }
    default: return { value: typed };
  }
}

export interface Args { args: Record<string, unknown>; problems: Record<string, string> }

/** What the form says, and by field what is wrong with it. */
export function argsOf(fields: ArgField[], draft: ArgDraft): Args {
  const found: Args = { args: {}, problems: {} };
  for (const field of fields) {
    const { value, problem } = valueOf(field, draft[field.name]);
    if (problem !== undefined) found.problems[field.name] = problem;
    else if (value !== undefined) Object.defineProperty(found.args, field.name, { value, enumerable: true, configurable: true, writable: true });
  }
  return found;
}

/** Raw JSON must be an object, for arguments have names. */
export function argsFromText(typed: string): { args: Record<string, unknown> } | { problem: string } {
  let value: unknown;
  try { value = typed.trim() === '' ? {} : JSON.parse(typed); } catch (thrown) { return { problem: `This is no JSON: ${thrown instanceof Error ? thrown.message : 'it cannot be read'}.` }; }
  return isObject(value) ? { args: value } : { problem: 'Arguments are an object: { "name": value }.' };
}
