/** What the chat's tests share: one conversation opened, told on by hand. */
import { page } from 'vitest/browser';
import type { ChatScenario } from '../../platform/sample/chat';
import type { Scenario } from '../../platform/memory';
import { eventually, look, openApp, press, seen, type } from '../../test/kit';

export async function openChat(chat: ChatScenario = {}, more: Scenario = {}, hash = '#/chat/athena') {
  const opened = await openApp({ ...more, chat: { auto: false, ...chat } }, hash);
  await look(seen('chat-pane'), 'the conversation is there').toBeVisible();
  await eventually(() => document.querySelector('[data-testid="chat-transcript"]')?.getAttribute('aria-busy') ?? 'false', 'the eye is where it is to be').toBe('false');
  const { chat: hooks } = opened.platform.memory;
  return { ...opened, hooks };
}

export const field = () => seen('chat-field');
export const answers = () => [...document.querySelectorAll<HTMLElement>('[data-testid="chat-answer"]')];
export const mine = () => [...document.querySelectorAll<HTMLElement>('[data-testid="chat-mine"]')];
export const transcript = () => document.querySelector<HTMLElement>('[data-testid="chat-transcript"]')!;
export const belowEnd = () => { const at = transcript(); return Math.round(at.scrollHeight - at.scrollTop - at.clientHeight); };

/** Writes a message and sends it with Enter. */
export async function send(text: string) {
  await field().click();
  await type(text);
  await press('{Enter}');
}

/** The whole of what the latest answer shows. */
export const lastAnswer = () => answers().at(-1)?.querySelector('.body')?.textContent ?? '';

export const entry = (seq: number) => page.elementLocator(document.querySelector(`[data-seq="${seq}"]`)!);
export const shownSeqs = () => [...document.querySelectorAll<HTMLElement>('[data-seq]')].map((each) => Number(each.dataset.seq));
export { eventually };
