import { type ReactNode, useEffect, useState } from 'react';
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components';
import { ifFocusIsLost } from './focus';

interface Common { label: string; onClose: () => void; children: ReactNode; 'data-testid'?: string }

/** What opened the sheet that is open, or the first of several that follow each other. */
let opener: HTMLElement | null = null;

function openedFrom(): HTMLElement | null {
  const at = document.activeElement;
  if (at?.closest('.scrim')) return opener;
  return at instanceof HTMLElement && at !== document.body ? at : null;
}

/**
 * A sheet gives the focus back to what had it. Where that was a form which made way for its plan, the form is gone by then, and the focus
 * goes to what opened the form.
 */
function useReturn() {
  const [from] = useState(openedFrom);
  useEffect(() => {
    opener = from;
    return () => ifFocusIsLost(() => { if (from?.isConnected) from.focus({ preventScroll: true }); });
  }, [from]);
}

/** Comes from the title bar. Put `<header>`, content and `<footer>` inside. Esc closes, unless `busy`. */
export function Sheet({ label, onClose, children, busy, className, ...rest }: Common & { busy?: boolean; className?: string }) {
  useReturn();
  return (
    <ModalOverlay className="scrim over" isOpen isKeyboardDismissDisabled={busy} onOpenChange={(open) => { if (!open) onClose(); }}>
      <Modal className="over-box">
        <AriaDialog className={className ? `sheet ${className}` : 'sheet'} aria-label={label} data-testid={rest['data-testid']}>{children}</AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** 420 wide; names the thing and its size. */
export function Dialog({ label, onClose, children, ...rest }: Common) {
  useReturn();
  return (
    <ModalOverlay className="scrim over over-dialog" isOpen onOpenChange={(open) => { if (!open) onClose(); }}>
      <Modal className="over-box">
        <AriaDialog className="dialog" aria-label={label} data-testid={rest['data-testid']}>{children}</AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
