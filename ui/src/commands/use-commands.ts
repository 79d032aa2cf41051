import { useEffect, useRef } from 'react';
import type { Phase } from '../bindings';
import { usePlatform } from '../platform/context';
import { catalog, shortcutOf } from './catalog';
import type { Handler } from './handlers';
import { isEditable, matches } from './shortcut';

/** One press reaches the page and the native menu in either order; which of them comes, and when, differs by system. */
const SAME_PRESS_MS = 250;

/** In a text field these belong to the text, in every phase and in every sheet. */
const textCommands: Record<string, 'undo' | 'redo'> = { 'change.undo': 'undo', 'change.redo': 'redo' };

const TOGGLES_ITSELF = 'palette.open';

/** Whether something stands over the view that this command must not act behind. */
function behindSheet(id: string): boolean {
  const scrim = document.querySelector('.scrim');
  if (scrim === null || id.startsWith('appearance.')) return false;
  return !(id === TOGGLES_ITSELF && scrim.classList.contains('over-palette'));
}

/** Runs commands from keys and from the native menu. A press that reaches both runs once. */
export function useCommands(handlers: Record<string, Handler>, os: string, phase: Phase) {
  const platform = usePlatform();
  const now = useRef({ handlers, os, phase });
  now.current = { handlers, os, phase };
  useEffect(() => {
    let last = { id: '', from: '', at: 0 };
    /** Does it, or finds that it was done; `false` where nobody here wants it. */
    const act = (id: string, from: 'keys' | 'menu', doIt: () => void) => {
      const at = performance.now();
      if (last.id === id && last.from !== from && at - last.at < SAME_PRESS_MS) return true;
      last = { id, from, at };
      doIt();
      return true;
    };
    const run = (id: string, from: 'keys' | 'menu') => {
      const text = textCommands[id];
      if (text && isEditable(document.activeElement)) return act(id, from, () => document.execCommand(text));
      const command = catalog.find((entry) => entry.id === id);
      const handler = now.current.handlers[id];
      if (!command || !handler || !command.phases.includes(now.current.phase) || behindSheet(id)) return false;
      return act(id, from, () => { if (handler.why?.() === undefined) handler.run(); });
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const command = catalog.find((entry) => {
        const shortcut = shortcutOf(entry, now.current.os);
        return shortcut !== null && matches(event, shortcut, now.current.os);
      });
      if (!command) return;
      // A key that is held down repeats in text only.
      const held = event.repeat && !(textCommands[command.id] && isEditable(event.target));
      if (held || run(command.id, 'keys')) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    const stop = platform.onMenu(({ id }) => { run(id, 'menu'); });
    return () => { window.removeEventListener('keydown', onKey); stop(); };
  }, [platform]);
}
