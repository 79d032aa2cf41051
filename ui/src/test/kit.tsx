/** What the window's tests share: the whole app over the in-memory platform, driven by keys. */
import axe from 'axe-core';
import { expect } from 'vitest';
import { type Locator, page, userEvent } from 'vitest/browser';
import { cleanup, render } from 'vitest-browser-react';
import { App } from '../app/App';
import { createQueryClient } from '../app/queries';
import { startRouter } from '../app/router';
import { forgetBlockDrafts } from '../features/letta/block-drafts';
import { forgetRestore } from '../features/session/SignInView';
import { forgetPlaces } from '../ui/WindowedGrid';
import { type MemoryPlatform, type Scenario, createMemoryPlatform } from '../platform/memory';

export interface Opened {
  platform: MemoryPlatform;
  calls: (name: string) => unknown[][];
}

/** Opens the app at an address. One window a test. */
export async function openApp(scenario: Scenario = {}, hash = '#/tools/global'): Promise<Opened> {
  localStorage.clear();
  forgetRestore();
  forgetPlaces();
  forgetBlockDrafts();
  history.replaceState(null, '', hash);
  startRouter();
  const platform = createMemoryPlatform(scenario);
  const place = document.body.appendChild(document.createElement('div'));
  place.id = 'root';
  await render(<App platform={platform} client={createQueryClient()} />, { container: place });
  return { platform, calls: (name) => platform.memory.calls.filter((call) => call.name === name).map((call) => call.args) };
}

export const press = (keys: string) => userEvent.keyboard(keys);
export const type = (text: string) => userEvent.keyboard(text.replace(/[{[]/g, '$&$&'));
export const seen = (id: string) => page.getByTestId(id);

/** Closes the window of this test, to open another one. */
export const closeApp = () => cleanup();

/** axe finds nothing wrong with the window as it stands. A cell's name is its title and status, not all its text: hence the second rule left out. */
export async function expectClean(what: string) {
  await new Promise((done) => setTimeout(done, 350));
  const { violations } = await axe.run(document.body, { resultTypes: ['violations'], rules: { region: { enabled: false }, 'label-content-name-mismatch': { enabled: false } } });
  const words = violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => `${node.target.join(' ')} ${node.any.map((check) => check.message).join('; ')}`).slice(0, 4).join(' | ')}`);
  expect(words, `${what} is clean for assistive technology`).toEqual([]);
}

/** An element of the page that is waited for; `why` is what the test would say. */
export const look = (place: Locator, why: string, timeout = 4_000) => expect.element(place, { message: why, timeout });

/** Polls a fact about the page. */
export const eventually = (fact: () => unknown, why: string) => expect.poll(fact, { message: why, timeout: 4_000 });
