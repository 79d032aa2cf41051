/** What was said in the sample's conversations: written down once, made up by its place for a long history. */
import type { AgentRow, ChatEntry, ChatPart } from '../../bindings';

const MINUTE = 60_000;

export const SAMPLE_ANSWER = `Thalamus counts up from \`9200\`, one port per agent. Of the first three, **one** is truly free:

\`\`\`text
9200  thalamus  Athena   in use, pid 48220
9201  –         –        free
9202  thalamus  Timbre   reserved, stopped
\`\`\`

- **9201** is the one for Monday. It also fits the rule “base plus agent number”.
- **9202** looks free, but Timbre would collide with it at its next start.

| Port | Agent | State |
|---:|---|---|
| 9200 | Athena | in use |
| 9201 | none | free |

The rule stands in [the layout](https://example.org/layout).`;

const short = [
  'It is done. Nothing was started.', 'There are three of them; the second is *off* since yesterday.', 'I looked at `config/.env`: both values agree.',
  '1. Stop Broca\n2. Move the folder\n3. Start Broca again', 'I could not find it. Where should I look?',
];
const asked = ['How do the ports stand?', 'And Monday?', 'Good. Write that down.', 'Which of the modules is off?', 'Move the logs, please.', 'Is everything as planned?'];

export const blankEntry: ChatEntry = {
  seq: 0, side: 'agent', at: '', state: 'done', reason: null, text: '', parts: [], message_id: null, attempts: 0, images: [],
};

export const textPart = (text: string, id = 't1'): ChatPart => ({ id, kind: 'text', text, name: null, arguments: null, ok: null });

const toolParts: ChatPart[] = [
  { id: 'r1', kind: 'reasoning', text: 'Two agents need a Thalamus. I look at the ledger first, then at what is really bound.', name: null, arguments: null, ok: null },
  { id: 'c1', kind: 'tool_call', text: '', name: 'ports__list', arguments: '{"base": 9200, "count": 3}', ok: null },
  { id: 'c1', kind: 'tool_return', text: '5 rows\n9200 in use\n9201 free\n9202 reserved', name: 'ports__list', arguments: null, ok: true },
];

/** Two entries every hour, the last a few minutes ago. */
const atOf = (seq: number, total: number, now: number) => new Date(now - 4 * MINUTE - (total - 1 - seq) * 30 * MINUTE).toISOString();

/** The entry at this place; the same place always says the same. */
export function saidAt(seq: number, total: number, now: number): ChatEntry {
  const at = atOf(seq, total, now);
  if (seq % 2 === 0) {
    return { ...blankEntry, seq, side: 'user', at, state: 'answered', text: seq === total - 2 ? 'Which ports are still free for a second thalamus? Monday should get one too.' : `${asked[(seq / 2) % asked.length]!} (${seq})`, message_id: seq + 1, attempts: 1 };
  }
  if (seq === total - 1) return { ...blankEntry, seq, at, text: SAMPLE_ANSWER, parts: [...toolParts, textPart(SAMPLE_ANSWER)] };
  const text = seq % 14 === 5 ? SAMPLE_ANSWER : `${short[seq % short.length]!}`;
  return { ...blankEntry, seq, at, text, parts: [textPart(text)] };
}

/** Pieces of an answer that are told one by one: thoughts, a tool, words. */
export function piecesOf(agent: AgentRow, asked: string, reply: string | undefined): { kind: ChatPart['kind']; id: string; name: string | null; delta: string }[] {
  const words = (text: string) => text.match(/\S+\s*/g) ?? [];
  if (agent.way === 'echo') return words(`You said: ${asked}`).map((delta) => ({ kind: 'text', id: 't1', name: null, delta }));
  const text = reply ?? 'There is a plan for it, with six new files and nothing started. It waits for you in **Activity**.';
  return [
    { kind: 'reasoning', id: 'r1', name: null, delta: 'They want it prepared, ' }, { kind: 'reasoning', id: 'r1', name: null, delta: 'not started.' },
    { kind: 'tool_call', id: 'c1', name: 'sanctum__plan', delta: '{"title": ' }, { kind: 'tool_call', id: 'c1', name: null, delta: '"Add thalamus to Monday"}' },
    { kind: 'tool_return', id: 'c1', name: null, delta: 'port 9201 (free)\nfiles 6 new, 0 changed' },
    ...words(text).map((delta): { kind: 'text'; id: string; name: null; delta: string } => ({ kind: 'text', id: 't1', name: null, delta })),
  ];
}
