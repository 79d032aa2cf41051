import { Fragment, type ReactNode } from 'react';
import type { SettingRow } from '../../../bindings';
import { Button, CopyButton, Foreign, Icon, Prose, RelativeTime, visible } from '../../../ui';
import { SettingHistory } from '../../history/SettingHistory';
import type { RowDraft } from '../draft';
import { useField, useForm } from '../form-context';
import { LevelSelect } from '../LevelSelect';
import { useSecretStatus } from '../secrets/queries';
import { useRowActions } from '../use-row-actions';
import { useTotals } from '../use-totals';
import { allowedWords, fileOf, kindWords, shown, sourceWords } from '../values';
import { Chain } from './Chain';
import { RowMenu } from './RowMenu';

/** The change is no valid value, so that nothing of it will be applied. */
function isLeftOut({ edit, problems }: RowDraft): boolean {
  return edit !== null && (edit.broken !== null || problems.some((problem) => problem.blocks));
}

/** Breaks between folders before it breaks inside a name. */
const pathParts = (path: string) => visible(path).split('/').map((part, i) => <Fragment key={i}>{i > 0 && <>/<wbr /></>}{part}</Fragment>);

function Facts({ row }: { row: SettingRow }) {
  const { edit, mine } = useField(row);
  const out = isLeftOut(mine);
  const allowed = allowedWords(row);
  const unit = (value: string | null) => (row.unit && value !== null && value !== '' ? ` ${row.unit}` : '');
  const after = mine.after;
  const file = fileOf(row.source);
  return (
    <dl className="facts inspector-facts selectable">
      <dt>Type</dt><dd>{kindWords(row)}</dd>
      {allowed && <><dt>Allowed</dt><dd><Foreign>{allowed}</Foreign></dd></>}
      <dt>In effect now</dt><dd data-testid="in-effect"><Foreign className={row.value === null || row.secret ? undefined : 'mono'}>{shown(row.value)}</Foreign>{unit(row.value)}</dd>
      {file !== null && <><dt>Stands in</dt><dd className="mono" data-testid="stands-in"><bdi>{pathParts(sourceWords(row.source))}</bdi></dd></>}
      {edit && <><dt>After applying</dt><dd data-testid="after-applying">{after && !out ? <><Foreign className="mono">{shown(after.value)}</Foreign>{unit(after.value)}</> : out ? 'as now; the new value is left out' : 'being worked out'}</dd></>}
      <dt>A change</dt><dd>{row.restart ? 'is seen after a restart' : 'is seen at once'}</dd>
    </dl>
  );
}

function Touches() {
  const { draft } = useForm();
  const { check } = useTotals(draft);
  if (!check || (check.touches.length === 0 && check.restarts.length === 0)) return null;
  return (
    <section>
      <h3>What applying touches</h3>
      <ul className="touch" data-testid="touches">
        {check.touches.map((text) => <li key={text}><Icon name="file" size="s" /><Prose>{text}</Prose></li>)}
        {check.restarts.map((text) => <li key={text}><Icon name="refresh" size="s" /><Prose>{text}</Prose></li>)}
      </ul>
    </section>
  );
}

function SecretFacts({ row }: { row: SettingRow }) {
  const { id } = useForm();
  const secret = useSecretStatus(id, true).data?.find((entry) => entry.id === row.id);
  if (!secret || (!secret.reference && !secret.changed_at && secret.used_by.length === 0)) return null;
  return (
    <section>
      <h3>The secret</h3>
      <dl className="facts inspector-facts selectable">
        {secret.reference && <><dt>Reference</dt><dd className="mono"><Foreign>{secret.reference}</Foreign></dd></>}
        {secret.changed_at && <><dt>Set</dt><dd><RelativeTime at={secret.changed_at} bare />{secret.changed_by && <> by <Foreign>{secret.changed_by}</Foreign></>}</dd></>}
        {secret.used_by.length > 0 && <><dt>Given to</dt><dd>{secret.used_by.map((name) => <div key={name}><Foreign>{name}</Foreign></div>)}</dd></>}
      </dl>
    </section>
  );
}

function Quick({ row }: { row: SettingRow }) {
  const actions = useRowActions(row).filter((action) => ['discard', 'reset', 'show-file'].includes(action.id));
  if (actions.length === 0) return null;
  return (
    <section>
      <div className="row inspector-quick">
        {actions.map((action) => <Button key={action.id} size="s" kind={action.id === 'show-file' ? 'quiet' : undefined} icon={action.icon} onClick={action.run} data-testid={`setting-${action.id}`}><span className="cut">{action.label}</span></Button>)}
      </div>
    </section>
  );
}

function RowLevel({ row }: { row: SettingRow }) {
  const { draft, target, flush } = useForm();
  const { edit, level } = useField(row);
  if (row.read_only !== null || row.secret) return null;
  const choose = (next: typeof level) => {
    draft.setLevel(row.id, next);
    if (edit) { draft.put(row.id, { ...edit, level: next }); flush(); }
  };
  return <div className="inspector-level"><LevelSelect label="Change at" target={target} row={row} level={level} onChange={choose} data-testid="row-level" /></div>;
}

/** Why a setting has the value it has, what a change would do, what can be done with it. */
export function SettingInspector({ row, note }: { row: SettingRow; note?: ReactNode }) {
  const { id } = useForm();
  const { edit, mine } = useField(row);
  return (
    <aside className="inspector" aria-label="Inspector" data-testid="inspector">
      <section>
        <div className="row"><b className="inspector-title grow"><Foreign>{row.title || row.key}</Foreign></b><RowMenu row={row} /></div>
        <div className="row"><code className="small muted cut"><Foreign>{row.key}</Foreign></code><CopyButton text={row.key} label="Copy the key" /></div>
        <Facts row={row} />
        <RowLevel row={row} />
        {note}
      </section>
      <section><h3>Where the value comes from</h3><Chain row={row} edit={edit} leftOut={isLeftOut(mine)} /></section>
      {row.secret && <SecretFacts row={row} />}
      <Touches />
      <Quick row={row} />
      <section><h3>History</h3><SettingHistory key={row.id} target={id} id={row.id} /></section>
    </aside>
  );
}
