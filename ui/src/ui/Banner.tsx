import type { ReactNode } from 'react';
import type { Finding } from '../bindings';
import { Glyph, Icon } from './Icon';
import type { IconName } from './sprite';
import { Foreign, Prose } from './text';

/** Stays while it is true, above what it is about, at most one per pane. */
export function Banner({ kind, title, children, actions, icon, ...rest }: {
  kind: 'info' | 'warn' | 'err' | 'ok' | 'plain'; title: ReactNode; children?: ReactNode; actions?: ReactNode;
  /** In place of the shape of its kind. */
  icon?: IconName; 'data-testid'?: string;
}) {
  return (
    <div className={kind === 'plain' ? 'banner' : `banner banner-${kind}`} role={kind === 'err' ? 'alert' : 'status'} data-testid={rest['data-testid']}>
      {icon ? <Icon name={icon} /> : kind === 'warn' ? <Glyph word="Degraded" /> : kind === 'err' ? <Glyph word="Error" /> : kind === 'ok' ? <Glyph word="Healthy" /> : <Icon name="info" />}
      <div className="grow">
        <b>{title}</b>
        {children && <p>{children}</p>}
      </div>
      {actions && <div className="acts">{actions}</div>}
    </div>
  );
}

/** A finding of the scan or the doctor: what happened, what it means, what to do. */
export function FindingBanner({ finding, actions }: { finding: Finding; actions?: ReactNode }) {
  const kind = finding.level === 'error' ? 'err' : finding.level === 'warn' ? 'warn' : 'info';
  return (
    <Banner kind={kind} title={<Prose>{finding.message}</Prose>} actions={actions}>
      <Prose>{finding.hint}</Prose>
      {finding.path && <> <code><Foreign>{finding.path}</Foreign></code></>}
    </Banner>
  );
}
