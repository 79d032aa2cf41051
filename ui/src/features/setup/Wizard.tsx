import { useEffect, useMemo, useReducer, useRef, useState, type ComponentType } from 'react';
import type { AppState, SetupDefaults } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { toPlatformError } from '../../platform/platform';
import { Rail } from './Rail';
import { initialState, makeReducer, pathOf, savedDraft, type StepId, type WizardState } from './model';
import { Account } from './steps/Account';
import { Agents } from './steps/Agents';
import { Creating } from './steps/Creating';
import { Done } from './steps/Done';
import { Folder } from './steps/Folder';
import { Keychain } from './steps/Keychain';
import { Letta } from './steps/Letta';
import { LookAround } from './steps/LookAround';
import { Modules } from './steps/Modules';
import { PlanStep } from './steps/PlanStep';
import { Python } from './steps/Python';
import { Welcome } from './steps/Welcome';
import { useCreation } from './use-creation';
import { WizardCtx } from './wizard-context';
import { railTitle } from './words';

const STEPS: Record<StepId, ComponentType> = {
  welcome: Welcome, look: LookAround, folder: Folder, python: Python, letta: Letta, keychain: Keychain, account: Account,
  modules: Modules, agent: Agents, plan: PlanStep, apply: Creating, done: Done,
};

/** Keeps the answers on each change of step; gives back why that failed, if it did. */
function useSaved(state: WizardState): string | null {
  const platform = usePlatform();
  const [trouble, setTrouble] = useState<string | null>(null);
  const saved = useRef<StepId>('welcome');
  const latest = useRef(state);
  latest.current = state;
  useEffect(() => {
    const { step, resumePending } = latest.current;
    // Nothing to keep before the first answer; from the creation on, the change engine keeps account.
    if (resumePending || step === saved.current || step === 'apply' || step === 'done') return;
    saved.current = step;
    platform.setupSave(savedDraft(latest.current)).then(() => setTrouble(null), (error: unknown) => setTrouble(toPlatformError(error).message));
  }, [platform, state.step]);
  return trouble;
}

export function Wizard({ app, defaults, onDone }: { app: AppState; defaults: SetupDefaults; onDone: () => void }) {
  const reducer = useMemo(() => makeReducer(defaults), [defaults]);
  const [state, dispatch] = useReducer(reducer, undefined, () => initialState(defaults, app));
  const creation = useCreation((summary) => dispatch({ type: 'created', summary }));
  const trouble = useSaved(state);
  const context = useMemo(() => ({ state, dispatch, app, defaults, creation, onDone }), [state, app, defaults, creation, onDone]);
  const Step = STEPS[state.step];
  const path = pathOf(state);
  return (
    <WizardCtx.Provider value={context}>
      <div className="win wizard">
        <Rail saveTrouble={trouble} />
        <Step key={`${state.step} ${state.resumePending}`} />
        <div className="sr" role="status" aria-live="polite">
          {`Step ${path.indexOf(state.step) + 1} of ${path.length}: ${railTitle(state.step, app.secret_store)}`}
        </div>
      </div>
    </WizardCtx.Provider>
  );
}
