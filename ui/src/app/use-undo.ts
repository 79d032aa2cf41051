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
    const undo = (changeId: string) => flow.open({ title: 'Undo', make: () => platform.changeUndoPlan(changeId) });
    const nothing = (title: string, text: string) => toasts.show({ word: 'Ready', title, text });
    return {
      undo,
      undoLast: () => {
        platform.changesLastUndoable().then(
          (row) => (row ? undo(row.id) : nothing('Nothing to undo.', 'Activity shows what was done and why it stays.')),
          (thrown: unknown) => toasts.fail(thrown),
        );
      },
      redoLast: () => {
        platform.changesList('', 'all', 0, 20).then(
          ({ items }) => {
            const last = items.find((row) => row.state === 'applied');
            if (last?.undo_of && last.undoable) flow.open({ title: 'Redo', make: () => platform.changeUndoPlan(last.id) });
            else nothing('Nothing to redo.', 'The last change was not an undo.');
          },
          (thrown: unknown) => toasts.fail(thrown),
        );
      },
    };
  }, [platform, flow, toasts]);
}
