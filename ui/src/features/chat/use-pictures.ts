import { useCallback, useMemo, useState } from 'react';
import type { ChatPictures } from '../../bindings';
import { toPlatformError } from '../../platform/platform';
import { MOST_PICTURES, type Picture, readPicture } from './pictures';

const TEXT_ONLY = 'Pictures do not go with messages here: the other side takes text only.';

/** The pictures of a draft; they live as long as the conversation is shown. */
export function usePictures(allowed: boolean) {
  const [pictures, setPictures] = useState<Picture[]>([]);
  const [wrong, setWrong] = useState<string | null>(null);
  const put = useCallback((good: Picture[], bad: string[]) => {
    setPictures((now) => {
      const all = [...now, ...good];
      if (all.length > MOST_PICTURES) bad.push(`At most ${MOST_PICTURES} pictures go with a message. The others were left out.`);
      setWrong(bad.length > 0 ? bad.join(' ') : null);
      return all.slice(0, MOST_PICTURES);
    });
  }, []);
  const add = useCallback(async (files: File[]) => {
    if (files.length === 0) return;
    if (!allowed) { setWrong(TEXT_ONLY); return; }
    const read = await Promise.all(files.map(readPicture));
    put(read.filter((one): one is Picture => typeof one !== 'string'), read.filter((one): one is string => typeof one === 'string'));
  }, [allowed, put]);
  /** What was dropped is read by the shell: a page sees no paths. */
  const addDropped = useCallback(async (read: () => Promise<ChatPictures>) => {
    if (!allowed) { setWrong(TEXT_ONLY); return; }
    try {
      const { images, refused } = await read();
      put(images.map((image) => ({ image, size: Math.floor(image.data.length * 3 / 4) })), [...refused]);
    } catch (thrown) {
      const { message, hint } = toPlatformError(thrown);
      setWrong(`${message} ${hint}`);
    }
  }, [allowed, put]);
  const remove = useCallback((index: number) => setPictures((now) => now.filter((_, i) => i !== index)), []);
  /** These went with a message; what was added meanwhile belongs to the next one. */
  const sent = useCallback((gone: Picture[]) => { setPictures((now) => now.filter((one) => !gone.includes(one))); setWrong(null); }, []);
  return useMemo(() => ({ pictures, wrong, add, addDropped, remove, sent }), [pictures, wrong, add, addDropped, remove, sent]);
}

export type Pictures = ReturnType<typeof usePictures>;
