/** Starting, stopping and restarting, from wherever it is asked for; what failed stays until it was read. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, createContext, useCallback, useContext, useMemo, useRef, useState } from 'react';
import type { ModuleOutcome } from '../../bindings';
import { keys } from '../../app/queries';
import { currentRoute, navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { toPlatformError } from '../../platform/platform';
import { useToasts } from '../../ui';
import { type Act, modulesOf } from './words';

/** Stands for every instance in `doing`. */
export const EVERYTHING = '*';

export interface Failure {
  act: Act;
  /** What could not be done; empty where the question itself was refused. */
  outcomes: ModuleOutcome[];
  /** How many were asked for and are as asked. */
  done: number;
  error: unknown;
}

interface Acts {
  /** Without ids all that it fits. */
  run: (act: Act, ids: string[]) => void;
  doing: ReadonlyMap<string, Act>;
  failure: Failure | null;
  dismiss: () => void;
}

const ActsContext = createContext<Acts | null>(null);

export function useActs(): Acts {
  const acts = useContext(ActsContext);
  if (!acts) throw new Error('useActs outside of ModuleActs');
  return acts;
}

const doneWords: Record<Act, string> = { start: 'started', stop: 'stopped', restart: 'restarted' };

/** "Scheduler could not be started." */
export function failureTitle({ act, outcomes, done }: Failure): string {
  const [first] = outcomes;
  if (outcomes.length === 1 && first) return `${first.title} could not be ${doneWords[act]}.`;
  return `${outcomes.length} of ${modulesOf(outcomes.length + done)} could not be ${doneWords[act]}.`;
}

export function ModuleActs({ children }: { children: ReactNode }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const toasts = useToasts();
  const [doing, setDoing] = useState<ReadonlyMap<string, Act>>(new Map());
  const [failure, setFailure] = useState<Failure | null>(null);
  const serial = useRef(0);
  const latest = useRef(new Map<string, number>());

  const fail = useCallback((next: Failure) => {
    setFailure(next);
    if (currentRoute().view === 'modules') return;
    const id = next.outcomes[0]?.id ?? null;
    const action = { label: 'Show', run: () => navigate({ view: 'modules', tab: 'instances' as const, id }) };
    if (next.outcomes.length === 0) toasts.fail(next.error, action);
    else toasts.show({ word: 'Error', title: failureTitle(next), text: next.outcomes[0]?.text, action });
  }, [toasts]);

  const act = useCallback(async (what: Act, ids: string[]) => {
    const mine = (serial.current += 1);
    const named = ids.length ? ids : [EVERYTHING];
    named.forEach((id) => latest.current.set(id, mine));
    setDoing((old) => new Map([...old, ...named.map((id) => [id, what] as const)]));
    setFailure(null);
    // What was asked for later is what counts: a start that a stop cut short has not failed.
    const overtaken = (id: string) => Math.max(latest.current.get(id) ?? 0, latest.current.get(EVERYTHING) ?? 0) > mine;
    try {
      const outcomes = await { start: platform.modulesStart, stop: platform.modulesStop, restart: platform.modulesRestart }[what](ids);
      const failed = outcomes.filter((outcome) => !outcome.done && !overtaken(outcome.id));
      const done = outcomes.filter((outcome) => outcome.done).length;
      if (failed.length > 0) fail({ act: what, outcomes: failed, done, error: null });
      else if (ids.length !== 1 && done > 0) toasts.show({ title: `${modulesOf(done)} ${doneWords[what]}.`, slot: 'modules' });
    } catch (thrown) {
      fail({ act: what, outcomes: [], done: 0, error: toPlatformError(thrown) });
    } finally {
      setDoing((old) => new Map([...old].filter(([id]) => !named.includes(id) || latest.current.get(id) !== mine)));
      void client.invalidateQueries({ queryKey: keys.modules });
    }
  }, [platform, client, toasts, fail]);

  const run = useCallback((what: Act, ids: string[]) => void act(what, ids), [act]);
  const acts = useMemo<Acts>(() => ({ run, doing, failure, dismiss: () => setFailure(null) }), [run, doing, failure]);
  return <ActsContext.Provider value={acts}>{children}</ActsContext.Provider>;
}
