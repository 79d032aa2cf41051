import { createContext, useContext } from 'react';
import type { AppState } from '../bindings';

/** What views may ask of the frame around them. */
export interface ShellActions {
  state: AppState;
  /** `macos` or `linux`. */
  platform: string;
  /** Shows the shortcut of a command in the machine's symbols. */
  keys: (command: string) => string;
  openPalette: () => void;
  togglePalette: () => void;
  openCheck: () => void;
  openShortcuts: () => void;
  addAgent: () => void;
  removeAgent: (uid: string) => void;
  undo: (changeId: string) => void;
  undoLast: () => void;
  redoLast: () => void;
  showPath: (path: string) => void;
  inspector: boolean;
  toggleInspector: () => void;
  sidebarShown: boolean;
  toggleSidebar: () => void;
}

export const ShellContext = createContext<ShellActions | null>(null);

export function useShell(): ShellActions {
  const shell = useContext(ShellContext);
  if (!shell) throw new Error('useShell outside of the shell');
  return shell;
}
