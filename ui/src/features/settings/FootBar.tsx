import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect } from 'react';
import { keys } from '../../app/queries';
import { useShell } from '../../app/shell-context';
import { accelerator } from '../../commands/shortcut';
import { usePlatform } from '../../platform/context';
import { PlatformError, toPlatformError } from '../../platform/platform';
import { Button, Foreign, Glyph, useToasts, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { type Draft, type Edits, leftOut, toWire } from './draft';
import { useCheck } from './use-check';
import { type Totals, useTotals } from './use-totals';

const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** "→ 2 files, restarts Broca of Athena". */
function comesTo({ check, changes }: Totals): string {
  if (!check || changes === 0) return '';
  const names = check.instances.length === check.restarts.length && check.instances.length <= 2 ? check.instances.join(' and ') : '';
  const restarts = check.restarts.length === 0 ? '' : names ? `restarts ${names}` : `${check.restarts.length} must restart`;
  const words = [check.files > 0 && count(check.files, 'file'), restarts].filter(Boolean).join(', ');
  return words && `→ ${words}`;
}

/** The plan holds what is valid when it is made; what it held leaves the draft once it was applied and read again. */
function useReview(id: string, draft: Draft) {
  const platform = usePlatform();
  const client = useQueryClient();
  const flow = usePlanFlow();
  return useCallback(() => {
    let sent: Edits = new Map();
    flow.open({
      title: 'Review plan',
      make: async () => {
        const edits = draft.edits();
        const wire = toWire(edits);
        if (wire.length > 0) draft.told(await platform.settingsCheck(id, wire));
        const out = new Set(leftOut(draft));
        const good = wire.filter((edit) => !out.has(edit.id));
        if (good.length === 0) throw new PlatformError({ code: 'nothing_to_change', message: 'No valid change is left to apply.', hint: 'The reasons stand under the fields. Correct a value, or discard the draft.', details: [] });
        sent = new Map([...edits].filter(([key]) => good.some((edit) => edit.id === key)));
        return platform.settingsPlan(id, good);
      },
      onApplied: () => {
        void client.refetchQueries({ queryKey: [...keys.tools, 'detail', id] }).finally(() => draft.settle(sent));
        // Whether it now waits for a restart.
        void client.invalidateQueries({ queryKey: keys.modules });
      },
    });
  }, [id, draft, platform, client, flow]);
}

/** What will happen, else what a restart is due for: how many changes, what they touch, what is left out. ⌘↩ reviews the plan. */
export function FootBar({ id, draft, restart, onInvalid }: { id: string; draft: Draft; restart: ReactNode; onInvalid: (settingId: string) => void }) {
  const shell = useShell();
  const toasts = useToasts();
  const error = useCheck(id, draft);
  const totals = useTotals(draft);
  const review = useReview(id, draft);
  const { edits, changes, invalid } = totals;
  const some = edits.size > 0;
  useEffect(() => {
    if (!some) return;
    // For the messages' place. A selector that looks for the bar would be asked again at every key press.
    document.body.dataset.footbar = '';
    return () => { delete document.body.dataset.footbar; };
  }, [some]);
  useEffect(() => {
    if (!some) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || event.isComposing || !(shell.platform === 'macos' ? event.metaKey : event.ctrlKey) || document.querySelector('.scrim')) return;
      event.preventDefault();
      review();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [some, review, shell.platform]);
  const discard = () => {
    const before = draft.edits();
    draft.replace(new Map());
    toasts.show({ word: 'Ready', title: `${count(before.size, 'change')} discarded.`, text: 'Nothing had been written.', action: { label: 'Bring back', run: () => draft.replace(before) }, slot: 'draft' });
  };
  const failed = error ? toPlatformError(error) : null;
  const first = invalid[0];
  return (
    <>
      <div className="sr" role="status">{some ? `${count(changes, 'change')} ${comesTo(totals).replace('→', 'to')}${first === undefined ? '' : `, ${count(invalid.length, 'invalid value')} left out`}` : ''}</div>
      {!some && restart}
      {some && (
        <footer className="footbar" data-testid="draft-bar">
          <div className="grow cut"><b className="strong">{count(changes, 'change')}</b> <span className="muted" title={totals.check?.restarts.map(visible).join('\n')}><Foreign>{comesTo(totals)}</Foreign></span></div>
          {failed && <span className="st"><Glyph word="Unknown" /><span className="why" title={visible(`${failed.message} ${failed.hint}`)}>Not checked: <Foreign>{failed.message}</Foreign></span></span>}
          {first !== undefined && <button type="button" className="btn btn-link draft-invalid" onClick={() => onInvalid(first)} data-testid="draft-invalid"><Glyph word="Error" />{count(invalid.length, 'invalid value')}, left out</button>}
          <Button kind="quiet" onClick={discard} data-testid="draft-discard">Discard</Button>
          <Button kind="primary" keys={accelerator('CmdOrCtrl+Enter', shell.platform)} onClick={review} why={changes === 0 ? 'No valid change is left to apply.' : null} data-testid="draft-review">Review plan</Button>
        </footer>
      )}
    </>
  );
}
