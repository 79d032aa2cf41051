/** A dry run: started, waited for, left alone by closing. What was asked is what the plan is made of. */
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
  const start = useCallback((change: PythonChange) => {
    const mine = (run.current += 1);
    setTried({ stage: 'trying' });
    platform.pythonTry(env, change).then(
      (result) => { if (run.current === mine) setTried({ stage: 'tried', change, result }); },
      (thrown: unknown) => { if (run.current === mine) setTried({ stage: 'failed', error: toPlatformError(thrown) }); },
    );
  }, [platform, env]);
  const reset = useCallback(() => { run.current += 1; setTried({ stage: 'form' }); }, []);
  useEffect(() => () => { run.current += 1; }, []);
  return { tried, start, reset };
}
