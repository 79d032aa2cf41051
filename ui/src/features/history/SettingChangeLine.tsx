import type { SettingChange } from '../../bindings';
import { toHash } from '../../app/router';
import { Button, Foreign, Icon, absolute, visible } from '../../ui';
import { when } from '../activity/ChangeLine';
import { Change } from './Change';
import { usePutBack } from './use-put-back';

const vias: Record<string, string> = { cli: ' · terminal', recovery: ' · recovery' };

/** One value that was changed: which, where, from what to what, by whom, and the way back. */
export function SettingChangeLine({ change, stop }: { change: SettingChange; stop: boolean }) {
  const putBack = usePutBack();
  const tabIndex = stop ? 0 : -1;
  const name = <Foreign>{change.name || change.key}</Foreign>;
  return (
    <>
      <span className="row act-what" data-undone={change.undone || undefined}>
        <Icon name={change.secret ? 'key' : 'tools'} />
        <span className="cut">
          <span className="medium ti">{change.target === null ? name : <a className="plain-link" tabIndex={tabIndex} href={toHash({ view: 'tool', id: change.target, setting: change.id })}>{name}</a>}</span>
          <span className="mt cut"><Foreign>{change.scope}</Foreign> · <Foreign className="mono">{change.key}</Foreign></span>
        </span>
      </span>
      <Change change={change} />
      <span className="muted cut act-who" title={`${visible(change.actor)}, ${absolute(change.at)}`}><Foreign>{change.actor}</Foreign> · {when(change.at)}{vias[change.via]}{change.undone && ' · undone'}</span>
      <span className="act-do">
        {change.target !== null && !change.secret && <Button kind="quiet" size="s" tabIndex={tabIndex} aria-label={`Put ${visible(change.name)} back to ${visible(change.before ?? 'not set')}`} onClick={() => putBack(change)} data-testid="setting-put-back">Put back</Button>}
      </span>
    </>
  );
}
