import { usePreferences } from '../../app/use-preferences';
import { Status } from '../../ui';
import { ToolSettings } from '../settings/ToolSettings';

/** What the person at the window prefers, and what the system says about starting at login. */
export function PreferencesSection() {
  const { data } = usePreferences();
  return (
    <div className="panel" data-testid="preferences-section">
      {data && <div className="subbar measured"><span className="small muted nowrap">Start at login, as measured</span><Status status={data.starts_at_login} /></div>}
      <ToolSettings id="b:preferences" />
    </div>
  );
}
