/** The real platform: typed commands and events of the shell. The only file that imports `@tauri-apps/*`. */
import { open } from '@tauri-apps/plugin-dialog';
import { commands, events } from '../bindings';
import { type CommandName, type Platform, type PlatformCommands, type Unlisten, toPlatformError } from './platform';

type Answer = { status: 'ok'; data: unknown } | { status: 'error'; error: unknown };

function wrap(name: CommandName) {
  const command = commands[name] as (...args: unknown[]) => Promise<Answer>;
  return async (...args: unknown[]) => {
    let answer: Answer;
    try {
      answer = await command(...args);
    } catch (thrown) {
      throw toPlatformError(thrown);
    }
    if (answer.status === 'error') throw toPlatformError(answer.error);
    return answer.data;
  };
}

type Listenable<T> = { listen: (cb: (event: { payload: T }) => void) => Promise<Unlisten> };

function listen<T>(event: Listenable<T>, listener: (payload: T) => void): Unlisten {
  let gone = false;
  let stop: Unlisten | undefined;
  event
    .listen((message) => { if (!gone) listener(message.payload); })
    .then((unlisten) => { if (gone) unlisten(); else stop = unlisten; })
    .catch((thrown: unknown) => console.error('an event of the shell cannot be heard', thrown));
  return () => { gone = true; stop?.(); };
}

async function pick(directory: boolean, start?: string): Promise<string | null> {
  try {
    const chosen = await open({ directory, multiple: false, defaultPath: start });
    return typeof chosen === 'string' ? chosen : null;
  } catch (thrown) {
    throw toPlatformError(thrown);
  }
}

async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch (thrown) {
    throw toPlatformError(thrown);
  }
}

export function createTauriPlatform(): Platform {
  const wrapped = Object.fromEntries(
    (Object.keys(commands) as CommandName[]).map((name) => [name, wrap(name)]),
  ) as unknown as PlatformCommands;
  return {
    ...wrapped,
    onChanged: (listener) => listen(events.changed, listener),
    onProgress: (listener) => listen(events.progress, listener),
    onMenu: (listener) => listen(events.menu, listener),
    pickFolder: (start) => pick(true, start),
    pickFile: () => pick(false),
    copyText,
  };
}
