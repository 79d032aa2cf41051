import type { SettingRow } from '../../bindings';
import { navigate } from '../../app/router';
import { Button, FieldMessage, Foreign, Glyph, Prose } from '../../ui';
import { type Field, useForm } from './form-context';
import { rank, shown, titleOf } from './values';

/** What blocks an edit, in the order a person can do something about it. */
export function wrongWith(row: SettingRow, field: Field): string | null {
  const { edit, mine } = field;
  if (edit?.broken) return edit.broken;
  const blocking = mine.problems.find((problem) => problem.blocks);
  if (blocking) return blocking.message;
  return edit ? null : row.problem;
}

function ByEnvironment({ row, field }: { row: SettingRow; field: Field }) {
  const { draft, flush } = useForm();
  const { edit, mine } = field;
  if (!edit) return null;
  const put = (byEnvironment: boolean) => { draft.put(row.id, { ...edit, byEnvironment }); flush(); };
  if (mine.problems.some((problem) => problem.code === 'unquotable') && !edit.byEnvironment) {
    return <Button size="s" className="setting-note" onClick={() => put(true)} data-testid={`setting-by-environment-${row.id}`}>Hand it over in the process environment</Button>;
  }
  if (!edit.byEnvironment || row.by_environment) return null;
  return <p className="caption muted setting-note">The module gets it in its process environment; no file holds it. <Button kind="link" onClick={() => put(false)}>Write it to the file instead</Button></p>;
}

function Drifted({ row }: { row: SettingRow }) {
  const { drift, file } = row;
  if (!drift) return null;
  return (
    <p className="caption setting-note setting-warn">
      <Glyph word="Degraded" />
      <span>
        {drift.theirs === null ? 'The file does not have it any more.' : drift.secret ? 'The file says something else.' : <>The file says <code><Foreign>{shown(drift.theirs)}</Foreign></code>.</>}
        {file && <> <Button kind="link" onClick={() => navigate({ view: 'drift', file })} aria-label={`Compare ${row.title || row.key}`}>Compare…</Button></>}
      </span>
    </p>
  );
}

/** Under the field: what is wrong, what to know. */
export function Messages({ row, field, id }: { row: SettingRow; field: Field; id: string }) {
  const { target } = useForm();
  const { edit, mine, level } = field;
  const wrong = wrongWith(row, field);
  const beaten = row.level !== null && edit?.op !== 'reset' && rank(row.level) > rank(level);
  return (
    <>
      {wrong && <FieldMessage id={`${id}-error`}>{wrong}</FieldMessage>}
      <ByEnvironment row={row} field={field} />
      {mine.problems.filter((problem) => !problem.blocks).map((problem) => (
        <p key={problem.code} className="caption setting-note setting-warn" role="status"><Glyph word="Degraded" /><Prose>{problem.message}</Prose></p>
      ))}
      <Drifted row={row} />
      {beaten && row.level && <p className="caption muted setting-note"><Foreign>{titleOf(target, row.level)}</Foreign> says {row.secret ? 'its own' : <code><Foreign>{shown(row.value)}</Foreign></code>}, and that wins here.</p>}
      {row.read_only && <p className="caption muted setting-note" id={`${id}-locked`}>Can’t be changed here. <Prose>{row.read_only}</Prose></p>}
      {row.dead !== null && <p className="caption muted setting-note">Nothing reads it{row.dead ? <>: <Prose>{row.dead}</Prose></> : '.'}</p>}
      {row.note && <p className="caption muted setting-note"><Prose>{row.note}</Prose></p>}
      {row.needs_restart && <p className="caption muted setting-note">The module runs since before this was changed; it sees the value after a restart.</p>}
    </>
  );
}
