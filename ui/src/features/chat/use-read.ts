import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import type { ChatState } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import type { Said } from './said';

/** Looks settle before they count as read. */
const SETTLE_MS = 250;

/** Tells what was seen of an answer, each place once and never backwards. */
export function useRead(uid: string, said: Said | undefined, state: ChatState | undefined): (seq: number) => void {
  const platform = usePlatform();
  const client = useQueryClient();
  const told = useRef<number | null>(null);
  const next = useRef(-1);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const nothingNew = state?.unread_from === null && said !== undefined && said.arrived.length === 0;
  return useCallback((seq: number) => {
    if (nothingNew || seq <= (told.current ?? -1)) return;
    next.current = Math.max(next.current, seq);
    if (timer.current !== null) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      const upTo = next.current;
      told.current = upTo;
      // A badge that stays for now is no reason to disturb; the next look tells it again.
      platform.chatRead(uid, upTo).then(() => client.invalidateQueries({ queryKey: keys.chats }), () => { told.current = null; });
    }, SETTLE_MS);
  }, [platform, client, uid, nothingNew]);
}
