/** What to take for each key of a file that was changed outside. Pure. */
import type { DriftChoice, DriftFile, DriftKind, DriftTake, SettingDrift } from '../../bindings';

/** By key and values: a choice made for a value that changed again since is none. */
export type Chosen = Record<string, DriftTake>;

export const kindWords: Record<DriftKind, string> = { theirs: 'Changed in the file', ours: 'Changed here, the file is behind', collision: 'Changed in both' };

const nameOf = (entry: SettingDrift) => JSON.stringify([entry.key, entry.base, entry.ours, entry.theirs]);

/** What was chosen, or what nobody could mind; `null` where both sides changed and nobody chose. */
export function takeOf(entry: SettingDrift, chosen: Chosen): DriftTake | null {
  return chosen[nameOf(entry)] ?? (entry.kind === 'collision' ? null : entry.kind);
}

export function choose(chosen: Chosen, entry: SettingDrift, take: DriftTake): Chosen {
  return { ...chosen, [nameOf(entry)]: take };
}

export function chooseAll(file: DriftFile, take: DriftTake): Chosen {
  return Object.fromEntries(file.keys.map((entry) => [nameOf(entry), take]));
}

/** Keys that wait for a choice. */
export function undecided(file: DriftFile, chosen: Chosen): SettingDrift[] {
  return file.keys.filter((entry) => takeOf(entry, chosen) === null);
}

/** All choices of a file; `null` while one is missing. */
export function choicesOf(file: DriftFile, chosen: Chosen): DriftChoice[] | null {
  const choices = file.keys.flatMap((entry) => {
    const take = takeOf(entry, chosen);
    return take === null ? [] : [{ key: entry.key, take }];
  });
  return choices.length === file.keys.length ? choices : null;
}
