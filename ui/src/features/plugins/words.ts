/** Words and figures of plugins. Pure. */
import type { PluginFile, PluginPage, PluginRow, StatusWord } from '../../bindings';
import { type Section, visible } from '../../ui';

const KB = 1_024;

/** "71 KB", "1.2 MB". */
export function sizeWords(bytes: number | null): string {
  if (bytes === null) return 'unknown size';
  if (bytes < KB) return `${Math.round(bytes)} B`;
  if (bytes < KB * KB) return `${Math.round(bytes / KB)} KB`;
  return `${(bytes / KB / KB).toFixed(1)} MB`;
}

export const many = (n: number, one: string, more = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : more}`;

export interface Stand { word: string; reason: string; glyph: StatusWord; locked: boolean }

/** What was put aside says so before anything else does. */
export function standOf({ status, quarantined }: Pick<PluginRow, 'status' | 'quarantined'>): Stand {
  return { word: quarantined ? 'Quarantined' : status.word, reason: status.reason, glyph: status.word, locked: quarantined };
}

/** "8 installed, 1 in quarantine". */
export function countsWords(page: Pick<PluginPage, 'all' | 'errors' | 'quarantined' | 'updates'>): string {
  return [`${page.all.toLocaleString('en')} installed`, page.quarantined > 0 && `${page.quarantined} in quarantine`, page.errors > 0 && many(page.errors, 'error'), page.updates > 0 && many(page.updates, 'update')].filter(Boolean).join(', ');
}

/** All of a row in one breath, for whoever hears it. */
export function spoken(row: PluginRow): string {
  const stand = standOf(row);
  return visible([
    [row.title || row.name, row.version].filter(Boolean).join(' '), [stand.word, stand.reason].filter(Boolean).join(': '), row.missing.length > 0 && needsWords(row.missing.length),
    row.update !== null && `${row.update} available`, row.restart_needed && `${row.tool_title} must restart`,
  ].filter(Boolean).join(', '));
}

export const needsWords = (n: number) => `Needs ${many(n, 'setting')}`;

/** Neighbours of one tool stand under its name; in another order than by tool there is one list. */
export function sectionsOf(rows: PluginRow[], byTool: boolean): Section[] {
  if (!byTool) return [{ key: 'all', title: null, count: rows.length }];
  const sections: Section[] = [];
  let tool: string | null = null;
  for (const row of rows) {
    const last = sections[sections.length - 1];
    if (last && row.tool === tool) last.count += 1;
    else sections.push({ key: `${row.tool} ${sections.length}`, title: visible(row.tool_title), count: 1 });
    tool = row.tool;
  }
  return sections;
}

const kinds: Record<string, string> = { smcp: 'Plugin of SMCP', broca: 'Plugin of Broca', bundle: 'MCP bundle', manifest: 'Plugin with a manifest' };
export const kindWords = (kind: string) => kinds[kind] ?? kind;

const reaches: { kind: string; label: string; icon: 'globe' | 'key' | 'folder' | 'terminal'; none: string }[] = [
  { kind: 'network', label: 'Network', icon: 'globe', none: 'No address seen in its code' }, { kind: 'secrets', label: 'Secrets', icon: 'key', none: 'None seen' },
  { kind: 'files', label: 'Files', icon: 'folder', none: 'None seen outside its own folder' }, { kind: 'runs', label: 'Runs', icon: 'terminal', none: 'No other program seen' },
];
export const reachKinds = reaches;

export const sizeOf = (files: PluginFile[]) => files.reduce((sum, file) => sum + (file.size ?? 0), 0);

/** "7 as installed, 2 changed"; where nothing is known of that, how many and how large. */
export function filesWords(files: PluginFile[]): string {
  const count = (state: string) => files.filter((file) => file.state === state).length;
  const size = sizeWords(sizeOf(files));
  if (files.every((file) => file.state === null)) return `${many(files.length, 'file')}, ${size}`;
  return [count('same') > 0 && `${count('same')} as installed`, count('changed') > 0 && `${count('changed')} changed`, count('added') > 0 && `${count('added')} added`, count('gone') > 0 && `${count('gone')} gone`].filter(Boolean).join(', ') || many(files.length, 'file');
}

/** "7c1e…a90f". */
export const shortHash = (hash: string) => (hash.length > 12 ? `${hash.slice(0, 4)}…${hash.slice(-4)}` : hash);

/** A path that was dropped: an archive by its ending, else a folder. */
export const isArchive = (path: string) => /\.(zip|tar|tgz|tar\.gz|mcpb|dxt)$/i.test(path);

/** Why a folder cannot be called so: its tools' names begin with it, and Broca imports it as a package. */
export function nameProblem(name: string, kind = 'smcp'): string | null {
  if (name.trim() === '') return 'Enter a name for its folder.';
  if (!/^[A-Za-z0-9-][A-Za-z0-9_-]*$/.test(name)) return 'A folder’s name has letters, digits, `_` and `-` only, and begins with none of `_` and `.`.';
  if (kind === 'broca' && !/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) return 'Broca imports it as a package: letters, digits and `_`, a letter first.';
  return name.length > 61 ? 'The name is too long: 61 characters at most.' : null;
}

/** The installed plugin of the tool that has this name, and one that a Mac takes for it. */
export function takenBy<Row extends Pick<PluginRow, 'tool' | 'name'>>(rows: Row[], tool: string, name: string) {
  const folded = (text: string) => text.normalize('NFD').toLowerCase();
  const of = rows.filter((row) => row.tool === tool);
  return { same: of.find((row) => row.name === name), twin: of.find((row) => row.name !== name && folded(row.name) === folded(name)) };
}

/** Restarts that a search over so many can take: log2(n) + 1. */
export const mostSteps = (n: number) => (n < 1 ? 0 : Math.ceil(Math.log2(n)) + 1);
