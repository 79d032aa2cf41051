import type { ReactNode } from 'react';
import { Banners } from '../../app/Banners';
import { type SettingsSection, toHash } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { Titlebar } from '../../app/Titlebar';
import { useNarrow } from '../../app/use-sidebar';
import { Icon, type IconName } from '../../ui';
import { ExchangeSection } from '../exchange/ExchangeSection';
import { LettaSection } from '../letta/LettaConnection';
import { AllSettings } from '../search/AllSettings';
import { PreferencesSection } from './PreferencesSection';
import { SecretsSection } from './SecretsSection';
import { SystemSection } from './SystemSection';

const sections: { id: SettingsSection; title: string; words: string; icon: IconName }[] = [
  { id: 'all', title: 'All settings', words: 'Of all tools and agents', icon: 'search' },
  { id: 'preferences', title: 'Preferences', words: 'How this app behaves', icon: 'user' },
  { id: 'system', title: 'System', words: 'Paths and ports', icon: 'service' },
  { id: 'letta', title: 'Letta', words: 'Where the agents live', icon: 'database' },
  { id: 'secrets', title: 'Secrets', words: 'Keys and passwords', icon: 'key' },
  { id: 'exchange', title: 'Import and export', words: 'As a readable file', icon: 'archive' },
];

function SectionList({ current, rail }: { current: SettingsSection; rail: boolean }) {
  return (
    <nav className={rail ? 'pane-list settings-nav settings-rail' : 'pane-list settings-nav'} aria-label="Sections of the settings">
      <div className="scroll"><ul className="file-items">
        {sections.map((section) => (
          <li key={section.id}>
            <a className="item item-link" href={toHash({ view: 'settings', section: section.id })} aria-current={section.id === current ? 'page' : undefined} title={rail ? section.title : undefined} data-testid={`settings-section-${section.id}`}>
              <Icon name={section.icon} />
              <span className={rail ? 'sr' : 'grow'}><span className="t"><b className="cut">{section.title}</b></span><span className="d cut">{section.words}</span></span>
            </a>
          </li>
        ))}
      </ul></div>
    </nav>
  );
}

function content(section: SettingsSection): ReactNode {
  switch (section) {
    case 'all': return <AllSettings />;
    case 'preferences': return <PreferencesSection />;
    case 'system': return <SystemSection />;
    case 'letta': return <LettaSection />;
    case 'secrets': return <SecretsSection />;
    case 'exchange': return <ExchangeSection />;
  }
}

/** Settings of everything in one place: found by search, or by their section. Beside an inspector a narrow window leaves the sections their icons. */
export function SettingsView({ section }: { section: SettingsSection }) {
  const shell = useShell();
  const narrow = useNarrow();
  const withInspector = section === 'preferences' || section === 'system';
  return (
    <main className="main" data-testid="settings-view" data-section={section}>
      <Titlebar title="Settings" sub={sections.find((entry) => entry.id === section)?.title} inspector={withInspector} />
      <Banners />
      <div className="cols">
        <SectionList current={section} rail={narrow && withInspector && shell.inspector} />
        {content(section)}
      </div>
    </main>
  );
}
