import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, useEffect } from 'react';
import { usePlatform } from '../platform/context';
import { useToasts } from '../ui';
import { setAppearance } from './appearance';
import { type Timer, realTimer, watchIdle } from './idle';
import { keys, useTakeState } from './queries';

/** The clock behind the idle lock; a test passes its own. */
export const TimerContext = createContext<Timer>(realTimer);

/** What the person at the window prefers. */
export function usePreferences() {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.settings, 'preferences'], queryFn: () => platform.preferences() });
}

/** Keeps the window as its person prefers it: painted, and locked when left alone. */
export function useFollowPreferences() {
  const platform = usePlatform();
  const take = useTakeState();
  const toasts = useToasts();
  const timer = useContext(TimerContext);
  const { data } = usePreferences();
  const wanted = data?.appearance;
  useEffect(() => {
    if (wanted === 'auto' || wanted === 'light' || wanted === 'dark') setAppearance(wanted);
  }, [wanted]);
  const minutes = data?.lock_after_min ?? 0;
  useEffect(() => {
    if (minutes <= 0) return;
    let stop = () => {};
    const wait = () => {
      stop = watchIdle(window, minutes * 60_000, () => { platform.sessionLock().then(take, (thrown: unknown) => { toasts.fail(thrown); wait(); }); }, timer);
    };
    wait();
    return () => stop();
  }, [minutes, platform, timer]); // eslint-disable-line
}
