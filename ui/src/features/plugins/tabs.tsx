/** Versions, and who uses it. */
import { useState } from 'react';
import type { PluginDetail, PluginVersion } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { Button, Foreign, RelativeTime, visible } from '../../ui';
import { usePluginActs } from './acts';
import { CompareVersion } from './CompareVersion';
import { shortHash, sizeWords } from './words';

function Version({ version, detail, onCompare }: { version: PluginVersion; detail: PluginDetail; onCompare: (version: PluginVersion) => void }) {
  const acts = usePluginActs();
  const again = version.current && detail.row.quarantined;
  const name = version.version ?? shortHash(version.hash);
  return (
    <li className="plugin-version-row">
      <div className="grow">
        <span className="row"><b className="medium"><Foreign>{name}</Foreign></b>{version.current && <span className="chip chip-here">Installed</span>}<span className="caption faint mono">{shortHash(visible(version.hash))}</span></span>
        <p className="small muted">from <Foreign>{version.from}</Foreign>{version.installed_at !== null && <>, <RelativeTime at={version.installed_at} bare /></>}, {sizeWords(version.size)}</p>
      </div>
      {!version.current && <Button size="s" onClick={() => onCompare(version)} aria-label={`Compare ${visible(name)} with what is installed`} data-testid="plugin-compare">Compare</Button>}
      {(!version.current || again) && <Button size="s" icon="undo" onClick={() => acts.putBack(detail.row, version)} aria-label={`Put ${visible(name)} back…`} data-testid="plugin-put-back">Put back…</Button>}
    </li>
  );
}

export function VersionsTab({ detail }: { detail: PluginDetail }) {
  const shell = useShell();
  const acts = usePluginActs();
  const { row } = detail;
  const [compared, setCompared] = useState<PluginVersion | null>(null);
  return (
    <section aria-label="Versions">
      <div className="group-head"><h2>Kept versions</h2><span className="count">each can be put back as it was</span><span className="grow" />{row.update === null && <Button size="s" onClick={() => shell.installPlugin(null)}>Install another version…</Button>}</div>
      {row.update !== null && (
        <div className="group plugin-update"><div className="plugin-version-row"><div className="grow"><b className="medium"><Foreign>{row.update}</Foreign> is available</b><p className="small muted">It is looked at first, like anything new. The version that is there is kept.</p></div><Button size="s" kind="primary" onClick={() => acts.update(row)} data-testid="plugin-update-here">Update…</Button></div></div>
      )}
      {detail.versions.length === 0
        ? <p className="muted small">None is kept: it was put here by hand. The first update keeps it.</p>
        : <ul className="group">{detail.versions.map((version) => <Version key={version.hash} version={version} detail={detail} onCompare={setCompared} />)}</ul>}
      {compared && <CompareVersion row={row} version={compared} onClose={() => setCompared(null)} />}
    </section>
  );
}

export function UsedByTab({ detail }: { detail: PluginDetail }) {
  return (
    <section aria-label="Used by">
      <div className="group-head"><h2>Used by</h2><span className="count">{detail.used_by.length === 0 ? 'nobody now' : 'they would miss it'}</span></div>
      {detail.used_by.length === 0
        ? <p className="muted small">{detail.row.enabled ? 'No agent reaches the tool it belongs to.' : 'It is off, so nobody reaches it.'}</p>
        : <ul className="group plugin-used">{detail.used_by.map((name) => <li key={name}><Foreign>{name}</Foreign></li>)}</ul>}
    </section>
  );
}
