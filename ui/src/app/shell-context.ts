import { createContext, useContext } from 'react';
import type { AppState, ModuleSource } from '../bindings';
import type { Appearance } from './appearance';

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
  startModules: () => void;
  /** Asks first, and names how many. */
  stopModules: () => void;
  /** Opens the sheet that installs a plugin; with a source it is looked at at once. */
  installPlugin: (source: ModuleSource | null) => void;
  /** Opens the search for the plugin that breaks a tool; without one it is chosen there. */
  findCulprit: (tool: string | null) => void;
  showPath: (path: string) => void;
  /** Paints at once and records it as the person's preference. */
  setAppearance: (next: Appearance) => void;
  importSettings: () => void;
  exportSettings: () => void;
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
