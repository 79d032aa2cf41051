import { type ReactNode, useEffect, useState } from 'react';
import { usePlatform } from '../platform/context';
import { toPlatformError } from '../platform/platform';
import { Button } from './Button';
import { Glyph, Icon } from './Icon';
import type { IconName } from './sprite';
import { Foreign, Prose, visible } from './text';

/** What this is, how it fits together, one primary action. */
export function EmptyState({ icon, title, children, action }: { icon?: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty empty-fill">
      {icon && <span className="tile tile-l"><Icon name={icon} size="l" /></span>}
      <h2>{title}</h2>
      {children}
      {action && <div className="row empty-acts">{action}</div>}
    </div>
  );
}

/** What is waited for, in words; after a moment also for how long. */
export function Waiting({ children, onCancel, cancelWords = 'Stop waiting' }: { children: ReactNode; onCancel?: () => void; cancelWords?: string }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((s) => s + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="row muted small waiting" role="status">
      <Spinner />
      <span>{children}</span>
      {seconds > 1 && <span className="faint" aria-hidden="true">{seconds} s</span>}
      {onCancel && <Button size="s" kind="quiet" onClick={onCancel}>{cancelWords}</Button>}
    </div>
  );
}

export function Spinner() {
  return <span className="spinner" aria-hidden="true" />;
}

/** A bar only where the share is known (0 to 1). */
export function ProgressBar({ share, label }: { share: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div className="bar" role="progressbar" aria-label={label} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
      <i style={{ width: `${percent}%` }} />
    </div>
  );
}

/** What happened, what it means and what to do, with details to copy. */
export function ErrorBox({ error, onRetry, retryWords = 'Try again', actions }: {
  error: unknown; onRetry?: () => void; retryWords?: string; actions?: ReactNode;
}) {
  const platform = usePlatform();
  const [copied, setCopied] = useState(false);
  const { code, message, hint, details } = toPlatformError(error);
  const copy = () => {
    const text = [`${code}: ${message}`, hint, ...details].filter(Boolean).join('\n');
    platform.copyText(text).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <div className="banner banner-err error-box" role="alert" data-testid="error-box" data-code={code}>
      <Glyph word="Error" />
      <div className="grow">
        <b><Prose>{message}</Prose></b>
        {hint && <p><Prose>{hint}</Prose></p>}
        {details.length > 0 && (
          <details>
            <summary>Details</summary>
            <pre className="code">{details.map(visible).join('\n')}</pre>
          </details>
        )}
        <div className="row error-acts">
          {onRetry && <Button size="s" onClick={onRetry}>{retryWords}</Button>}
          {actions}
          <Button size="s" kind="quiet" icon="copy" onClick={copy}>{copied ? 'Copied' : 'Copy details'}</Button>
        </div>
      </div>
    </div>
  );
}
