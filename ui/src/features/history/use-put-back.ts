import { useCallback } from 'react';
import type { SettingChange } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';

/** Puts one setting back to what it was before a change, through a plan. */
export function usePutBack(): (change: SettingChange) => void {
  const platform = usePlatform();
  const flow = usePlanFlow();
  return useCallback((change) => {
    const { target } = change;
    if (target === null) return;
    flow.open({ title: `Put ${visible(change.name)} back`, make: () => platform.settingsRollbackPlan(change.change_id, target, change.id, change.level) });
  }, [platform, flow]);
}
