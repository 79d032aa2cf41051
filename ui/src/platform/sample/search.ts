/** Search over the settings of every card of the sample, with the words that narrow it. */
import type { SettingHit, SettingRow, ToolCard } from '../../bindings';
import type { Platform } from '../platform';
import { type World, refuse } from '../memory';
import { settingsOf } from './settings';

const BUILTIN: [id: string, title: string][] = [['b:preferences', 'Preferences'], ['b:system-settings', 'System settings'], ['b:ports', 'Ports']];

/** Cards beyond these are left out: the long lists of the sample are made by `manySettings`. */
const MOST_CARDS = 200;

interface Place { id: string; address: string; tool: string; agent: string | null }

function placeOf(card: ToolCard, world: World): Place {
  const uid = /^agent:([^/]+)/.exec(card.tab)?.[1];
  const agent = world.agents.find((row) => row.uid === uid)?.name ?? null;
  return { id: card.id, address: uid ? `${uid}/${card.name}` : card.name, tool: card.title, agent };
}

function places(world: World): Place[] {
  const cards = world.tools.filter((card) => !card.broken && card.kind !== 'builtin').slice(0, MOST_CARDS).map((card) => placeOf(card, world));
  return [...cards, ...BUILTIN.map(([id, title]) => ({ id, address: id.slice(2), tool: title, agent: null }))];
}

function hit(row: SettingRow, place: Place): SettingHit {
  return {
    target: place.id, address: place.address, tool: place.tool, agent: place.agent, id: row.id, key: row.key, title: row.title, description: row.description,
    value: row.secret ? null : row.value, unit: row.unit, secret: row.secret, level: row.level, modified: row.level !== null && row.level !== 'default',
    invalid: row.problem !== null, needs_restart: row.needs_restart, drift: row.drift !== null, link: row.link,
  };
}

function many(world: World): SettingHit[] {
  return Array.from({ length: world.manySettings }, (_, i) => ({
    target: 'agent:athena/broca2', address: 'athena/broca2', tool: 'Broca', agent: 'Athena', id: `EXTRA_${i}`, key: `EXTRA_${i}`, title: `Extra ${String(i).padStart(5, '0')}`,
    description: `Number ${i} of a long list.`, value: String(i), unit: null, secret: i % 50 === 7, level: i % 3 === 0 ? 'instance' : 'default', modified: i % 3 === 0,
    invalid: i % 97 === 5, needs_restart: i % 40 === 3, drift: false, link: `sanctum://v1/settings/athena/broca2/EXTRA_${i}`,
  }));
}

export function allHits(world: World): SettingHit[] {
  return [...places(world).flatMap((place) => settingsOf(world, place.id).map((row) => hit(row, place))), ...many(world)];
}

const flags: Record<string, (found: SettingHit) => boolean> = {
  '@modified': (found) => found.modified, '@secret': (found) => found.secret, '@invalid': (found) => found.invalid, '@needs-restart': (found) => found.needs_restart,
};

function filterOf(word: string): ((found: SettingHit) => boolean) | null {
  const [, kind, name] = /^@(agent|tool):(.+)$/.exec(word) ?? [];
  if (kind === 'agent' && name) return (found) => found.address.startsWith(`${name}/`);
  if (kind === 'tool' && name) return (found) => found.address === name || found.address.endsWith(`/${name}`);
  return flags[word] ?? null;
}

export function searchCommands(world: World): Partial<Platform> {
  return {
    settingsSearch: async (query, offset, limit) => {
      const words = query.toLowerCase().split(/\s+/).filter(Boolean);
      const all = allHits(world);
      const odd = words.find((word) => word.startsWith('@') && !filterOf(word));
      const unknown = odd ? `\`${odd}\` is not a filter. Use @modified, @secret, @invalid, @needs-restart, @agent:name or @tool:name.` : null;
      const found = all.filter((entry) => words.every((word) => {
        if (word.startsWith('@')) return filterOf(word)?.(entry) ?? true;
        return `${entry.title} ${entry.key} ${entry.description} ${entry.tool} ${entry.agent ?? ''} ${entry.address} ${entry.value ?? ''}`.toLowerCase().includes(word);
      }));
      return { items: found.slice(offset, offset + limit), total: found.length, of: all.length, unknown };
    },
    settingsFind: async (link) => {
      const path = /^sanctum:\/\/v1\/settings\/(.+)$/.exec(link.trim())?.[1];
      const exact = allHits(world).find((entry) => entry.link === link.trim());
      if (exact) return { target: exact.target, id: exact.id };
      const tool = places(world).find((place) => place.address === path);
      if (tool) return { target: tool.id, id: null };
      return refuse('setting_unknown', 'This link leads to no setting of this Sanctum.', 'Its tool was removed or renamed, or the link is of another Sanctum.', [link]);
    },
  };
}
