import type { SetupDefaults, SetupDraft } from '../../../bindings';
import { agentModules, emptyAgent, plannedDraft, type WizardState } from '../model';

/**
 * The draft whose ports are shown, and whether its agents have names. Ports follow the order of agents, so those of the
 * first one are known before it is called anything.
 */
export function portsDraft(state: WizardState, defaults: SetupDefaults): { draft: SetupDraft; named: boolean } {
  const draft = plannedDraft(state, defaults);
  if (draft.agents.length > 0) return { draft, named: true };
  return { draft: { ...draft, agents: [{ ...emptyAgent(), modules: agentModules(draft, defaults) }] }, named: false };
}
