/** The seam between the window and everything below it. Only `tauri.ts` knows how a command travels. */
import type { ApiError, ChangedEvent, ChatEvent, LogEvent, MenuEvent, Overview, ProgressEvent, commands } from '../bindings';

type Wire = typeof commands;
type Data<R> = R extends Promise<infer U> ? (U extends { status: 'ok'; data: infer T } ? T : never) : never;

/** Every command of the shell, in camelCase; each throws a `PlatformError`. */
export type PlatformCommands = {
  [K in keyof Wire]: (...args: Parameters<Wire[K]>) => Promise<Data<ReturnType<Wire[K]>>>;
};

export type CommandName = keyof PlatformCommands;

/** Takes the listener away again. */
export type Unlisten = () => void;

export interface Platform extends PlatformCommands {
  /** Something changed that a view may show; read again what is named. */
  onChanged(listener: (event: ChangedEvent) => void): Unlisten;
  /** Something happened in a conversation. */
  onChat(listener: (event: ChatEvent) => void): Unlisten;
  /** An open log has more to show, or its lines changed. */
  onLog(listener: (event: LogEvent) => void): Unlisten;
  /** Every module was measured: how everything does now. */
  onOverview(listener: (overview: Overview) => void): Unlisten;
  /** A plan that is being applied went on. */
  onProgress(listener: (event: ProgressEvent) => void): Unlisten;
  /** An item of the native menu was chosen. */
  onMenu(listener: (event: MenuEvent) => void): Unlisten;
  /** Files or folders were let go over the window, by their absolute paths; `onOver` hears whether some are held over it. */
  onDrop(listener: (paths: string[]) => void, onOver?: (over: boolean) => void): Unlisten;
  /** Absolute path, or `null` where nothing was chosen. */
  pickFolder(start?: string): Promise<string | null>;
  pickFile(): Promise<string | null>;
  /** Where a new file of this name is to be written, or `null`. */
  pickSave(name: string): Promise<string | null>;
  copyText(text: string | Promise<string>): Promise<void>;
}

/** What happened, what it means and what to do; `details` are facts to copy. */
export class PlatformError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly details: string[];

  constructor(error: ApiError) {
    super(error.message);
    this.name = 'PlatformError';
    this.code = error.code;
    this.hint = error.hint;
    this.details = error.details;
  }
}

function isApiError(value: unknown): value is ApiError {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

/** Brings whatever was thrown into one shape. Framework failures arrive as bare strings: code `internal`. */
export function toPlatformError(value: unknown): PlatformError {
  if (value instanceof PlatformError) return value;
  if (isApiError(value)) {
    return new PlatformError({
      code: String(value.code),
      message: String(value.message),
      hint: String(value.hint ?? ''),
      details: Array.isArray(value.details) ? value.details.map(String) : [],
    });
  }
  const words = value instanceof Error ? value.message : typeof value === 'string' ? value : JSON.stringify(value);
  return new PlatformError({
    code: 'internal',
    message: 'The window could not reach the part that does the work.',
    hint: 'Try once more. If it stays, quit and open the app again; nothing was changed by this.',
    details: [words || 'no further words'],
  });
}
