/** Accelerators of the shell's syntax: shown to people, and matched against key presses. */

interface Parsed { meta: boolean; ctrl: boolean; alt: boolean; shift: boolean; key: string }

export function parse(shortcut: string, platform: string): Parsed {
  const mac = platform === 'macos';
  const parsed: Parsed = { meta: false, ctrl: false, alt: false, shift: false, key: '' };
  for (const part of shortcut.split('+')) {
    const word = part.toLowerCase();
    if (word === 'cmdorctrl') parsed[mac ? 'meta' : 'ctrl'] = true;
    else if (word === 'cmd' || word === 'super') parsed.meta = true;
    else if (word === 'ctrl') parsed.ctrl = true;
    else if (word === 'alt' || word === 'option') parsed.alt = true;
    else if (word === 'shift') parsed.shift = true;
    else parsed.key = word;
  }
  return parsed;
}

const keyNames: Record<string, string> = { enter: '↩', escape: 'esc' };

export function accelerator(shortcut: string, platform: string): string {
  const { meta, ctrl, alt, shift, key } = parse(shortcut, platform);
  const name = keyNames[key] ?? key.toUpperCase();
  if (platform === 'macos') return `${ctrl ? '⌃' : ''}${alt ? '⌥' : ''}${shift ? '⇧' : ''}${meta ? '⌘' : ''}${name}`;
  return [ctrl && 'Ctrl', alt && 'Alt', shift && 'Shift', meta && 'Super', name].filter(Boolean).join('+');
}

type Press = Pick<KeyboardEvent, 'metaKey' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'key' | 'code'>;

/** Letters and digits are matched by place when Alt changes what they type; signs may need Shift on some keyboards. */
export function matches(event: Press, shortcut: string, platform: string): boolean {
  const wanted = parse(shortcut, platform);
  if (event.metaKey !== wanted.meta || event.ctrlKey !== wanted.ctrl || event.altKey !== wanted.alt) return false;
  const sign = !/^[a-z0-9]$/.test(wanted.key);
  if (!sign && event.shiftKey !== wanted.shift) return false;
  if (event.key.toLowerCase() === wanted.key) return true;
  if (wanted.alt && event.code.toLowerCase() === `key${wanted.key}`) return true;
  return /^[0-9]$/.test(wanted.key) && event.code === `Digit${wanted.key}`;
}

/** Whether a key press belongs to a field where text is written. */
export function isEditable(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !/^(checkbox|radio|button|submit|range)$/.test(target.type);
}
