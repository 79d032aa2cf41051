/** The real platform: typed commands and events of the shell. The only file that imports `@tauri-apps/*`. */
import { type DragDropEvent, getCurrentWebview } from '@tauri-apps/api/webview';
import { open, save } from '@tauri-apps/plugin-dialog';
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

/** Only the shell knows the paths of what is dropped; the page itself sees names. */
function onDrop(listener: (paths: string[]) => void, onOver?: (over: boolean) => void): Unlisten {
  return listen<DragDropEvent>({ listen: (tell) => getCurrentWebview().onDragDropEvent(tell) }, (event) => {
    if (event.type === 'enter') onOver?.(true);
    if (event.type === 'leave' || event.type === 'drop') onOver?.(false);
    if (event.type === 'drop' && event.paths.length > 0) listener(event.paths);
  });
}

async function pick(directory: boolean, start?: string): Promise<string | null> {
  try {
    const chosen = await open({ directory, multiple: false, defaultPath: start });
    return typeof chosen === 'string' ? chosen : null;
  } catch (thrown) {
    throw toPlatformError(thrown);
  }
}

async function pickSave(name: string): Promise<string | null> {
  try {
    return await save({ defaultPath: name });
  } catch (thrown) {
    throw toPlatformError(thrown);
  }
}

/** WebKit lets a page copy only while it answers a click or a key: a text that is still on its way is promised to it right then. */
async function copyText(text: string | Promise<string>): Promise<void> {
  try {
    if (typeof text === 'string') await navigator.clipboard.writeText(text);
    else await navigator.clipboard.write([new ClipboardItem({ 'text/plain': text.then((known) => new Blob([known], { type: 'text/plain' })) })]);
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
    onChat: (listener) => listen(events.chat, listener),
    onLog: (listener) => listen(events.log, listener),
    onOverview: (listener) => listen(events.measured, listener),
    onProgress: (listener) => listen(events.progress, listener),
    onMenu: (listener) => listen(events.menu, listener),
    onDrop,
    pickFolder: (start) => pick(true, start),
    pickFile: () => pick(false),
    pickSave,
    copyText,
  };
}
