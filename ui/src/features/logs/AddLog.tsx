import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import type { ModuleRow } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Button, Dialog, ErrorBox, Foreign, SearchField, Status, Waiting } from '../../ui';

const MOST = 40;

const nameOf = (row: ModuleRow) => (row.agent_title ? `${row.title} of ${row.agent_title}` : row.title);

/** Another instance, whose lines are put between those that are shown, by time. */
export function AddLog({ shown, onAdd, onClose }: { shown: string[]; onAdd: (instance: string) => void; onClose: () => void }) {
  const platform = usePlatform();
  const [typed, setTyped] = useState('');
  const query = useDeferredValue(typed.trim());
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => { field.current?.focus(); }, []);
  const list = useQuery({ queryKey: [...keys.modules, 'logs', query], queryFn: () => platform.modulesList('all', query, 'name', 0, MOST + shown.length), placeholderData: (before) => before });
  const rows = (list.data?.items ?? []).filter((row) => !shown.includes(row.id)).slice(0, MOST);
  const left = (list.data?.total ?? 0) - (list.data?.items ?? []).length;
  const first = rows[0];
  return (
    <Dialog label="Add another log" onClose={onClose} data-testid="log-add-dialog">
      <div className="dialog-form">
        <div className="dialog-body">
          <h2>Add another log</h2>
          <p className="muted">Its lines are put between the others, by their time.</p>
          <SearchField label="Search instances" inputRef={field} value={typed} onChange={setTyped} onEnter={() => { if (first) onAdd(first.id); }} count={list.data && typed ? String(list.data.total) : undefined} data-testid="log-add-search" />
          {list.isPending && <Waiting>Looking for instances</Waiting>}
          {list.error && <ErrorBox error={list.error} onRetry={() => void list.refetch()} />}
          {list.data && rows.length === 0 && <p className="muted">{typed ? 'No other instance fits.' : 'There is no other instance.'}</p>}
          {rows.length > 0 && (
            <ul className="group log-add-list">
              {rows.map((row) => (
                <li key={row.id}>
                  <button type="button" className="log-add-row" onClick={() => onAdd(row.id)} data-testid="log-add-row">
                    <span className="medium cut"><Foreign>{nameOf(row)}</Foreign></span>
                    <Status status={{ ...row.status, reason: '', measured_at: null }} />
                  </button>
                </li>
              ))}
            </ul>
          )}
          {left > 0 && <p className="caption faint">And {left.toLocaleString('en')} more; search for them.</p>}
        </div>
        <footer className="row dialog-acts"><span className="grow" /><Button onClick={onClose} keys="esc">Close</Button></footer>
      </div>
    </Dialog>
  );
}
