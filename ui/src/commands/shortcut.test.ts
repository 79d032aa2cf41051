import { expect, test } from 'vitest';
import { accelerator, matches } from './shortcut';

const key = (name: string, more: Partial<KeyboardEvent> = {}) => ({ key: name, code: '', metaKey: false, ctrlKey: false, altKey: false, shiftKey: false, ...more });

test('shown in the symbols of the machine', () => {
  expect(accelerator('CmdOrCtrl+K', 'macos'), 'macOS').toBe('⌘K');
  expect(accelerator('CmdOrCtrl+Shift+Z', 'macos'), 'macOS order').toBe('⇧⌘Z');
  expect(accelerator('Ctrl+Cmd+S', 'macos'), 'control and command').toBe('⌃⌘S');
  expect(accelerator('CmdOrCtrl+Shift+Z', 'linux'), 'Linux').toBe('Ctrl+Shift+Z');
});

test('matched exactly', () => {
  expect(matches(key('k', { metaKey: true }), 'CmdOrCtrl+K', 'macos'), '⌘K').toBe(true);
  expect(matches(key('k', { ctrlKey: true }), 'CmdOrCtrl+K', 'macos'), 'not Ctrl on macOS').toBe(false);
  expect(matches(key('k', { ctrlKey: true }), 'CmdOrCtrl+K', 'linux'), 'Ctrl on Linux').toBe(true);
  expect(matches(key('Z', { metaKey: true, shiftKey: true }), 'CmdOrCtrl+Z', 'macos'), 'redo is not undo').toBe(false);
  expect(matches(key('/', { metaKey: true, shiftKey: true }), 'CmdOrCtrl+/', 'macos'), 'a sign may need Shift').toBe(true);
  expect(matches(key('ß', { metaKey: true, altKey: true, code: 'KeyS' }), 'CmdOrCtrl+Alt+S', 'macos'), 'Alt changes what a key types').toBe(true);
});
