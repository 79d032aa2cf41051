/** Light, dark or as the system; `public/boot.js` sets the same before the first paint. */
import { useSyncExternalStore } from 'react';

export type Appearance = 'auto' | 'light' | 'dark';

const KEPT = 'sanctum.appearance';
const listeners = new Set<() => void>();
const darkQuery = matchMedia('(prefers-color-scheme: dark)');
const contrastQuery = matchMedia('(prefers-contrast: more)');

export function appearance(): Appearance {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept === 'light' || kept === 'dark' ? kept : 'auto';
  } catch { return 'auto'; }
}

function paint() {
  const chosen = appearance();
  const root = document.documentElement;
  root.setAttribute('data-theme', chosen === 'dark' || (chosen === 'auto' && darkQuery.matches) ? 'dark' : 'light');
  if (contrastQuery.matches) root.setAttribute('data-contrast', 'more');
  else root.removeAttribute('data-contrast');
}

export function setAppearance(next: Appearance) {
  try { localStorage.setItem(KEPT, next); } catch { /* a private window keeps nothing */ }
  paint();
  listeners.forEach((tell) => tell());
}

/** Follows the system while nothing else is chosen. Call once. */
export function startAppearance() {
  paint();
  darkQuery.addEventListener('change', paint);
  contrastQuery.addEventListener('change', paint);
}

export function useAppearance(): Appearance {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => { listeners.delete(listener); }; }, appearance);
}
