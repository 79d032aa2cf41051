import { useState } from 'react';
import { Tabs } from '../../ui';
import { ToolSettings } from '../settings/ToolSettings';

const tabs = [{ id: 'b:system-settings', label: 'Environment' }, { id: 'b:ports', label: 'Ports' }];

/** What every agent and module inherits. */
export function SystemSection() {
  const [tab, setTab] = useState('b:system-settings');
  return (
    <div className="panel" data-testid="system-section">
      <div className="subbar"><Tabs label="System settings" tabs={tabs} selected={tab} onSelect={setTab} panelId="system-panel" /></div>
      <div className="panel" role="tabpanel" id="system-panel" aria-label={tabs.find((entry) => entry.id === tab)?.label}><ToolSettings key={tab} id={tab} /></div>
    </div>
  );
}
