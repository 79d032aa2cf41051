import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ModuleDetail, ModuleEvent, ModuleRow } from '../../bindings';
import { keys } from '../../app/queries';
import { toHash } from '../../app/router';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, Glyph, Prose, RelativeTime, Spinner, Waiting, useNow, useToasts } from '../../ui';
import { Removal } from './Removal';
import { ActButtons, useDoing } from './RowActions';
import { SampleCharts } from './SampleChart';
import { WaySection } from './WaySection';
import { cpuWords, memoryWords, standOf, titleOf, uptime } from './words';

export function useModule(id: string | null) {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.modules, 'detail', id], queryFn: () => platform.moduleGet(id ?? ''), enabled: id !== null });
}

function useCheck(id: string) {
  const platform = usePlatform();
  const client = useQueryClient();
  const toasts = useToasts();
  return useMutation({ mutationFn: () => platform.moduleCheck(id), onSuccess: () => client.invalidateQueries({ queryKey: keys.modules }), onError: (thrown) => toasts.fail(thrown) });
}

function Top({ row, onLog, logShown }: { row: ModuleRow; onLog: () => void; logShown: boolean }) {
  const doing = useDoing(row);
  const stand = standOf(row, doing, useNow());
  const check = useCheck(row.id);
  const { status } = row;
  return (
    <section>
      <h2 className="inspector-title"><Foreign>{titleOf(row)}</Foreign></h2>
      <div className="row inspector-status">{stand.busy ? <Spinner /> : <Glyph word={stand.glyph} />}<span className="medium">{stand.word}</span></div>
      {stand.reason && <p className="small muted inspector-text"><Prose>{stand.reason}</Prose></p>}
      {row.cannot_start !== null && <p className="small muted inspector-text"><Prose>{row.cannot_start}</Prose></p>}
      {row.restart_needed && <p className="small warn-words inspector-text" data-testid="module-restart-why">It runs with other settings than it would be started with now.{row.restart_reason !== null && <> <Prose>{row.restart_reason}</Prose></>}</p>}
      <div className="row mod-ins-acts">
        <ActButtons row={row} size="s" />
        <Button size="s" icon="terminal" aria-pressed={logShown} onClick={onLog} data-testid="module-log">{logShown ? 'Hide log' : 'Show log'}</Button>
        {row.card !== null && <a className="btn btn-s" href={toHash({ view: 'tool', id: row.card, setting: null })} data-testid="module-settings">Settings</a>}
      </div>
      <h3 className="mod-ins-head">What was looked at</h3>
      {status.evidence.length === 0 ? <p className="small muted">{status.measured_at ? 'Nothing more is known than the words above.' : 'Nothing was measured.'}</p> : <ul className="touch selectable">{status.evidence.map((line, i) => <li key={`${i}${line}`} className="one"><Prose>{line}</Prose></li>)}</ul>}
      <p className="row caption faint inspector-text">
        {status.measured_at && <span>Measured <RelativeTime at={status.measured_at} /></span>}
        <Button kind="link" busy={check.isPending} onClick={() => check.mutate()} data-testid="module-check">{check.isPending ? 'Measuring' : 'Measure now'}</Button>
      </p>
    </section>
  );
}

/** The figures of the table, which drops them where there is little room, and what is known of the instance. */
function Facts({ detail }: { detail: ModuleDetail }) {
  const now = useNow();
  const { row } = detail;
  const own = [
    row.pid !== null && { name: 'Process', value: String(row.pid), mono: true },
    row.port !== null && { name: 'Port', value: row.listens ? String(row.port) : `${row.port}, kept free, nothing listens`, mono: row.listens },
    row.cpu !== null && { name: 'CPU', value: cpuWords(row.cpu), mono: false },
    row.memory !== null && { name: 'Memory', value: memoryWords(row.memory), mono: false },
    row.since !== null && { name: 'Running', value: uptime(row.since, now), mono: false },
    row.restarts > 0 && { name: 'Restarts', value: `${row.restarts.toLocaleString('en')} by itself`, mono: false },
  ].filter((fact) => fact !== false);
  return (
    <section>
      <h3>Facts</h3>
      <dl className="facts facts-narrow selectable">
        {[...own, ...detail.facts].map((fact, i) => <div key={`${fact.name}${i}`} className="fact-line"><dt><Foreign>{fact.name}</Foreign></dt><dd className={fact.mono ? 'mono' : undefined}><Foreign>{fact.value || 'not stated'}</Foreign></dd></div>)}
      </dl>
    </section>
  );
}

const eventWords: Record<string, string> = {
  started: 'Started', ready: 'Ready', stopped: 'Stopped', ended: 'Ended by itself', restarted: 'Started again', gave_up: 'Not started again', adopted: 'Taken over',
};

const eventTitle = (event: ModuleEvent) => (event.kind === 'health' ? event.word ?? 'Measured' : eventWords[event.kind] ?? event.kind);

function History({ events }: { events: ModuleEvent[] }) {
  return (
    <section>
      <h3>History</h3>
      {events.length === 0 ? <p className="small muted">Nothing happened to it yet.</p> : (
        <ol className="mod-events selectable" data-testid="module-events">
          {events.map((event, i) => (
            <li key={`${event.at}${event.kind}${i}`}>
              <span className="row"><span className="medium"><Foreign>{eventTitle(event)}</Foreign></span>{event.by !== null && <span className="muted cut">by <Foreign>{event.by}</Foreign></span>}<span className="grow" /><RelativeTime at={event.at} className="caption faint nowrap" /></span>
              {event.text && <p className="muted"><Prose>{event.text}</Prose></p>}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Loaded({ detail, onLog, logShown, onInstall }: { detail: ModuleDetail; onLog: () => void; logShown: boolean; onInstall: () => void }) {
  return (
    <>
      <Top row={detail.row} onLog={onLog} logShown={logShown} />
      {detail.note && <section><h3>Good to know</h3><p className="small muted inspector-text"><Prose>{detail.note}</Prose></p></section>}
      <section><h3>Measured</h3><SampleCharts samples={detail.samples} /></section>
      <Facts detail={detail} />
      <WaySection detail={detail} />
      <section>
        <h3>Code</h3>
        <p className="small muted inspector-text"><Foreign>{detail.code}</Foreign></p>
        {detail.can_install && <Button size="s" icon="download" className="inspector-act" onClick={onInstall} data-testid="module-install">Install code…</Button>}
      </section>
      <History events={detail.events} />
      <Removal row={detail.row} />
    </>
  );
}

/** Why it stands as it does, how it is run, where its code comes from, and what happened to it. */
export function ModuleInspector({ id, logShown, onLog, onInstall }: { id: string; logShown: boolean; onLog: () => void; onInstall: () => void }) {
  const shell = useShell();
  const query = useModule(id);
  return (
    <aside className="inspector mod-ins" aria-label="Inspector" data-testid="inspector" tabIndex={-1} onKeyDown={(event) => { if (event.key === 'Escape' && !event.defaultPrevented) shell.toggleInspector(); }}>
      {query.data ? <Loaded detail={query.data} onLog={onLog} logShown={logShown} onInstall={onInstall} /> : (
        <section>{query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : <Waiting>Reading the module</Waiting>}</section>
      )}
    </aside>
  );
}

export function NoneChosen() {
  return (
    <aside className="inspector mod-ins" aria-label="Inspector" data-testid="inspector" tabIndex={-1}>
      <section><p className="small muted">Choose a module to see how its state was measured, how it is run, and what happened to it.</p></section>
    </aside>
  );
}
