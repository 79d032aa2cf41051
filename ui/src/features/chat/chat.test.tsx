import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { sampleAgents } from '../../platform/sample/data';
import { closeApp, eventually, expectClean, look, openApp, press, seen, type } from '../../test/kit';
import { answers, belowEnd, field, lastAnswer, mine, openChat, send } from './test-kit';

test('the sidebar leads to the chat; Enter sends, the answer comes in pieces, and is announced once it is whole', async () => {
  const { hooks, calls } = await openApp({ chat: { auto: false } }, '#/tools/global').then((opened) => ({ ...opened, hooks: opened.platform.memory.chat }));
  await seen('sidebar-agent').first().click();
  await look(seen('chat-transcript'), 'what was said is there').toBeVisible();
  await look(field(), 'and can be answered at once').toHaveFocus();
  await type('Good. Prepare it.');
  await press('{Shift>}{Enter}{/Shift}');
  await type('Start nothing.');
  await press('{Enter}');
  await eventually(() => calls('chatSend').at(-1), 'sent with its line break').toEqual(['athena', 'Good. Prepare it.\nStart nothing.', []]);
  await look(field(), 'the field is free for the next').toHaveValue('');
  await look(seen('chat-answering'), 'it says who is waited for').toHaveTextContent(/Athena is answering/);
  await eventually(() => mine().at(-1)?.textContent, 'the message says how far it is').toMatch(/sent/);
  for (let i = 0; i < 7; i += 1) hooks.step('athena');
  await eventually(lastAnswer, 'words come one by one').toMatch(/There is $/);
  await look(seen('chat-tool').last(), 'the tool is folded to one line with its outcome').toHaveTextContent(/Used sanctum__plan.*port 9201 \(free\)/);
  expect(seen('chat-announcer').element().textContent, 'no word by word for a screen reader').toBe('');
  await expectClean('a chat with an answer on its way');
  hooks.finish('athena');
  await look(seen('chat-announcer'), 'the whole answer is said once').toHaveTextContent(/^Athena answered: There is a plan for it, with six new files/);
  await look(seen('chat-answering'), 'nobody is waited for').not.toBeInTheDocument();
  await eventually(() => mine().at(-1)?.dataset.state, 'the message was answered').toBe('answered');
  await eventually(belowEnd, 'the end is in sight').toBeLessThan(4);
});

test('nothing is sent while an input method composes, of an empty field, or by Alt and Enter', async () => {
  const { calls } = await openChat();
  await field().click();
  await press('{Enter}');
  await type('かな');
  field().element().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }));
  await press('{Alt>}{Enter}{/Alt}');
  expect(calls('chatSend'), 'nothing went out').toEqual([]);
  await press('{Meta>}{Enter}{/Meta}');
  await eventually(() => calls('chatSend').length, '⌘↩ sends').toBe(1);
});

test('⌘. stops an answer; what came is kept, and the message can be sent again', async () => {
  const { hooks, calls } = await openChat();
  await send('A long story');
  await look(seen('chat-answering'), 'it answers').toBeVisible();
  for (let i = 0; i < 8; i += 1) hooks.step('athena');
  await press('{Meta>}.{/Meta}');
  await eventually(() => calls('chatStop'), 'it was stopped').toEqual([['athena']]);
  await look(seen('chat-cut'), 'the answer says so').toHaveTextContent(/You stopped it. What came until then is kept/);
  await eventually(lastAnswer, 'the words stay').toMatch(/There is a/);
  await seen('chat-retry').click();
  await look(seen('chat-answering'), 'it goes out once more').toBeVisible();
  hooks.finish('athena');
  await eventually(() => mine().at(-1)?.textContent, 'and says how often').toMatch(/answered · sent 2 times/);
});

test('an answer that breaks off says why; a refused message keeps its text and is sent again', async () => {
  const { hooks } = await openChat();
  await send('Tell me');
  await look(seen('chat-answering'), 'it answers').toBeVisible();
  for (let i = 0; i < 7; i += 1) hooks.step('athena');
  hooks.breakOff('athena', 'Letta closed the connection. What came is here. Send the message again.');
  await look(seen('chat-cut'), 'why').toHaveTextContent(/Letta closed the connection/);
  await look(seen('chat-outcome'), 'the message says it too').toHaveTextContent(/Send again/);
  await look(seen('chat-announcer'), 'it is said').toHaveTextContent(/was cut off|was not answered/);
  await expectClean('a chat with an answer that broke off');
});

test('while the server is away messages wait in sight, one is taken out, and the rest go in order', async () => {
  const { hooks, calls } = await openChat();
  hooks.away('Letta at 127.0.0.1:8283 refused the connection');
  await look(seen('chat-away'), 'it says that messages wait').toHaveTextContent(/Off · Letta at 127.0.0.1:8283 refused the connection. What you send waits here/);
  await send('first');
  await send('second');
  await send('third');
  await look(seen('chat-outcome').first(), 'for what and since when').toHaveTextContent(/Waits since \d\d:\d\d.*refused the connection.*It goes by itself/);
  await look(page.getByRole('gridcell', { name: /Athena, Letta, 3 waiting/ }), 'the list counts them').toBeVisible();
  await expectClean('a chat with waiting messages');
  await seen('chat-take-out').nth(1).click();
  await eventually(() => mine().at(-2)?.dataset.state, 'one was taken out').toBe('cancelled');
  expect(calls('chatDiscard').length, 'by its number').toBe(1);
  hooks.away(null);
  hooks.finish('athena');
  await eventually(() => mine().slice(-3).map((each) => each.dataset.state), 'the others went out').toEqual(['answered', 'cancelled', 'answered']);
  await look(seen('chat-away'), 'it is back').not.toBeInTheDocument();
});

test('the echo is never mistaken for a model', async () => {
  const { hooks } = await openChat({}, {}, '#/chat/timbre');
  await look(seen('chat-empty'), 'before anything is said').toHaveTextContent(/No model is behind it/);
  await look(page.getByRole('heading', { name: 'Say something to Timbre.' }), 'what to do').toBeVisible();
  await look(seen('chat-echo'), 'where is written').toHaveTextContent(/Echo, no model/);
  await expectClean('an empty chat with the echo');
  await send('hello');
  await look(seen('chat-answering'), 'it answers').toBeVisible();
  hooks.finish('timbre');
  await eventually(() => answers().at(-1)?.textContent, 'beside its answer').toMatch(/Timbre.*Echo, no model.*You said: hello/);
  await look(page.getByRole('gridcell', { name: /Timbre, Echo, no model/ }), 'in the list').toBeVisible();
});

test('a draft is kept for each agent and goes when it is sent; what is refused is kept', async () => {
  const { platform } = await openChat();
  await field().click();
  await type('half a thought');
  await page.getByRole('gridcell', { name: /^Monday/ }).click();
  await look(seen('chat-pane'), 'another conversation').toHaveAttribute('data-uid', 'monday');
  await look(field(), 'its draft is its own').toHaveValue('');
  await page.getByRole('gridcell', { name: /^Athena/ }).click();
  await look(field(), 'kept').toHaveValue('half a thought');
  const kept = Object.keys(localStorage).filter((key) => key.startsWith('sanctum.draft.'));
  expect(kept, 'by install, person and agent').toEqual(['sanctum.draft.sample-install.1.athena']);
  await press('{Enter}');
  await look(field(), 'sent').toHaveValue('');
  expect(localStorage.getItem(kept[0]!), 'and gone').toBeNull();
  expect(platform.memory.calls.filter((call) => call.name === 'chatSend').length, 'once').toBe(1);
  await closeApp();
  const chatSend = () => Promise.reject({ code: 'invalid', message: 'The message is too long.', hint: 'Shorten it.', details: [] });
  await openChat({}, { overrides: { chatSend } });
  await send('too much');
  await look(page.getByRole('alert').filter({ hasText: 'too long' }), 'why').toHaveTextContent('The message is too long. Shorten it. What you wrote is kept.');
  await look(field(), 'the text stays').toHaveValue('too much');
});

test('where nothing can be sent it says why and leads to the agent', async () => {
  await openChat({ whyNot: 'Athena is not linked to an agent in Letta.' });
  await look(seen('chat-why-not'), 'in place of the field').toHaveTextContent(/Athena is not linked to an agent in Letta/);
  await look(field(), 'nothing to write in').not.toBeInTheDocument();
  await expectClean('a chat without a way');
  await seen('chat-to-agent').click();
  await eventually(() => location.hash, 'to its page').toBe('#/agents/athena/letta');
});

test('unread ones are counted in the sidebar and the list until they are seen', async () => {
  const { hooks, calls } = await openChat({ unread: 5 }, {}, '#/chat/monday');
  await look(seen('sidebar-unread'), 'in the sidebar').toHaveAttribute('aria-label', '3 unread');
  await look(page.getByRole('gridcell', { name: /Athena, Letta, 3 unread/ }), 'in the list').toBeVisible();
  await page.getByRole('gridcell', { name: /^Athena/ }).click();
  await look(seen('chat-unread-line'), 'a line before the first').toBeInTheDocument();
  await eventually(() => calls('chatRead').at(-1), 'seen to the end').toEqual(['athena', 23]);
  await look(seen('sidebar-unread'), 'the badge goes').not.toBeInTheDocument();
  await look(seen('chat-unread-line'), 'the line stays').toBeInTheDocument();
  hooks.say('monday', 'By the way');
  await look(seen('sidebar-unread'), 'another one speaks').toHaveAttribute('aria-label', '1 unread');
});

test('no agents: what an agent is; a conversation that cannot be read: why, and once more', async () => {
  await openApp({ agents: [] }, '#/chat');
  await look(seen('no-agents'), 'it teaches').toBeVisible();
  await closeApp();
  let bad = true;
  const { platform } = await openApp({ chat: { auto: false }, overrides: { chatPage: async () => { if (bad) throw new Error('disk full'); return { entries: [], more_before: false, more_after: false }; } } }, '#/chat/athena');
  await look(seen('error-box'), 'why').toBeVisible();
  bad = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await look(seen('chat-empty'), 'read').toBeVisible();
  expect(platform.memory.calls.filter((call) => call.name === 'chatPage').length, 'asked again').toBeGreaterThan(1);
});

test('the list is filtered and walked by keys; Enter goes to the field', async () => {
  await openChat({}, { agents: sampleAgents(60) });
  await seen('chat-filter').click();
  await type('clio');
  await eventually(() => document.querySelectorAll('[data-testid="chat-row"]').length, 'only those').toBe(6);
  await press('{Enter}');
  await look(seen('chat-pane'), 'the first opens').toHaveAttribute('data-uid', 'clio');
  await look(field(), 'to write at once').toHaveFocus();
  (document.querySelector('[data-testid="chat-row"]') as HTMLElement).focus();
  await press('{ArrowDown}');
  await look(seen('chat-pane'), 'arrows walk').toHaveAttribute('data-uid', 'clio-2');
  expect(document.activeElement?.closest('[data-testid="chat-row"]'), 'and stay in the list').not.toBeNull();
  await press('{Enter}');
  await look(field(), 'Enter writes').toHaveFocus();
});

test('stopping an answer, taking a message out and sending it again by keyboard lead back to the field', async () => {
  const { hooks } = await openChat();
  await send('Tell me');
  await look(seen('chat-stop'), 'it answers').toBeVisible();
  (seen('chat-stop').element() as HTMLElement).focus();
  await press('{Enter}');
  await look(seen('chat-stop'), 'stopped').not.toBeInTheDocument();
  await look(field(), 'after stopping').toHaveFocus();
  hooks.away('Letta refused the connection');
  await send('first');
  await look(seen('chat-take-out').last(), 'it waits').toBeVisible();
  (seen('chat-take-out').last().element() as HTMLElement).focus();
  await press('{Enter}');
  await look(seen('chat-take-out'), 'taken out').not.toBeInTheDocument();
  await look(field(), 'after taking out').toHaveFocus();
});
