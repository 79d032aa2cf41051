import { useCallback } from 'react';
import type { SettingEdit } from '../bindings';
import { keysOf } from '../commands/catalog';
import { usePlatform } from '../platform/context';
import { useToasts } from '../ui';
import { type Appearance, appearance, setAppearance } from './appearance';

const words: Record<Appearance, string> = { auto: 'as the system', light: 'light', dark: 'dark' };

const edit = (value: Appearance): SettingEdit => ({ id: 'appearance', level: 'user', op: 'set', value, by_environment: false });

/** Paints at once, then records it as the person's preference: a small change with a way back. What is refused is painted back. */
export function useAppearanceChoice(os: string, undo: (changeId: string) => void): (next: Appearance) => void {
  const platform = usePlatform();
  const toasts = useToasts();
  return useCallback((next: Appearance) => {
    const before = appearance();
    if (next === before) return;
    setAppearance(next);
    platform.settingsPlan('b:preferences', [edit(next)]).then((plan) => platform.planApply(plan.id)).then(
      (receipt) => toasts.show({
        title: `Appearance ${words[next]}: applied, read back.`, slot: 'change',
        action: receipt.undoable ? { label: 'Undo', keys: keysOf('change.undo', os), run: () => undo(receipt.change_id) } : undefined,
      }),
      (thrown: unknown) => { setAppearance(before); toasts.fail(thrown); },
    );
  }, [platform, toasts, os, undo]);
}
