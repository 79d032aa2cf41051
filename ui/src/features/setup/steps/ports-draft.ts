import type { SetupDefaults, SetupDraft } from '../../../bindings';
import { agentModules, plannedDraft, type WizardState } from '../model';

/** Stands for the first agent while it has no name; ports follow the order of agents, not their names. */
const NOT_NAMED = { name: 'First agent', uid: 'first-agent' };

/** The draft whose ports are shown: with a stand-in for the first agent where none is named yet. */
export function portsDraft(state: WizardState, defaults: SetupDefaults): { draft: SetupDraft; named: boolean } {
  const draft = plannedDraft(state, defaults);
  if (draft.agents.length > 0) return { draft, named: true };
  const standIn = { ...NOT_NAMED, description: '', modules: agentModules(draft, defaults) };
  return { draft: { ...draft, agents: [standIn] }, named: false };
}

export const isStandIn = (agent: string | null): boolean => agent === NOT_NAMED.uid;
