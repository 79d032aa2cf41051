/** What can be done with a plugin: each is a plan that is read before anything is written. */
import { useMemo } from 'react';
import type { PluginRow, PluginTool, PluginVersion } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { useToasts, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';

export function usePluginActs() {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const shell = useShell();
  const toasts = useToasts();
  return useMemo(() => ({
    /** On or off, whichever it is not; what is in quarantine is let out first. */
    toggle: (row: PluginRow) => {
      if (row.quarantined) { toasts.show({ word: 'Unknown', title: `${visible(row.title)} is in quarantine.`, text: 'Trust its files, or put back what was installed.', slot: 'plugin' }); return; }
      flow.open({ title: `${row.enabled ? 'Disable' : 'Enable'} ${visible(row.title)}`, make: () => platform.pluginEnablePlan(row.id, !row.enabled) });
    },
    enable: (row: PluginRow, on: boolean) => flow.open({ title: `${on ? 'Enable' : 'Disable'} ${visible(row.title)}`, make: () => platform.pluginEnablePlan(row.id, on) }),
    switchTool: (row: PluginRow, tool: PluginTool, on: boolean) => flow.open({ title: `Switch ${visible(tool.name)} ${on ? 'on' : 'off'}`, make: () => platform.pluginToolPlan(row.id, tool.name, on) }),
    release: (row: PluginRow) => flow.open({ title: `Trust the files of ${visible(row.title)}`, make: () => platform.pluginReleasePlan(row.id) }),
    putBack: (row: PluginRow, version: PluginVersion) => flow.open({ title: `Put ${visible(row.title)} ${visible(version.version ?? '')} back`, make: () => platform.pluginRollbackPlan(row.id, version.hash) }),
    /** The newer version is looked at like any other source. */
    update: (row: PluginRow) => {
      platform.pluginsOffered('').then((offers) => {
        const offer = offers.find((one) => one.updates === row.id);
        if (offer) shell.installPlugin(offer.source);
        else toasts.show({ word: 'Unknown', title: `${visible(row.title)} ${visible(row.update ?? '')} is not offered any more.`, text: 'Choose where it comes from by hand.', action: { label: 'Choose…', run: () => shell.installPlugin(null) } });
      }, (thrown: unknown) => toasts.fail(thrown));
    },
  }), [platform, flow, shell, toasts]);
}
