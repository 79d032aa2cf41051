/** Conversations of the sample agents: they answer in pieces, wait while the server is away, fail and are sent again. */
import type { AgentRow, ChatAnchor, ChatEntry, ChatEvent, ChatPage, ChatRow, ChatState } from '../../bindings';
import { type Scenario, type World, refuse } from '../memory';
import type { Platform } from '../platform';
import { blankEntry, piecesOf, saidAt } from './chat-said';
import { exportText, searchSaid } from './chat-search';
import { status } from './data';

/** A picture of one dot. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export interface ChatScenario {
  /** Entries of the first agent's conversation; the others have said little or nothing. */
  entries?: number;
  /** Unread entries of the first agent. */
  unread?: number;
  /** What the agents answer. */
  reply?: string;
  /** Answers come by themselves; `false`: a test calls `step`. */
  auto?: boolean;
  whyNot?: string;
  images?: boolean;
  /** What stands in the first conversation in place of the sample's. */
  said?: Partial<ChatEntry>[];
  now?: number;
}

export interface Talk {
  agent: AgentRow;
  entries: number;
  /** Entries made up by their place. */
  base: number;
  live: Map<number, ChatEntry>;
  readTo: number;
  pieces: ReturnType<typeof piecesOf>;
  answering: number | null;
}

export interface ChatHooks {
  /** Goes one piece further; `false` where nothing is going on. */
  step: (uid: string) => boolean;
  /** Goes on to the end. */
  finish: (uid: string) => void;
  /** The server goes away with this reason, or comes back. */
  away: (reason: string | null) => void;
  /** What is being answered breaks off, or fails before it began. */
  breakOff: (uid: string, reason: string) => void;
  /** The agent says something by itself. */
  say: (uid: string, text: string) => void;
  /** Another process writes it down; no event of it comes. */
  elsewhere: (uid: string, text: string) => void;
}

const STEP_MS = 60;
let messageIds = 1_000_000;

export function chatCommands(world: World, scenario: ChatScenario, emit: (event: ChatEvent) => void): { commands: Partial<Platform>; hooks: ChatHooks } {
  const talks = new Map<string, Talk>();
  const now = scenario.now ?? Date.now();
  let away: string | null = null;
  const stamp = () => new Date().toISOString();

  const talkOf = (uid: string): Talk => {
    const known = talks.get(uid);
    if (known) { known.agent = world.agents.find((row) => row.uid === uid) ?? known.agent; return known; }
    const agent = world.agents.find((row) => row.uid === uid) ?? refuse('agent_unknown', 'There is no such agent.', 'It was removed or renamed.', [uid]);
    const first = world.agents[0] === agent;
    const given = first ? scenario.said : undefined;
    const base = given ? given.length : first ? scenario.entries ?? 24 : 0;
    const live = new Map(given?.map((entry, seq) => [seq, { ...saidAt(seq, base, now), parts: [], ...entry, seq } as ChatEntry]));
    const talk: Talk = { agent, entries: base, base, live, readTo: base - 1 - (first ? scenario.unread ?? 0 : 0), pieces: [], answering: null };
    talks.set(uid, talk);
    return talk;
  };
  const at = (talk: Talk, seq: number): ChatEntry => talk.live.get(seq) ?? (seq < talk.base ? saidAt(seq, talk.base, now) : { ...blankEntry, seq });
  const put = (talk: Talk, entry: ChatEntry): ChatEntry => {
    talk.live.set(entry.seq, entry);
    talk.entries = Math.max(talk.entries, entry.seq + 1);
    emit({ uid: talk.agent.uid, seq: entry.seq, what: { kind: 'entry', entry } });
    return entry;
  };
  const change = (talk: Talk, seq: number, more: Partial<ChatEntry>) => put(talk, { ...at(talk, seq), ...more });
  const all = (talk: Talk) => Array.from({ length: talk.entries }, (_, seq) => at(talk, seq));
  const queued = (talk: Talk) => [...talk.live.values()].filter((entry) => entry.state === 'queued').sort((a, b) => a.seq - b.seq);
  const messageOf = (talk: Talk) => [...talk.live.values()].filter((entry) => entry.state === 'sent').sort((a, b) => a.seq - b.seq).at(-1);

  /** Takes the next message that waits, unless one is being answered. */
  const pump = (talk: Talk) => {
    const next = queued(talk)[0];
    if (!next || talk.answering !== null) return;
    if (away !== null && talk.agent.way !== 'echo') {
      emit({ uid: talk.agent.uid, seq: next.seq, what: { kind: 'waiting', reason: away } });
      return;
    }
    change(talk, next.seq, { state: 'sent', reason: null, attempts: next.attempts + 1 });
    talk.pieces = piecesOf(talk.agent, next.text, scenario.reply);
    talk.answering = talk.entries;
    put(talk, { ...blankEntry, seq: talk.entries, at: stamp(), state: 'streaming' });
    if (scenario.auto !== false) run(talk);
  };
  const end = (talk: Talk, state: ChatEntry['state'], reason: string | null) => {
    const seq = talk.answering;
    if (seq === null) return;
    talk.answering = null;
    talk.pieces = [];
    const message = messageOf(talk);
    if (message) change(talk, message.seq, state === 'done' ? { state: 'answered' } : { state: state === 'cancelled' ? 'cancelled' : 'failed', reason });
    change(talk, seq, { state, reason });
    pump(talk);
  };
  const step = (talk: Talk): boolean => {
    if (talk.answering === null) return false;
    const piece = talk.pieces.shift();
    if (!piece) { end(talk, 'done', null); return true; }
    const entry = at(talk, talk.answering);
    const known = entry.parts.find((part) => part.id === piece.id && part.kind === piece.kind);
    const part = known ?? { id: piece.id, kind: piece.kind, text: '', name: piece.name, arguments: piece.kind === 'tool_call' ? '' : null, ok: piece.kind === 'tool_return' ? true : null };
    const grown = piece.kind === 'tool_call' ? { ...part, arguments: part.arguments + piece.delta } : { ...part, text: part.text + piece.delta };
    const parts = known ? entry.parts.map((other) => (other === known ? grown : other)) : [...entry.parts, grown];
    talk.live.set(entry.seq, { ...entry, parts, text: piece.kind === 'text' ? entry.text + piece.delta : entry.text });
    emit({ uid: talk.agent.uid, seq: entry.seq, what: { kind: 'part', part: piece.id, part_kind: piece.kind, name: piece.name, delta: piece.delta } });
    return true;
  };
  const run = (talk: Talk) => { setTimeout(() => { if (step(talk)) run(talk); }, STEP_MS); };

  const row = (talk: Talk): ChatRow => {
    const { agent } = talk;
    const last = talk.entries > 0 ? at(talk, talk.entries - 1) : null;
    let unread = 0;
    for (let seq = talk.readTo + 1; seq < talk.entries; seq += 1) if (at(talk, seq).side === 'agent') unread += 1;
    return {
      uid: agent.uid, name: agent.name, color: agent.color, avatar: agent.avatar, status: agent.status, way: agent.way, unread, waiting: queued(talk).length,
      answering: talk.answering !== null, last: last ? last.text.slice(0, 120).replace(/\s+/g, ' ') : null, last_at: last?.at ?? null,
    };
  };
  const state = (talk: Talk): ChatState => ({
    row: row(talk), images: scenario.images ?? false, total: talk.entries, why_not: world.agents[0] === talk.agent ? scenario.whyNot ?? null : null,
    server: away === null ? status('Healthy', talk.agent.way === 'echo' ? 'is built in' : 'Letta 0.11.7 answered in 12 ms', 3) : status('Off', away, 3),
    unread_from: talk.readTo + 1 < talk.entries ? talk.readTo + 1 : null,
    first_day: talk.entries > 0 ? at(talk, 0).at.slice(0, 10) : null, last_day: talk.entries > 0 ? at(talk, talk.entries - 1).at.slice(0, 10) : null,
  });
  const page = (talk: Talk, anchor: ChatAnchor, limit: number): ChatPage => {
    const total = talk.entries;
    let from = 0;
    if (anchor.at === 'newest') from = total - limit;
    if (anchor.at === 'before') from = anchor.seq - limit;
    if (anchor.at === 'after') from = anchor.seq + 1;
    if (anchor.at === 'around') from = Math.min(anchor.seq - Math.floor(limit / 2), total - limit);
    if (anchor.at === 'day') { from = 0; while (from < total && at(talk, from).at.slice(0, 10) < anchor.day) from += 1; }
    const to = Math.max(0, Math.min(total, anchor.at === 'before' ? anchor.seq : Math.max(0, from) + limit));
    from = Math.max(0, Math.min(from, to));
    return { entries: Array.from({ length: to - from }, (_, i) => at(talk, from + i)), more_before: from > 0, more_after: to < total };
  };
  const find = (talk: Talk, messageId: number) => all(talk).find((entry) => entry.message_id === messageId) ?? refuse('chat_message_unknown', 'There is no such message.', 'Read the conversation again.');

  const commands: Partial<Platform> = {
    chatsList: async () => world.agents.map((agent) => row(talkOf(agent.uid))).sort((a, b) => (b.last_at ?? '').localeCompare(a.last_at ?? '')),
    chatOpen: async (uid) => state(talkOf(uid)),
    chatPage: async (uid, anchor, limit) => page(talkOf(uid), anchor, limit),
    chatSend: async (uid, text, images) => {
      const talk = talkOf(uid);
      if (text.trim() === '' && images.length === 0) refuse('chat_empty', 'The message is empty.', 'Nothing was sent. Write something first.');
      messageIds += 1;
      const entry = put(talk, { ...blankEntry, seq: talk.entries, side: 'user', at: stamp(), state: 'queued', text, message_id: messageIds, images: images.map((image) => image.name) });
      pump(talk);
      return at(talk, entry.seq);
    },
    chatDropped: async () => {
      const names = world.dropped.splice(0).map((path) => path.split('/').at(-1) ?? path);
      const pictures = names.filter((name) => name.endsWith('.png'));
      return {
        images: pictures.map((name) => ({ name, media_type: 'image/png', data: PIXEL })),
        refused: names.filter((name) => !pictures.includes(name)).map((name) => `“${name}” is no PNG, JPEG, GIF or WebP picture. It was not attached.`),
      };
    },
    chatStop: async (uid) => { end(talkOf(uid), 'cancelled', 'You stopped it. What came until then is kept.'); return null; },
    chatRetry: async (uid, messageId) => { const talk = talkOf(uid); const { seq } = find(talk, messageId); change(talk, seq, { state: 'queued', reason: null }); pump(talk); return at(talk, seq); },
    chatDiscard: async (uid, messageId) => { const talk = talkOf(uid); change(talk, find(talk, messageId).seq, { state: 'cancelled', reason: 'You took it out before it was sent.' }); return null; },
    chatRead: async (uid, seq) => { const talk = talkOf(uid); talk.readTo = Math.max(talk.readTo, seq); return null; },
    chatSearch: async (uid, query, offset, limit) => searchSaid((uid === null ? world.agents.map((agent) => agent.uid) : [uid]).map(talkOf), all, query, offset, limit),
    chatExport: async (uid, format) => exportText(talkOf(uid).agent.name, all(talkOf(uid)), format),
    chatExportTo: async (uid) => talkOf(uid).entries,
  };
  const hooks: ChatHooks = {
    elsewhere: (uid, text) => { const talk = talkOf(uid); talk.live.set(talk.entries, { ...blankEntry, seq: talk.entries, side: 'user', at: stamp(), state: 'answered', text }); talk.entries += 1; },
    step: (uid) => step(talkOf(uid)),
    finish: (uid) => { while (step(talkOf(uid))); },
    away: (reason) => { away = reason; if (reason === null) world.agents.forEach((agent) => pump(talkOf(agent.uid))); world.changed(['chats']); },
    breakOff: (uid, reason) => end(talkOf(uid), 'interrupted', reason),
    say: (uid, text) => { const talk = talkOf(uid); put(talk, { ...blankEntry, seq: talk.entries, at: stamp(), text, parts: [] }); },
  };
  return { commands, hooks };
}

/** From the page's address: `?said=100000&unread=3&whynot=…`. */
export function chatFromAddress(asked: URLSearchParams): Scenario['chat'] {
  const number = (name: string) => (asked.has(name) ? Number(asked.get(name)) : undefined);
  return { entries: number('said'), unread: number('unread'), whyNot: asked.get('whynot') ?? undefined, images: asked.has('images') };
}
