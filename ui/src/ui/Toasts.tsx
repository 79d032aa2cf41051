import { type ReactNode, createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { StatusWord } from '../bindings';
import { toPlatformError } from '../platform/platform';
import { Button, IconButton } from './Button';
import { Glyph } from './Icon';
import { Foreign, visible } from './text';

export interface ToastFacts {
  word?: StatusWord;
  /** What was done and read back. */
  title: string;
  text?: string;
  action?: { label: string; keys?: string; run: () => void };
  /** Takes the place of an earlier message of the same kind: its action would no longer do what it says. */
  slot?: string;
}

interface Shown extends ToastFacts { id: number; stays: boolean }

interface Toaster {
  show: (toast: ToastFacts) => void;
  /** Errors stay until they are dismissed. */
  fail: (error: unknown, action?: ToastFacts['action']) => void;
}

const ToastContext = createContext<Toaster | null>(null);

export function useToasts(): Toaster {
  const toaster = useContext(ToastContext);
  if (!toaster) throw new Error('useToasts outside of ToastProvider');
  return toaster;
}

const LIFE_MS = 8_000;
const MOST = 3;

function ToastView({ toast, onGone }: { toast: Shown; onGone: (id: number) => void }) {
  const [held, setHeld] = useState(false);
  const left = useRef(LIFE_MS);
  useEffect(() => {
    if (held || toast.stays) return;
    const since = performance.now();
    const timer = setTimeout(() => onGone(toast.id), left.current);
    return () => { clearTimeout(timer); left.current = Math.max(1_000, left.current - (performance.now() - since)); };
  }, [held, toast.id, toast.stays, onGone]);
  const { action } = toast;
  return (
    <div className="toast" data-testid="toast" onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      <Glyph word={toast.word ?? 'Healthy'} />
      <span className="grow toast-text"><b className="medium"><Foreign>{toast.title}</Foreign></b>{toast.text && <span className="muted"> <Foreign>{toast.text}</Foreign></span>}</span>
      {action && (
        <>
          <span className="sep" />
          <Button kind="quiet" size="s" keys={action.keys} onClick={() => { onGone(toast.id); action.run(); }}>{action.label}</Button>
        </>
      )}
      <IconButton icon="x" label="Dismiss" size="s" onClick={() => onGone(toast.id)} />
    </div>
  );
}

/** Bottom right, above the foot bar, three at most; a live region says them. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Shown[]>([]);
  const next = useRef(1);
  const add = useCallback((toast: ToastFacts, stays: boolean) => {
    const shown = { ...toast, stays, id: next.current++ };
    setToasts((all) => [...all.filter((old) => !shown.slot || old.slot !== shown.slot), shown].slice(-MOST));
  }, []);
  const gone = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const toaster = useMemo<Toaster>(() => ({
    show: (toast) => add(toast, toast.word === 'Error'),
    fail: (error, action) => {
      const { message, hint } = toPlatformError(error);
      add({ word: 'Error', title: message, text: hint, action }, true);
    },
  }), [add]);
  return (
    <ToastContext.Provider value={toaster}>
      {children}
      <div className="toasts" role="region" aria-label="Messages" data-react-aria-top-layer="true">
        {toasts.map((toast) => <ToastView key={toast.id} toast={toast} onGone={gone} />)}
      </div>
      <div className="sr" role="status" aria-live="polite">{toasts.map((toast) => visible(`${toast.title} ${toast.text ?? ''}`)).join(' ')}</div>
    </ToastContext.Provider>
  );
}
