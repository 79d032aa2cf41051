/** A source on its way into quarantine: asked for, waited for, read; what is left lying there is taken out again. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ModuleSource, PluginCandidate, PluginInspection } from '../../../bindings';
import { usePlatform } from '../../../platform/context';
import { type PlatformError, toPlatformError } from '../../../platform/platform';

export type Looked =
  | { stage: 'source' }
  | { stage: 'looking'; source: ModuleSource }
  | { stage: 'failed'; source: ModuleSource; error: PlatformError }
  | { stage: 'read'; source: ModuleSource; inspection: PluginInspection };

/** `null` while nothing of it was asked to run. */
export type Trusting = { dir: string; error: PlatformError | null } | null;

export function useInspection(first: ModuleSource | null) {
  const platform = usePlatform();
  const [looked, setLooked] = useState<Looked>({ stage: 'source' });
  const [trusting, setTrusting] = useState<Trusting>(null);
  const run = useRef(0);
  const held = useRef<string | null>(null);

  const discard = useCallback(() => {
    const id = held.current;
    held.current = null;
    if (id !== null) void platform.pluginDiscard(id).catch(() => {});
  }, [platform]);

  const start = useCallback((source: ModuleSource) => {
    const mine = (run.current += 1);
    discard();
    setTrusting(null);
    setLooked({ stage: 'looking', source });
    platform.pluginInspect(source).then(
      (inspection) => {
        if (run.current !== mine) { void platform.pluginDiscard(inspection.id).catch(() => {}); return; }
        held.current = inspection.id;
        setLooked({ stage: 'read', source, inspection });
      },
      (thrown: unknown) => { if (run.current === mine) setLooked({ stage: 'failed', source, error: toPlatformError(thrown) }); },
    );
  }, [platform, discard]);

  /** Back to the choice; what was read goes out of quarantine, what still comes goes as soon as it is there. */
  const back = useCallback(() => { run.current += 1; discard(); setTrusting(null); setLooked({ stage: 'source' }); }, [discard]);

  const trust = useCallback((inspection: string, dir: string) => {
    const mine = (run.current += 1);
    setTrusting({ dir, error: null });
    platform.pluginTrust(inspection, dir).then(
      (candidate: PluginCandidate) => {
        if (run.current !== mine) return;
        setTrusting(null);
        setLooked((old) => (old.stage === 'read' ? { ...old, inspection: { ...old.inspection, candidates: old.inspection.candidates.map((one) => (one.dir === dir ? candidate : one)) } } : old));
      },
      (thrown: unknown) => { if (run.current === mine) setTrusting({ dir, error: toPlatformError(thrown) }); },
    );
  }, [platform]);
  const stopTrusting = useCallback(() => { run.current += 1; setTrusting(null); }, []);

  /** The plan took it over; leaving takes nothing out of quarantine any more. */
  const handOver = useCallback(() => { held.current = null; }, []);

  useEffect(() => { if (first !== null) start(first); }, [first, start]);
  useEffect(() => () => { run.current += 1; discard(); }, [discard]);
  return { looked, trusting, start, back, trust, stopTrusting, handOver };
}
