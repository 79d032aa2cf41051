import { type ReactNode, useMemo } from 'react';
import type { Plan, PlanStep, ProgressEvent, StepState } from '../bindings';
import { DiffView } from './DiffView';
import { Glyph, Icon } from './Icon';
import { Spinner } from './states';
import { Foreign, visible } from './text';
import { duration } from './time';

/** Progress of each step by its index in the plan; absent while nothing was applied. */
export type StepProgress = Record<number, ProgressEvent>;

interface Numbered { step: PlanStep; at: number }
interface Group { name: string; steps: Numbered[] }

/** Steps with the same group stand under one heading, in the plan's order. */
export function groupSteps(steps: PlanStep[]): Group[] {
  const groups = new Map<string, Group>();
  steps.forEach((step, at) => {
    const group = groups.get(step.group) ?? { name: step.group, steps: [] };
    group.steps.push({ step, at });
    groups.set(step.group, group);
  });
  return [...groups.values()];
}

interface Run { key: string; steps: Numbered[] }

/** Neighbours of one kind without a diff fold into one line ("Create 12 folders"). */
export function foldRuns(steps: Numbered[]): Run[] {
  const runs: Run[] = [];
  for (const entry of steps) {
    const last = runs[runs.length - 1];
    const lastStep = last?.steps[0]?.step;
    if (last && lastStep && lastStep.kind === entry.step.kind && lastStep.title === entry.step.title) last.steps.push(entry);
    else runs.push({ key: String(entry.at), steps: [entry] });
  }
  return runs;
}

function stateOf(at: number, step: PlanStep, progress?: StepProgress): StepState | null {
  return progress?.[at]?.state ?? step.state;
}

function StepMark({ n, state }: { n: number; state: StepState | null }) {
  if (state === 'running') return <span className="n" title="Running"><Spinner /><span className="sr">running</span></span>;
  if (state === 'done') return <span className="n n-bare"><Glyph word="Healthy" label="Done" /></span>;
  if (state === 'failed') return <span className="n n-bare"><Glyph word="Error" label="Failed" /></span>;
  if (state === 'rolled_back') return <span className="n" title="Taken back"><Icon name="undo" /><span className="sr">taken back</span></span>;
  return <span className="n">{n}</span>;
}

function StepLine({ step, progress }: { step: PlanStep; progress?: ProgressEvent }) {
  return (
    <>
      <div className="h">
        <b><Foreign>{step.title}</Foreign></b>
        <span className="mono small muted cut step-target" title={step.target}><Foreign>{step.target}</Foreign></span>
        <span className="grow" />
        {progress && progress.elapsed_ms > 0
          ? <span className="small faint nowrap">{duration(progress.elapsed_ms)}</span>
          : <span className="small faint cut step-detail" title={step.detail}><Foreign>{step.detail}</Foreign></span>}
      </div>
      {progress?.line && progress.state === 'running' && <p className="mono caption muted cut"><Foreign>{progress.line}</Foreign></p>}
      <DiffView lines={step.diff} leftOut={step.diff_left_out} label={`Changes in ${step.target}`} />
    </>
  );
}

function RunView({ run, n, progress }: { run: Run; n: number; progress?: StepProgress }) {
  const first = run.steps[0];
  if (!first) return null;
  if (run.steps.length === 1) {
    return (
      <li><StepMark n={n} state={stateOf(first.at, first.step, progress)} /><div><StepLine step={first.step} progress={progress?.[first.at]} /></div></li>
    );
  }
  const states = run.steps.map((entry) => stateOf(entry.at, entry.step, progress));
  const state = (['failed', 'running', 'rolled_back'] as const).find((word) => states.includes(word)) ?? (states.every((s) => s === 'done') ? 'done' : null);
  return (
    <li>
      <StepMark n={n} state={state} />
      <details className="fold" open={run.steps.some((entry) => entry.step.diff.length > 0 && entry.step.diff.length <= 6 && run.steps.length <= 3)}>
        <summary className="h">
          <b><Foreign>{first.step.title}</Foreign></b>
          <span className="small muted">{run.steps.length} of them</span>
          <span className="fold-mark"><Icon name="right" size="s" /></span>
        </summary>
        <ul className="fold-list">
          {run.steps.map((entry) => (
            <li key={entry.at}>
              <div className="row"><code className="cut grow" title={entry.step.target}><Foreign>{entry.step.target}</Foreign></code><span className="small faint nowrap"><Foreign>{entry.step.detail}</Foreign></span></div>
              <DiffView lines={entry.step.diff} leftOut={entry.step.diff_left_out} label={`Changes in ${entry.step.target}`} />
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

/** Numbered steps under the heading of their group. Used by the plan sheet, the wizard and Activity. */
export function PlanSteps({ steps, progress }: { steps: PlanStep[]; progress?: StepProgress }) {
  const groups = useMemo(() => groupSteps(steps).map((group) => ({ ...group, runs: foldRuns(group.steps) })), [steps]);
  let n = 0;
  return (
    <div className="plan-groups">
      {groups.map((group) => (
        <div key={group.name} role="group" aria-label={group.name ? visible(group.name) : 'Steps'}>
          {group.name && <p className="plan-group" aria-hidden="true"><Foreign>{group.name}</Foreign></p>}
          <ol className="steps">
            {group.runs.map((run) => <RunView key={run.key} run={run} n={(n += 1)} progress={progress} />)}
          </ol>
        </div>
      ))}
    </div>
  );
}

function Side({ title, children }: { title: string; children: ReactNode }) {
  return <section><h2>{title}</h2><ul className="touch">{children}</ul></section>;
}

/** What restarts, what cannot be undone, how the rest can, what was checked. */
export function PlanSide({ plan }: { plan: Plan }) {
  return (
    <aside className="planside" aria-label="Consequences">
      {plan.restarts.length > 0 && <Side title="Restarts">{plan.restarts.map((text) => <li key={text}><Icon name="refresh" size="s" /><Foreign>{text}</Foreign></li>)}</Side>}
      {plan.irreversible.length > 0 && <Side title="Can’t be undone">{plan.irreversible.map((text) => <li key={text}><Icon name="lock" size="s" /><Foreign>{text}</Foreign></li>)}</Side>}
      {plan.undo && <Side title="Can be undone"><li><Icon name="undo" size="s" /><Foreign>{plan.undo}</Foreign></li></Side>}
      {plan.checks.length > 0 && <Side title="Checked">{plan.checks.map((check) => <li key={check.text}><Glyph word={check.word} label={check.word} /><Foreign>{check.text}</Foreign></li>)}</Side>}
    </aside>
  );
}

/** The body of a plan: steps at the left, consequences at the right. Title and summary belong to the frame around it. */
export function PlanView({ plan, progress }: { plan: Plan; progress?: StepProgress }) {
  return (
    <div className="plan-body" data-testid="plan-view">
      <div className="plan-main">
        {plan.steps.length === 0 ? <p className="muted">Nothing would be written.</p> : <PlanSteps steps={plan.steps} progress={progress} />}
      </div>
      <PlanSide plan={plan} />
    </div>
  );
}
