// What the wizard's tests share: a wizard over the in-memory platform, driven by keys.
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import axe from 'axe-core';
import { expect, vi } from 'vitest';
import { page, userEvent, type Locator } from 'vitest/browser';
import { render } from 'vitest-browser-react';
import type { AppState, SecretStoreInfo, SetupDraft } from '../../bindings';
import { createQueryClient } from '../../app/queries';
import { PlatformProvider } from '../../platform/context';
import { createMemoryPlatform, type MemoryPlatform } from '../../platform/memory';
import type { Platform } from '../../platform/platform';
import SetupView from './SetupView';

export const PASSWORD = 'a riddle of nine llamas';

const keychain: SecretStoreInfo = { kind: 'os', name: 'Keychain', status: { word: 'Unknown', reason: 'not tried yet', evidence: [], measured_at: null } };

/** Defaults without an agent, so that the name is an answer. */
export const draft: SetupDraft = {
  step: 'welcome', mode: 'new', root: '~/sanctum', python: null, venv: true, letta_url: null, admin_user: '', admin_email: null,
  modules: ['broca2', 'thalamus', 'smcp'], agents: [],
};

export interface Opened {
  client: QueryClient;
  platform: MemoryPlatform;
  onDone: ReturnType<typeof vi.fn<() => void>>;
  calls: (name: string) => unknown[][];
}

export async function openWizard(overrides: Partial<Platform> = {}, state: Partial<AppState> = {}): Promise<Opened> {
  const sample = createMemoryPlatform();
  const platform = createMemoryPlatform({
    phase: 'setup', state: { secret_store: keychain, ...state },
    overrides: { setupDefaults: async () => ({ ...(await sample.setupDefaults()), draft: structuredClone(draft) }), ...overrides },
  });
  const client = createQueryClient();
  const onDone = vi.fn<() => void>();
  const container = document.body.appendChild(document.createElement('div'));
  container.id = 'root';
  await render(
    <PlatformProvider platform={platform}>
      <QueryClientProvider client={client}>
        <SetupView state={platform.memory.world.state} onDone={onDone} />
      </QueryClientProvider>
    </PlatformProvider>,
    { container },
  );
  await at('welcome');
  return { client, platform, onDone, calls: (name) => platform.memory.calls.filter((call) => call.name === name).map((call) => call.args) };
}

/** Waits for what the locator should show; the reason is told when it does not. */
export const see = (locator: Locator, message = 'the screen shows it') => expect.element(locator, { message, timeout: 5000 });
export const testId = (id: string) => page.getByTestId(id);

/** Waits until this step is on the screen and has taken the focus. */
export async function at(step: string): Promise<void> {
  await see(testId(`wizard-step-${step}`), `the wizard is at ${step}`).toBeInTheDocument();
  await vi.waitFor(() => expect(document.activeElement, `a field or the heading of ${step} has the focus`).not.toBe(document.body));
}

export const keys = (text: string) => userEvent.keyboard(text);
export const enter = () => keys('{Enter}');

/** Enter, and the step that follows. */
export async function enterTo(step: string): Promise<void> {
  await enter();
  await at(step);
}

/** Types into the field that has the focus, in place of what stands there. */
export async function replace(text: string): Promise<void> {
  await keys('{Control>}a{/Control}');
  await keys(text.replace(/[{[]/g, '$&$&'));
}

/** From the welcome to the account by Enter alone. */
export async function toAccount(): Promise<void> {
  await enterTo('look');
  await enterTo('folder');
  await enterTo('python');
  await see(testId('wizard-python-0'), 'interpreters are listed').toBeInTheDocument();
  await enterTo('letta');
  await enterTo('keychain');
  await testId('wizard-next').click();
  await at('account');
}

export async function fillAccount(password = PASSWORD, again = password): Promise<void> {
  await testId('wizard-admin-user').fill('mara');
  await testId('wizard-admin-password').fill(password);
  await testId('wizard-admin-password2').fill(again);
}

/** From the welcome to the plan. */
export async function toPlan(): Promise<void> {
  await toAccount();
  await fillAccount();
  await enterTo('modules');
  await enterTo('agent');
  await testId('wizard-agent-name').fill('Athena');
  await enterTo('plan');
  await see(testId('plan-apply'), 'the plan can be applied').toBeInTheDocument();
}

/** Colours on their way to another are neither of them. */
const settled = () => Promise.all(document.getAnimations().filter((a) => a.effect?.getComputedTiming().iterations !== Infinity).map((a) => a.finished.catch(() => undefined)));

export async function expectAccessible(what: string): Promise<void> {
  await settled();
  const { violations } = await axe.run(document.body, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], rules: { 'page-has-heading-one': { enabled: false } },
  });
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), `${what} is accessible`).toEqual([]);
}
