import { createContext, useContext, type Dispatch } from 'react';
import type { AppState, SetupDefaults } from '../../bindings';
import type { WizardAction, WizardState } from './model';
import type { Creation } from './use-creation';

export interface WizardContext {
  state: WizardState;
  dispatch: Dispatch<WizardAction>;
  app: AppState;
  defaults: SetupDefaults;
  creation: Creation;
  /** Shows the app's main window. */
  onDone: () => void;
}

export const WizardCtx = createContext<WizardContext | null>(null);

export function useWizard(): WizardContext {
  const value = useContext(WizardCtx);
  if (value === null) throw new Error('useWizard stands outside the wizard');
  return value;
}
