/** What the tests of views share that stand within another view: the view alone, over the in-memory platform. */
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactElement, useCallback } from 'react';
import { render } from 'vitest-browser-react';
import { createQueryClient, useChangedEvents } from '../../app/queries';
import { ShellContext, type ShellActions } from '../../app/shell-context';
import { type MemoryPlatform, type Scenario, createMemoryPlatform } from '../../platform/memory';
import { PlatformProvider, usePlatform } from '../../platform/context';
import { sampleState } from '../../platform/sample/data';
import { ToastProvider } from '../../ui';
import { forgetPlaces } from '../../ui/WindowedGrid';
import { PlanFlow, type usePlanFlow } from '../plan/flow';

/** A frame that does nothing by itself; `shown` keeps the paths that were asked for. */
function shell(shown: string[]): ShellActions {
  const known: Partial<ShellActions> = { state: sampleState, platform: 'macos', keys: () => '', inspector: true, sidebarShown: true, showPath: (path) => { shown.push(path); } };
  return new Proxy(known as ShellActions, { get: (target, name) => Reflect.get(target, name) as unknown ?? (() => {}) });
}

function Frame({ children, actions }: { children: ReactElement; actions: ShellActions }) {
  const platform = usePlatform();
  useChangedEvents();
  const onUndo = useCallback((changeId: string, open: ReturnType<typeof usePlanFlow>['open']) => open({ title: 'Undo', make: () => platform.changeUndoPlan(changeId) }), [platform]);
  return <PlanFlow onUndo={onUndo} undoKeys="⌘Z"><ShellContext.Provider value={actions}><main className="main stage">{children}</main></ShellContext.Provider></PlanFlow>;
}

export interface Stage {
  platform: MemoryPlatform;
  calls: (name: string) => unknown[][];
  shown: string[];
  show: (next: ReactElement) => Promise<void>;
  unmount: () => Promise<void>;
}

/** Puts a view on an empty window. */
export async function stage(view: ReactElement, scenario: Scenario = {}): Promise<Stage> {
  forgetPlaces();
  const platform = createMemoryPlatform(scenario);
  const shown: string[] = [];
  const actions = shell(shown);
  const client = createQueryClient();
  const place = document.body.appendChild(document.createElement('div'));
  place.id = 'root';
  const whole = (inner: ReactElement) => (
    <PlatformProvider platform={platform}><QueryClientProvider client={client}><ToastProvider><Frame actions={actions}>{inner}</Frame></ToastProvider></QueryClientProvider></PlatformProvider>
  );
  const { rerender, unmount } = await render(whole(view), { container: place });
  return {
    platform, shown, calls: (name) => platform.memory.calls.filter((call) => call.name === name).map((call) => call.args),
    show: async (next) => { await rerender(whole(next)); }, unmount: async () => { await unmount(); },
  };
}
