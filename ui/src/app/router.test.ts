import { expect, test } from 'vitest';
import { type Route, agentTabs, fromHash, modulesTabs, pluginTabs, pluginsParts, settingsSections, toHash } from './router';

const hostile = 'a/b?setting=x&y#z %2F “ü”';

const routes: Route[] = [
  { view: 'tools', tab: 'agent:athena' },
  { view: 'tool', id: 'agent:athena/broca2', setting: null },
  { view: 'tool', id: 'agent:athena/broca2', setting: 'LONG_TASK_MAX_WAIT' },
  { view: 'tool', id: hostile, setting: hostile },
  { view: 'agents', uid: null }, { view: 'agents', uid: 'athena' }, { view: 'agents', uid: hostile },
  ...agentTabs.map((tab): Route => ({ view: 'agents', uid: hostile, tab })),
  { view: 'chat', uid: null }, { view: 'chat', uid: 'athena' }, { view: 'chat', uid: hostile, at: 0 }, { view: 'chat', uid: 'athena', at: 99_999 },
  { view: 'activity', id: null }, { view: 'activity', id: '0193a1c0' },
  ...settingsSections.map((section): Route => ({ view: 'settings', section })),
  { view: 'drift', file: null }, { view: 'drift', file: 'agents/agent-athena/broca2/config/.env' }, { view: 'drift', file: hostile },
  ...modulesTabs.map((tab): Route => ({ view: 'modules', tab, id: null })), { view: 'modules', tab: 'instances', id: 'athena/broca2' }, { view: 'modules', tab: 'instances', id: hostile, log: true },
  ...pluginsParts.map((part): Route => ({ view: 'plugins', part, id: null })), ...pluginsParts.map((part): Route => ({ view: 'plugins', part, id: hostile })),
  ...pluginTabs.map((tab): Route => ({ view: 'plugins', part: 'list', id: 'athena/broca2:telegram_bot', tab })),
];

test.each(routes)('an address leads back to where it was made: %o', (route) => {
  expect(fromHash(toHash(route)), toHash(route)).toEqual(route);
});

test('a link to a tool without a setting stays as short as it was', () => {
  expect(toHash({ view: 'tool', id: 'b:ports' }), 'no question mark').toBe('#/tool/b%3Aports');
});

test('what nobody knows leads to the tools, an unknown section to all settings', () => {
  const tools: Route = { view: 'tools', tab: 'global' };
  expect(fromHash('#/nonsense/x'), 'no such view').toEqual(tools);
  expect(fromHash(''), 'nothing').toEqual(tools);
  expect(fromHash('#/tool/'), 'no tool').toEqual(tools);
  expect(fromHash('#/tool/%E0%A4%A'), 'broken encoding').toEqual(tools);
  expect(fromHash('#/agents/athena/nonsense'), 'no such part of an agent').toEqual({ view: 'agents', uid: 'athena' });
  expect(fromHash('#/chat/athena?at=x1'), 'no such place').toEqual({ view: 'chat', uid: 'athena' });
  expect(fromHash('#/chat?at=4'), 'a place without a conversation').toEqual({ view: 'chat', uid: null });
  expect(fromHash('#/modules/ports/athena?log'), 'ports have no instance').toEqual({ view: 'modules', tab: 'ports', id: null });
  expect(fromHash('#/modules/colours'), 'no such part of the modules').toEqual({ view: 'modules', tab: 'instances', id: null });
  expect(fromHash('#/plugins/smcp%3Agmail?colours'), 'no such part of a plugin').toEqual({ view: 'plugins', part: 'list', id: 'smcp:gmail' });
  expect(fromHash('#/plugins?tools'), 'a part of no plugin').toEqual({ view: 'plugins', part: 'list', id: null });
  expect(fromHash('#/settings/colours'), 'no such section').toEqual({ view: 'settings', section: 'all' });
  expect(fromHash('#/tool/a?other=1&setting=K'), 'other questions are passed over').toEqual({ view: 'tool', id: 'a', setting: 'K' });
});
