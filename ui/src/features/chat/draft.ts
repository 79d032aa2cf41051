/** What was written and not sent, by person, install and agent; kept until it is sent. */
import { useCallback, useState } from 'react';

const keyOf = (owner: string, uid: string) => `sanctum.draft.${owner}.${uid}`;

export function keptDraft(owner: string, uid: string): string {
  try { return localStorage.getItem(keyOf(owner, uid)) ?? ''; } catch { return ''; }
}

export function keepDraft(owner: string, uid: string, text: string) {
  try {
    if (text === '') localStorage.removeItem(keyOf(owner, uid));
    else localStorage.setItem(keyOf(owner, uid), text);
  } catch { /* a private window keeps nothing */ }
}

export function useDraft(owner: string, uid: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => keptDraft(owner, uid));
  const write = useCallback((next: string) => { setText(next); keepDraft(owner, uid, next); }, [owner, uid]);
  return [text, write];
}
