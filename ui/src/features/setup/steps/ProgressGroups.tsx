import type { Plan, PlanStep, ProgressEvent } from '../../../bindings';
import { Glyph, Icon } from '../../../ui/Icon';
import { groupSteps } from '../../../ui/PlanView';
import { ProgressBar, Spinner } from '../../../ui/states';
import { Foreign } from '../../../ui/text';
import { duration } from '../../../ui/time';
import type { Progress } from '../use-creation';

interface Row {
  name: string;
  size: number;
  done: number;
  back: number;
  failed: ProgressEvent | null;
  running: ProgressEvent | null;
  step: PlanStep | null;
  elapsed: number;
}

function rowOf(name: string, entries: { step: PlanStep; at: number }[], progress: Progress): Row {
  const events = entries.map(({ at }) => progress.steps[at]).filter((e) => e !== undefined);
  const running = events.find((e) => e.state === 'running') ?? null;
  return {
    name, size: entries.length, running,
    done: events.filter((e) => e.state === 'done').length,
    back: events.filter((e) => e.state === 'rolled_back').length,
    failed: events.find((e) => e.state === 'failed') ?? null,
    step: running === null ? null : (entries.find(({ at }) => at === running.step)?.step ?? null),
    elapsed: events.reduce((sum, e) => sum + e.elapsed_ms, 0),
  };
}

/** The groups of the plan, each with how far it is and what exactly is being done. */
export function ProgressGroups({ plan, progress, live }: { plan: Plan; progress: Progress; live: boolean }) {
  const rows = groupSteps(plan.steps).map((group) => rowOf(group.name, group.steps, progress));
  return (
    <div className="group" data-testid="wizard-progress" aria-busy={live}>
      {rows.map((row) => <GroupRow key={row.name} row={row} live={live} />)}
    </div>
  );
}

function Mark({ row, live }: { row: Row; live: boolean }) {
  if (row.failed !== null) return <Glyph word="Error" label="Failed" />;
  if (row.back > 0) return <span className="wback" role="img" aria-label="Taken back"><Icon name="undo" size="s" /></span>;
  if (row.done === row.size) return <Glyph word="Healthy" label="Done" />;
  if (live && (row.running !== null || row.done > 0)) return <span className="wspin" role="img" aria-label="Running"><Spinner /></span>;
  return <span className="wn" role="img" aria-label="Waiting" />;
}

function GroupRow({ row, live }: { row: Row; live: boolean }) {
  const started = row.running !== null || row.done > 0 || row.failed !== null || row.back > 0;
  const partly = live && started && row.done < row.size && row.failed === null && row.back === 0;
  const detail = row.failed !== null ? row.failed.title
    : row.back > 0 ? `${row.back} of ${row.size} taken back`
    : partly ? `${row.done} of ${row.size} · ${row.step?.title ?? row.running?.title ?? ''}`
    : row.size === 1 ? '1 step' : `${row.size} steps`;
  return (
    <div className="prog" data-next={started ? undefined : ''}>
      <Mark row={row} live={live} />
      <div className="cut">
        <span className={started ? 'medium' : ''}><Foreign>{row.name === '' ? 'The install' : row.name}</Foreign></span>
        <span className="small faint wdetail"><Foreign>{detail}</Foreign></span>
      </div>
      <span className="time">{row.elapsed > 0 ? duration(row.elapsed) : ''}</span>
      {partly && row.size > 1 ? <ProgressBar share={row.done / row.size} label={`${row.name}: steps done`} /> : null}
    </div>
  );
}
