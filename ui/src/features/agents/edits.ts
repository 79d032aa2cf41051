/** What an agent can be asked for and changed in. Pure. */
import type { AgentEdit, AgentRow, BlockEdit } from '../../bindings';

const nothing: AgentEdit = {
  name: null, description: null, color: null, avatar: null, model: null, system: null, tags: null, visible_to_users: null, visible_to_roles: null, way: null,
};

/** An edit that leaves all else as it is. */
export const editOf = (more: Partial<AgentEdit>): AgentEdit => ({ ...nothing, ...more });

export const blockEdit = (more: Partial<BlockEdit>): BlockEdit => ({ value: null, limit: null, description: null, read_only: null, ...more });

const isBroca = (name: string) => /^broca/.test(name);

/** Broca speaks for it, so Broca keeps a `human` block for every person itself. */
export const drivenByBroca = (modules: string[]) => modules.some(isBroca);

export const hasBroca = (agent: AgentRow) => drivenByBroca(agent.modules.map((module) => module.name));

/** Of a form: only what differs from what is there. `null` where nothing does. */
export function changesOf(agent: AgentRow, form: { name: string; description: string; color: number; avatar: string }): AgentEdit | null {
  const changed: Partial<AgentEdit> = {
    ...(form.name.trim() !== agent.name && { name: form.name.trim() }),
    ...(form.description.trim() !== agent.description && { description: form.description.trim() }),
    ...(form.color !== agent.color && { color: form.color }),
    ...(form.avatar.trim() !== (agent.avatar ?? '') && { avatar: form.avatar.trim() }),
  };
  return Object.keys(changed).length > 0 ? editOf(changed) : null;
}

/** Characters as a person and Letta count them. */
export const lengthOf = (text: string) => [...text].length;

/** "1,240 of 5,000 characters". */
export const limitWords = (used: number, limit: number) => `${used.toLocaleString('en')} of ${limit.toLocaleString('en')} characters`;

/** A sign in place of the initial has room for two characters, an emoji counts as one. */
export function avatarProblem(text: string): string | null {
  const signs = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text.trim())].length;
  return signs > 2 ? 'Two characters or one emoji at most.' : null;
}

/** The name an agent file suggests. */
export const nameOfFile = (path: string) => (path.split(/[\\/]/).pop() ?? '').replace(/\.(af|json)$/i, '').replace(/[_-]+/g, ' ').trim();
