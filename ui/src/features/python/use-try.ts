/** A dry run: started, waited for, ended with what it runs when nobody waits any more. What was asked is what the plan is made of. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { PythonChange, PythonTry } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { type PlatformError, toPlatformError } from '../../platform/platform';

export type Tried =
  | { stage: 'form' }
  | { stage: 'trying' }
  | { stage: 'failed'; error: PlatformError }
  | { stage: 'tried'; change: PythonChange; result: PythonTry };

export function useTry(env: string) {
  const platform = usePlatform();
  const [tried, setTried] = useState<Tried>({ stage: 'form' });
  const run = useRef(0);
  const running = useRef(false);
  const stopped = useRef<Promise<unknown>>(Promise.resolve());
  /** What comes of it is not shown any more. */
  const leave = useCallback(() => {
    run.current += 1;
    if (!running.current) return;
    running.current = false;
    // Where it cannot be stopped it ends by its own time limit.
    stopped.current = platform.pythonTryStop(env).catch(() => {});
  }, [platform, env]);
  const start = useCallback((change: PythonChange) => {
    leave();
    const mine = run.current;
    running.current = true;
    setTried({ stage: 'trying' });
    const ended = (next: Tried) => { if (run.current === mine) { running.current = false; setTried(next); } };
    // One that is being stopped is stopped first: all of an environment are stopped alike.
    stopped.current.then(() => (run.current === mine ? platform.pythonTry(env, change) : null)).then(
      (result) => { if (result) ended({ stage: 'tried', change, result }); },
      (thrown: unknown) => ended({ stage: 'failed', error: toPlatformError(thrown) }),
    );
  }, [platform, env, leave]);
  const reset = useCallback(() => { leave(); setTried({ stage: 'form' }); }, [leave]);
  useEffect(() => leave, [leave]);
  return { tried, start, reset };
}
