import type { PluginDetail } from '../../bindings';
import { ToolSettings } from '../settings/ToolSettings';

/** The part of its tool's form that holds its settings; what is missing comes first. Fills its column. */
export function SettingsTab({ detail, setting }: { detail: PluginDetail; setting: string | null }) {
  const { settings_card: card, settings } = detail;
  if (card === null || settings.length === 0) {
    return <p className="muted small" data-testid="plugin-no-settings">No setting of it is known. What its code reads without saying so stands under Overview, “What it can reach”.</p>;
  }
  return <ToolSettings key={card} id={card} only={settings} setting={setting} />;
}
