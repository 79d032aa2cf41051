import { type ClipboardEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ChatEntry, ChatState } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { toPlatformError } from '../../platform/platform';
import { FieldMessage, IconButton, visible } from '../../ui';
import { useAsked } from './asks';
import { useDraft } from './draft';
import { PictureRow } from './PictureRow';
import { TYPES } from './pictures';
import { usePictures } from './use-pictures';

/** As high as its text, up to 40 % of the window. */
function useGrowing(text: string) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const at = field.current;
    if (!at) return;
    at.style.height = 'auto';
    at.style.height = `${at.scrollHeight}px`;
  }, [text]);
  return field;
}

function useSend(uid: string, text: string, write: (text: string) => void, images: ReturnType<typeof usePictures>, onSent: (entry: ChatEntry) => void) {
  const platform = usePlatform();
  const [sending, setSending] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const now = useRef(text);
  now.current = text;
  const send = async () => {
    if (sending || (text.trim() === '' && images.pictures.length === 0)) return;
    const { pictures } = images;
    setSending(true);
    setWrong(null);
    try {
      const entry = await platform.chatSend(uid, text.trim(), pictures.map((picture) => picture.image));
      // What was typed meanwhile is the next message.
      write(now.current.startsWith(text) ? now.current.slice(text.length) : now.current);
      images.sent(pictures);
      onSent(entry);
    } catch (thrown) {
      const { message, hint } = toPlatformError(thrown);
      setWrong(`${message} ${hint} What you wrote is kept.`);
    } finally {
      setSending(false);
    }
  };
  return { send, sending, wrong };
}

const filesOf = (list: DataTransfer | null) => [...(list?.files ?? [])];

/** Enter sends, Shift and Enter breaks the line; while an input method composes, Enter belongs to it. */
export function Composer({ state, owner, onSent }: { state: ChatState; owner: string; onSent: (entry: ChatEntry) => void }) {
  const shell = useShell();
  const platform = usePlatform();
  const { uid, name } = state.row;
  const [text, write] = useDraft(owner, uid);
  const images = usePictures(state.images);
  const field = useGrowing(text);
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const { addDropped } = images;
  useEffect(() => platform.onDrop(() => void addDropped(platform.chatDropped), setOver), [platform, addDropped]);
  const { send, sending, wrong } = useSend(uid, text, write, images, onSent);
  useAsked('write', () => field.current?.focus());
  // Whoever walks through a list stays in it.
  useEffect(() => { if (!document.activeElement?.closest('.pane-list')) field.current?.focus({ preventScroll: true }); }, [field]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.keyCode === 229 || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void send();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = filesOf(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    void images.add(files);
  };
  const nothing = text.trim() === '' && images.pictures.length === 0;
  return (
    <div className={over ? 'composer composer-over' : 'composer'}>
      <textarea ref={field} rows={1} dir="auto" aria-label={`Message to ${visible(name)}`} placeholder={`Message to ${visible(name)}`} value={text} data-testid="chat-field"
        onChange={(event) => write(event.target.value)} onKeyDown={onKeyDown} onPaste={onPaste} />
      <PictureRow pictures={images} />
      {wrong && <FieldMessage>{wrong}</FieldMessage>}
      <div className="composer-foot">
        {state.images && (
          <>
            <input ref={picker} type="file" accept={TYPES.join(',')} multiple className="hidden-input" tabIndex={-1} aria-hidden="true" data-testid="chat-picker"
              onChange={(event) => { void images.add([...(event.target.files ?? [])]); event.target.value = ''; }} />
            <IconButton icon="clip" size="s" label="Attach pictures…" onClick={() => picker.current?.click()} data-testid="chat-attach" />
          </>
        )}
        <span className="grow" />
        <span className="caption faint" aria-hidden="true">{shell.platform === 'macos' ? '⇧↩' : 'Shift+Enter'} new line</span>
        <IconButton icon="send" label="Send" keys="↩" plain className="btn-primary" why={nothing ? 'Write something first.' : sending ? 'It is being sent.' : null} onClick={() => void send()} data-testid="chat-send" />
      </div>
    </div>
  );
}
