import type { ReactNode } from 'react';
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Icon } from './Icon';
import type { IconName } from './sprite';

export interface MenuEntry { id: string; label: ReactNode; text: string; icon?: IconName; keys?: string }

/** A button that opens a menu: arrows, type-ahead, Esc. */
export function MenuButton({ label, className, children, items, onAction, ...rest }: {
  label: string; className?: string; children: ReactNode; items: MenuEntry[]; onAction: (id: string) => void; 'data-testid'?: string;
}) {
  return (
    <MenuTrigger>
      <AriaButton className={className ?? 'btn btn-quiet'} aria-label={label} data-testid={rest['data-testid']}>{children}</AriaButton>
      <Popover className="popover menu-pop" placement="bottom end">
        <Menu className="menu" aria-label={label} onAction={(key) => onAction(String(key))}>
          {items.map((item) => (
            <MenuItem key={item.id} id={item.id} textValue={item.text} className="mi">
              {item.icon && <Icon name={item.icon} />}
              <span className="cut">{item.label}</span>
              {item.keys && <span className="kbd">{item.keys}</span>}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
