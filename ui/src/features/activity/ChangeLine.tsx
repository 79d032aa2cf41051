import type { ChangeRow, ChangeState, StatusWord } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { Button, Foreign, Glyph, Icon, absolute, clock, dayMonth, visible } from '../../ui';
import { bucketOf } from './days';

export const stateWords: Record<ChangeState, StatusWord> = { applying: 'Ready', applied: 'Healthy', undone: 'Off', rolled_back: 'Off', needs_you: 'Degraded' };

export function when(at: string): string {
  return bucketOf(at, new Date()) === 'earlier' ? dayMonth(at) : clock(at);
}

const vias: Record<string, string> = { cli: ' · terminal', recovery: ' · recovery' };

function Act({ row, redo, stop }: { row: ChangeRow; redo?: ChangeRow; stop: boolean }) {
  const shell = useShell();
  const tabIndex = stop ? 0 : -1;
  if (redo) return <Button kind="quiet" size="s" tabIndex={tabIndex} onClick={() => shell.undo(redo.id)} data-testid="change-redo">Redo</Button>;
  if (row.undoable) {
    return <Button kind="quiet" size="s" icon="undo" tabIndex={tabIndex} aria-label={`${row.is_undo ? 'Redo' : 'Undo'} ${visible(row.title)}`} onClick={() => shell.undo(row.id)} data-testid="change-undo">{row.is_undo ? 'Redo' : 'Undo'}</Button>;
  }
  return row.undo_reason && row.state !== 'undone' ? <span className="caption faint cut act-reason hide-narrow" title={row.undo_reason}><Foreign>{row.undo_reason}</Foreign></span> : null;
}

/** One change set on two lines: what, who and when, its state, the way back. */
export function ChangeLine({ row, redo, stop }: { row: ChangeRow; redo?: ChangeRow; stop: boolean }) {
  return (
    <>
      <span className="row act-what" data-undone={row.state === 'undone' || undefined}>
        <Icon name={row.icon} />
        <span className="cut"><span className="medium ti"><Foreign>{row.title}</Foreign></span><span className="mt cut"><Foreign>{row.summary}</Foreign></span></span>
      </span>
      <span className="muted cut act-who" title={`${row.actor}, ${absolute(row.at)}`}><Foreign>{row.actor}</Foreign> · {when(row.at)}{vias[row.via]}</span>
      <span className="st"><Glyph word={stateWords[row.state]} /><span className="cut" title={row.state_text}><Foreign>{row.state_text}</Foreign></span></span>
      <span className="act-do"><Act row={row} redo={redo} stop={stop} /></span>
    </>
  );
}
