import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { startAppearance } from './app/appearance';
import { FaultBoundary } from './app/FaultBoundary';
import { createQueryClient } from './app/queries';
import { startRouter } from './app/router';
import type { Platform } from './platform/platform';
import './styles/tokens.css';
import './styles/components.css';
import './styles/app.css';
import './styles/settings.css';
import './styles/chat.css';
import './styles/agents.css';
import './styles/logs.css';
import './styles/ports.css';
import './styles/python.css';
import './styles/modules.css';
import './styles/plugins.css';

async function choosePlatform(): Promise<Platform | null> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./platform/tauri')).createTauriPlatform();
  if (import.meta.env.MODE !== 'production') {
    const { createMemoryPlatform, scenarioFromAddress } = await import('./platform/memory');
    return createMemoryPlatform(scenarioFromAddress(location.search));
  }
  return null;
}

async function start() {
  const place = document.getElementById('root');
  if (!place) return;
  startAppearance();
  startRouter();
  const root = createRoot(place);
  const platform = await choosePlatform();
  if (!platform) {
    root.render(<main className="center-page"><p>This page is part of the Sanctum Configurator app. Open the app instead of this file.</p></main>);
    return;
  }
  root.render(<FaultBoundary><App platform={platform} client={createQueryClient()} /></FaultBoundary>);
}

void start();
