import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useRoute } from './router';

const narrowQuery = matchMedia('(max-width: 1100px)');

export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => { narrowQuery.addEventListener('change', listener); return () => narrowQuery.removeEventListener('change', listener); },
    () => narrowQuery.matches,
  );
}

/** In a narrow window, views with a second list or an inspector hide the sidebar; it comes over the content on demand. */
export function useSidebar() {
  const route = useRoute();
  const narrow = useNarrow() && route.view !== 'tools';
  const [hidden, setHidden] = useState(false);
  const [over, setOver] = useState(false);
  useEffect(() => setOver(false), [route, narrow]);
  const shown = narrow ? over : !hidden;
  return useMemo(() => ({
    shown,
    toggle: () => (narrow ? setOver((now) => !now) : setHidden((now) => !now)),
  }), [shown, narrow]);
}
