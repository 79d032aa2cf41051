/** One list of commands feeds the palette, the native menu (the shell reads the same JSON), the shortcuts sheet and the keys. */
import type { Phase } from '../bindings';
import entries from './catalog.json';
import { accelerator } from './shortcut';

export interface Command {
  id: string;
  title: string;
  /** `null`: by key and palette only. */
  menu: string | null;
  /** Accelerator in the shell's syntax, e.g. `CmdOrCtrl+K`. */
  shortcut: string | null;
  /** Where macOS has another habit. */
  shortcut_macos?: string;
  phases: Phase[];
  palette: boolean;
}

export const catalog = entries as Command[];

export function shortcutOf(command: Command, platform: string): string | null {
  return platform === 'macos' ? command.shortcut_macos ?? command.shortcut : command.shortcut;
}

/** The shortcut in the symbols of the machine: "⌘K" or "Ctrl+K"; empty where there is none. */
export function keysOf(id: string, platform: string): string {
  const command = catalog.find((entry) => entry.id === id);
  const shortcut = command && shortcutOf(command, platform);
  return shortcut ? accelerator(shortcut, platform) : '';
}
