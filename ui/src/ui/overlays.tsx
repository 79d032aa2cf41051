import { type ReactNode } from 'react';
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components';

interface Common { label: string; onClose: () => void; children: ReactNode; 'data-testid'?: string }

/** Comes from the title bar. Put `<header>`, content and `<footer>` inside. Esc closes, unless `busy`. */
export function Sheet({ label, onClose, children, busy, className, ...rest }: Common & { busy?: boolean; className?: string }) {
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
  return (
    <ModalOverlay className="scrim over over-dialog" isOpen onOpenChange={(open) => { if (!open) onClose(); }}>
      <Modal className="over-box">
        <AriaDialog className="dialog" aria-label={label} data-testid={rest['data-testid']}>{children}</AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
