import type { PortRow } from '../../../bindings';
import { Glyph } from '../../../ui/Icon';
import { Foreign } from '../../../ui/text';
import { useWizard } from '../wizard-context';

/** Who gets which port, and what holds it or made it move. */
export function PortsTable({ rows, named }: { rows: readonly PortRow[]; named: boolean }) {
  if (rows.length === 0) return <p className="small muted">Nothing that is chosen needs a port.</p>;
  return (
    <div className="group">
      <table className="table wports" data-testid="wizard-ports">
        <thead><tr><th scope="col">Agent</th><th scope="col">Module</th><th scope="col" className="num wport">Port</th><th scope="col" className="wstate">State</th></tr></thead>
        <tbody>{rows.map((row) => <Row key={`${row.agent ?? ''} ${row.module}`} row={row} named={named} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ row, named }: { row: PortRow; named: boolean }) {
  const { defaults } = useWizard();
  const title = defaults.modules.find((m) => m.name === row.module)?.title ?? row.module;
  return (
    <tr>
      <td>{row.agent === null ? <span className="muted">shared</span> : !named ? <span className="muted">the first agent</span> : <Foreign>{row.agent}</Foreign>}</td>
      <td><Foreign>{title}</Foreign></td>
      <td className="num mono wport">{row.port}</td>
      <td className="wstate"><PortState row={row} /></td>
    </tr>
  );
}

function PortState({ row }: { row: PortRow }) {
  if (row.moved_from !== null) {
    const why = row.held_by === null ? `moved from ${row.moved_from}, which is held` : `moved from ${row.moved_from}: ${row.held_by} holds it`;
    return <span className="st" title={why}><Glyph word="Degraded" /><span className="word">Moved</span><span className="why"><Foreign>{why.replace(/^moved /, '')}</Foreign></span></span>;
  }
  if (row.held_by !== null) {
    return <span className="st" title={row.held_by}><Glyph word="Degraded" /><span className="word">Held</span><span className="why"><Foreign>{`${row.held_by} listens there`}</Foreign></span></span>;
  }
  return <span className="st"><Glyph word="Healthy" /><span className="word">Free</span><span className="why">nothing listens there</span></span>;
}
