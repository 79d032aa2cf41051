/**
 * What was changed and is not applied yet: one draft per tool, kept while the window lives.
 * Each row listens to its own entry, so that typing draws one row. Secrets never come in here.
 */
import type { DraftCheck, EditOp, Json, Level, SettingAfter, SettingEdit, SettingProblem } from '../../bindings';
import type { Platform } from '../../platform/platform';

export interface Edit {
  op: EditOp;
  level: Level;
  value: Json | null;
  /** As it was typed, while that is not the value itself. */
  text: string | null;
  byEnvironment: boolean;
  /** Why it cannot be a value at all; it stays here and is not sent. */
  broken: string | null;
}

/** What the draft says about one setting. */
export interface RowDraft {
  edit: Edit | null;
  /** The level chosen for this row alone. */
  level: Level | null;
  problems: readonly SettingProblem[];
  after: SettingAfter | null;
}

export type Edits = ReadonlyMap<string, Edit>;

export interface Draft {
  row: (id: string) => RowDraft;
  edits: () => Edits;
  check: () => DraftCheck | null;
  put: (id: string, edit: Edit | null) => void;
  setLevel: (id: string, level: Level | null) => void;
  replace: (edits: Edits) => void;
  /** Takes out what was applied; what was typed since stays. */
  settle: (applied: Edits) => void;
  /** The server's word on the draft. */
  told: (check: DraftCheck | null) => void;
  /** Asks for the server's word now: a field was left. */
  hurry: () => void;
  onHurry: (listener: () => void) => () => void;
  onRow: (id: string, listener: () => void) => () => void;
  onAny: (listener: () => void) => () => void;
}

const untouched: RowDraft = { edit: null, level: null, problems: [], after: null };

function listenersOf<K>() {
  const all = new Map<K, Set<() => void>>();
  return {
    add: (key: K, listener: () => void) => {
      const set = all.get(key) ?? new Set();
      all.set(key, set.add(listener));
      return () => { set.delete(listener); };
    },
    tell: (key: K) => all.get(key)?.forEach((listener) => listener()),
  };
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export function createDraft(): Draft {
  let edits: Edits = new Map();
  let check: DraftCheck | null = null;
  const rows = new Map<string, RowDraft>();
  const ofRow = listenersOf<string>();
  const ofAny = listenersOf<'any' | 'hurry'>();

  const change = (id: string, next: Partial<RowDraft>) => {
    rows.set(id, { ...(rows.get(id) ?? untouched), ...next });
    ofRow.tell(id);
  };
  const put = (id: string, edit: Edit | null) => {
    const now = new Map(edits);
    if (edit) now.set(id, edit); else now.delete(id);
    edits = now;
    change(id, edit ? { edit } : { edit: null, problems: [], after: null });
  };
  const told = (next: DraftCheck | null) => {
    check = next;
    for (const id of new Set([...rows.keys(), ...edits.keys()])) {
      const problems = edits.has(id) ? (next?.problems ?? []).filter((problem) => problem.id === id) : [];
      const after = edits.has(id) ? next?.after.find((entry) => entry.id === id) ?? null : null;
      const was = rows.get(id) ?? untouched;
      if (!same(was.problems, problems) || !same(was.after, after)) change(id, { problems, after });
    }
    ofAny.tell('any');
  };
  return {
    row: (id) => rows.get(id) ?? untouched,
    edits: () => edits,
    check: () => check,
    put: (id, edit) => { put(id, edit); ofAny.tell('any'); },
    setLevel: (id, level) => change(id, { level }),
    replace: (next) => {
      for (const id of new Set([...edits.keys(), ...next.keys()])) put(id, next.get(id) ?? null);
      ofAny.tell('any');
    },
    settle: (applied) => {
      for (const [id, edit] of applied) if (edits.get(id) === edit) put(id, null);
      if (edits.size === 0) check = null;
      ofAny.tell('any');
    },
    told,
    hurry: () => ofAny.tell('hurry'),
    onHurry: (listener) => ofAny.add('hurry', listener),
    onRow: ofRow.add,
    onAny: (listener) => ofAny.add('any', listener),
  };
}

const drafts = new WeakMap<Platform, Map<string, Draft>>();

/** The draft of one person for one tool, in this window. */
export function draftOf(platform: Platform, owner: string, tool: string): Draft {
  const all = drafts.get(platform) ?? new Map<string, Draft>();
  drafts.set(platform, all);
  const key = JSON.stringify([owner, tool]);
  const draft = all.get(key) ?? createDraft();
  all.set(key, draft);
  return draft;
}

/** What can be sent: everything that is a value. */
export function toWire(edits: Edits): SettingEdit[] {
  return [...edits].filter(([, edit]) => edit.broken === null)
    .map(([id, { op, level, value, byEnvironment }]) => ({ id, level, op, value: op === 'set' ? value : null, by_environment: byEnvironment }));
}

/** Settings whose edit stays out of the plan. */
export function leftOut(draft: Draft): string[] {
  return [...draft.edits()].filter(([id, edit]) => edit.broken !== null || draft.row(id).problems.some((problem) => problem.blocks)).map(([id]) => id);
}
