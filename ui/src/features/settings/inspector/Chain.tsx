import type { SettingRow } from '../../../bindings';
import { Foreign, RelativeTime } from '../../../ui';
import type { Edit } from '../draft';
import { chainWith, shown, sourceWords } from '../values';

/** Every level with what it says, who set it, when, and the file and line; the pending change is told as such. One that is left out changes nothing here. */
export function Chain({ row, edit, leftOut }: { row: SettingRow; edit: Edit | null; leftOut: boolean }) {
  return (
    <ol className="chain" data-testid="chain">
      {chainWith(row, leftOut ? null : edit).map((link) => {
        const unset = link.value === null;
        return (
          <li key={link.level} data-level={link.level} data-unset={unset || undefined} data-over={(!unset && !link.wins) || undefined} data-wins={link.wins || undefined}>
            <span className="dot" aria-hidden="true" />
            <div className="lv">
              <b><Foreign>{link.title}</Foreign></b>
              <span className="mono cut"><Foreign>{row.secret ? (unset ? 'not set' : 'set') : shown(link.value)}</Foreign></span>
              {link.wins && <span className="sr">in effect</span>}
              {!unset && !link.wins && <span className="sr">overridden</span>}
            </div>
            {link.pending ? (
              <div className="by">you · not applied yet</div>
            ) : (
              !unset && (link.who || link.source) && (
                <div className="by selectable">
                  {link.who && <Foreign>{link.who}</Foreign>}
                  {link.when && <>{link.who && ' · '}<RelativeTime at={link.when} bare /></>}
                  {link.source && <>{(link.who || link.when) && ' · '}<span className="mono"><Foreign>{sourceWords(link.source)}</Foreign></span></>}
                </div>
              )
            )}
          </li>
        );
      })}
    </ol>
  );
}
