import { useEffect, useRef } from 'react';
import type { Phase } from '../bindings';
import { usePlatform } from '../platform/context';
import { catalog, shortcutOf } from './catalog';
import type { Handler } from './handlers';
import { isEditable, matches } from './shortcut';

const TEXT_OWNS = new Set(['change.undo', 'change.redo']);

/** Runs commands from keys and from the native menu. A press that reaches both runs once. */
export function useCommands(handlers: Record<string, Handler>, os: string, phase: Phase) {
  const platform = usePlatform();
  const now = useRef({ handlers, os, phase });
  now.current = { handlers, os, phase };
  useEffect(() => {
    let last = { id: '', from: '', at: 0 };
    const run = (id: string, from: 'keys' | 'menu') => {
      const command = catalog.find((entry) => entry.id === id);
      const handler = now.current.handlers[id];
      if (!command || !handler || !command.phases.includes(now.current.phase)) return false;
      const at = performance.now();
      if (last.id === id && last.from !== from && at - last.at < 250) return true;
      last = { id, from, at };
      if (handler.why?.() === undefined) handler.run();
      return true;
    };
    const modal = () => document.querySelector('.scrim') !== null;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || modal()) return;
      const command = catalog.find((entry) => {
        const shortcut = shortcutOf(entry, now.current.os);
        return shortcut !== null && matches(event, shortcut, now.current.os);
      });
      if (!command || (TEXT_OWNS.has(command.id) && isEditable(event.target))) return;
      if (run(command.id, 'keys')) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    const stop = platform.onMenu(({ id }) => { if (!modal() || id.startsWith('appearance.')) run(id, 'menu'); });
    return () => { window.removeEventListener('keydown', onKey); stop(); };
  }, [platform]);
}
