import { useCallback, useMemo, useState } from 'react';
import { MOST_PICTURES, type Picture, readPicture } from './pictures';

/** The pictures of a draft; they live as long as the conversation is shown. */
export function usePictures(allowed: boolean) {
  const [pictures, setPictures] = useState<Picture[]>([]);
  const [wrong, setWrong] = useState<string | null>(null);
  const add = useCallback(async (files: File[]) => {
    if (files.length === 0) return;
    if (!allowed) { setWrong('Pictures do not go with messages here: the other side takes text only.'); return; }
    const read = await Promise.all(files.map(readPicture));
    const good = read.filter((one): one is Picture => typeof one !== 'string');
    const bad = read.filter((one): one is string => typeof one === 'string');
    setPictures((now) => {
      const all = [...now, ...good];
      if (all.length > MOST_PICTURES) bad.push(`At most ${MOST_PICTURES} pictures go with a message. The others were left out.`);
      setWrong(bad.length > 0 ? bad.join(' ') : null);
      return all.slice(0, MOST_PICTURES);
    });
  }, [allowed]);
  const remove = useCallback((index: number) => setPictures((now) => now.filter((_, i) => i !== index)), []);
  const clear = useCallback(() => { setPictures([]); setWrong(null); }, []);
  return useMemo(() => ({ pictures, wrong, add, remove, clear }), [pictures, wrong, add, remove, clear]);
}

export type Pictures = ReturnType<typeof usePictures>;
