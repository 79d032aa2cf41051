import type { ModuleRow } from '../../bindings';
import { Foreign, Glyph, RelativeTime, Spinner, useNow, visible } from '../../ui';
import { type Act, standOf } from './words';

/** Shape, word, reason, age of an instance; what begins or ends says what it waits for. */
export function StandWords({ row, doing }: { row: ModuleRow; doing: Act | undefined }) {
  const stand = standOf(row, doing, useNow());
  return (
    <span className="st">
      {stand.busy ? <Spinner /> : <Glyph word={stand.glyph} />}
      <span className="word">{stand.word}</span>
      {stand.reason && <span className="why" title={visible(stand.reason)}><Foreign>{stand.reason}</Foreign></span>}
      {!stand.busy && (row.status.measured_at ? <RelativeTime at={row.status.measured_at} className="age" bare /> : <span className="age">not measured</span>)}
    </span>
  );
}
