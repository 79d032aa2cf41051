import type { BrocaAction, BrocaQueueRow } from '../../bindings';
import { Button, Foreign, Sheet, absolute } from '../../ui';
import { stateOf } from './Queue';

/** One entry of the queue as a whole, with what can be done to it. */
export function QueueEntry({ row, onClose, onAct }: { row: BrocaQueueRow; onClose: () => void; onAct: (title: string, action: BrocaAction) => void }) {
  const facts: [string, string][] = [
    ['State', stateOf(row).text], ['Tries', row.attempts.toLocaleString('en')], ['At', row.at ? absolute(row.at) : 'no time is known'], ['From', [row.person, row.platform].filter(Boolean).join(', ') || 'nobody known'],
  ];
  return (
    <Sheet label={`Entry ${row.id}`} onClose={onClose} className="form-sheet" data-testid="broca-entry">
      <header><h1>Entry {row.id}</h1></header>
      <div className="sheet-body">
        <dl className="facts">{facts.map(([name, value]) => <div key={name} className="facts-line"><dt>{name}</dt><dd><Foreign>{value}</Foreign></dd></div>)}</dl>
        <section><h2 className="form-label">Message</h2><div className="said-text selectable" tabIndex={0} role="group" aria-label="Message"><Foreign>{row.message}</Foreign></div></section>
        {row.answer !== null && <section><h2 className="form-label">Answer</h2><div className="said-text selectable" tabIndex={0} role="group" aria-label="Answer"><Foreign>{row.answer}</Foreign></div></section>}
      </div>
      <footer>
        {row.status !== 'processing' && <Button className="btn-danger-quiet" onClick={() => onAct(`Take entry ${row.id} out`, 'delete')} data-testid="broca-take-out">Take out…</Button>}
        {row.status === 'processing' && <span className="small muted">Broca works on it; it is left alone.</span>}
        {row.status === 'failed' && <Button onClick={() => onAct(`Requeue entry ${row.id}`, 'requeue')} data-testid="broca-requeue-one">Requeue…</Button>}
        {row.status === 'pending' && <Button onClick={() => onAct(`Flush entry ${row.id}`, 'flush')} data-testid="broca-flush-one">Flush…</Button>}
        <span className="grow" />
        <Button onClick={onClose} keys="esc">Close</Button>
      </footer>
    </Sheet>
  );
}
