import { useMemo } from 'react';
import { usePlanFlow } from '../features/plan/flow';
import { usePlatform } from '../platform/context';
import { useToasts } from '../ui';

/** Undo is a plan like any other. Redo takes an undo back. */
export function useUndo() {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const toasts = useToasts();
  return useMemo(() => {
    const takeBack = (title: string, changeId: string) => flow.open({ title, make: () => platform.changeUndoPlan(changeId) });
    const nothing = (title: string, text: string) => toasts.show({ word: 'Ready', title, text });
    const fail = (thrown: unknown) => toasts.fail(thrown);
    return {
      undo: (changeId: string) => takeBack('Undo', changeId),
      undoLast: () => {
        platform.changesLastUndoable().then(
          (row) => (row ? takeBack('Undo', row.id) : nothing('Nothing to undo.', 'Activity shows what was done and why it stays.')), fail,
        );
      },
      redoLast: () => {
        platform.changesLastRedoable().then(
          (row) => (row ? takeBack('Redo', row.id) : nothing('Nothing to redo.', 'Only what was undone, with no change after it, can be redone.')), fail,
        );
      },
    };
  }, [platform, flow, toasts]);
}
