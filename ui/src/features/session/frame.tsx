import type { FormEventHandler, ReactNode } from 'react';
import { Foreign } from '../../ui';

/** One centred card under a title: sign-in, lock, trouble. */
export function SessionFrame({ brand, title, sub, children, onSubmit }: {
  brand: string; title: string; sub?: string | null; children: ReactNode; onSubmit?: FormEventHandler;
}) {
  return (
    <main className="center-page" data-tauri-drag-region>
      <form className="center-card" onSubmit={onSubmit ?? ((event) => event.preventDefault())} aria-label={title} noValidate>
        <span className="brand-mark" aria-hidden="true">{brand.slice(0, 1)}</span>
        <h1 className="center-title">{title}</h1>
        {sub && <p className="muted small center-sub"><Foreign>{sub}</Foreign></p>}
        {children}
      </form>
    </main>
  );
}
