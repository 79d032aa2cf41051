import type { ButtonHTMLAttributes, Ref } from 'react';
import { Icon } from './Icon';
import type { IconName } from './sprite';
import { Tooltip } from './Tooltip';

interface Look {
  kind?: 'primary' | 'danger' | 'danger-quiet' | 'quiet' | 'link';
  size?: 's' | 'l';
  icon?: IconName;
  /** Shortcut shown inside, right. */
  keys?: string;
  busy?: boolean;
  /** Why it cannot be pressed now: shown as a tooltip, and the button stays reachable. */
  why?: string | null;
  ref?: Ref<HTMLButtonElement>;
}

export type ButtonProps = Look & ButtonHTMLAttributes<HTMLButtonElement>;

/** A verb with its object. Busy keeps its width and says what it does with “-ing” words given by the caller. */
export function Button({ kind, size, icon, keys, busy, why, className, children, onClick, type = 'button', ...rest }: ButtonProps) {
  const classes = ['btn', kind && `btn-${kind}`, size && `btn-${size}`, className].filter(Boolean).join(' ');
  const stopped = Boolean(why) || busy;
  const button = (
    <button
      {...rest}
      type={stopped && type === 'submit' ? 'button' : type}
      className={classes}
      aria-busy={busy || undefined}
      aria-disabled={why ? true : undefined}
      onClick={stopped ? undefined : onClick}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children}
      {keys && <span className="kbd" aria-hidden="true">{keys}</span>}
    </button>
  );
  return why ? <Tooltip text={why}>{button}</Tooltip> : button;
}

type IconButtonProps = Omit<ButtonProps, 'children' | 'aria-label' | 'icon' | 'kind'> & { icon: IconName; label: string; plain?: boolean };

/** An icon alone, only where its meaning is settled; always with a label and a tooltip. */
export function IconButton({ icon, label, keys, size, plain, className, why, onClick, ...rest }: IconButtonProps) {
  const classes = ['btn', 'btn-icon', !plain && 'btn-quiet', size && `btn-${size}`, className].filter(Boolean).join(' ');
  return (
    <Tooltip text={why ?? label} keys={why ? undefined : keys}>
      <button type="button" {...rest} className={classes} aria-label={label} aria-disabled={why ? true : undefined} onClick={why ? undefined : onClick}>
        <Icon name={icon} />
      </button>
    </Tooltip>
  );
}
