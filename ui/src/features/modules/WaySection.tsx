import { useId } from 'react';
import type { ModuleDetail, RunWay } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { Prose, Switch } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { titleOf } from './words';

/** Who keeps it running, and, where that is the system, whether it comes up with the login. Both are written through a plan. */
export function WaySection({ detail }: { detail: ModuleDetail }) {
  const { row, no_system: noSystem } = detail;
  const shell = useShell();
  const platform = usePlatform();
  const flow = usePlanFlow();
  const group = useId();
  const system = shell.platform === 'macos' ? 'launchd' : 'systemd';
  const plan = (way: RunWay, atLogin: boolean) => flow.open({ title: `How ${titleOf(row)} is run`, make: () => platform.moduleWayPlan(row.id, way, atLogin) });
  const ways: { id: RunWay; title: string; help: string; why: string | null }[] = [
    { id: 'app', title: 'By this app', help: 'A small keeper starts it again when it ends; it goes on without the window.', why: null },
    { id: 'system', title: `By the system (${system})`, help: `${system} starts it again when it ends, also when this app is gone, and can start it at login.`, why: noSystem },
  ];
  return (
    <section data-testid="module-way">
      <h3>How it is run</h3>
      {row.way === 'by_hand' && <p className="small muted way-hand">Somebody else started it. It is watched and can be stopped; the next start is by the way chosen here.</p>}
      <fieldset className="choices-set way-choices">
        <legend className="sr">How it is run</legend>
        {ways.map((way) => (
          <label key={way.id} className="way-choice">
            <input type="radio" className="radio-input" name={group} checked={row.way === way.id} disabled={way.why !== null} onChange={() => plan(way.id, false)} data-testid={`way-${way.id}`} />
            <span className="grow"><span className="medium">{way.title}</span><span className="form-help">{way.why === null ? way.help : <Prose>{way.why}</Prose>}</span></span>
          </label>
        ))}
      </fieldset>
      {row.way === 'system' && (
        <div className="row way-login">
          <span className="grow">Start at login</span>
          <Switch label="Start at login" checked={row.at_login} onChange={(on) => plan('system', on)} data-testid="way-login" />
        </div>
      )}
    </section>
  );
}
