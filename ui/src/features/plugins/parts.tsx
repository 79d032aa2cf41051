/** What the page of a plugin and the sheet that installs one both show: files, reach, needs. */
import type { PluginComparison, PluginFile, PluginNeed, PluginReach, PluginTool } from '../../bindings';
import { Foreign, Glyph, Icon, Prose, visible } from '../../ui';
import { FileLines } from './FileLines';
import { filesWords, many, reachKinds, shortHash, sizeWords } from './words';

/** Of a long list these are written out. */
const MOST_FILES = 200;

const isOdd = (file: PluginFile) => file.state !== null && file.state !== 'same';

function FileLine({ file, update, compare }: { file: PluginFile; update: boolean; compare: PluginComparison | undefined }) {
  const odd = isOdd(file);
  const line = (
    <>
      {odd && !update ? <Glyph word="Error" /> : <Icon name="file" size="s" />}
      <span className="mono cut grow" title={visible(file.path)}><Foreign>{file.path}</Foreign></span>
      <span className="caption faint nowrap">{odd ? (update && file.state === 'added' ? 'new' : file.state) : sizeWords(file.size)}</span>
    </>
  );
  return <li data-testid="plugin-file">{odd && compare ? <FileLines compare={compare} path={file.path}>{line}</FileLines> : <div className="row">{line}</div>}</li>;
}

/** Changed ones first; the others are one line that opens. Of an update the states are against the installed version, and no error. */
export function Files({ files, hash, expected, update = false, compare }: { files: PluginFile[]; hash: string; expected?: string; update?: boolean; compare?: PluginComparison }) {
  const odd = files.filter(isOdd);
  const rest = files.filter((file) => !isOdd(file));
  const known = rest.some((file) => file.state === 'same');
  if (files.length === 0 && hash === '') return null;
  return (
    <section aria-label="Files">
      <div className="group-head"><h2>Files</h2><span className="count">{filesWords(files)}</span></div>
      <div className="group plugin-files">
        {odd.length > 0 && <ul>{odd.slice(0, MOST_FILES).map((file) => <FileLine key={file.path} file={file} update={update} compare={compare} />)}</ul>}
        {odd.length > MOST_FILES && <p className="caption faint pad-s">{many(odd.length - MOST_FILES, 'more file')} not listed.</p>}
        {rest.length > 0 && (
          <details className="py-fold plugin-fold">
            <summary>{known ? <Glyph word="Healthy" /> : <Icon name="folder" size="s" />}<span className="grow">{odd.length > 0 ? many(rest.length, 'other file') : many(rest.length, 'file')}</span>{known && <span className="caption faint">{update ? 'as installed' : 'hash agrees'}</span>}<span className="fold-mark"><Icon name="right" size="s" /></span></summary>
            <ul className="plugin-file-list">{rest.slice(0, MOST_FILES).map((file) => <FileLine key={file.path} file={file} update={update} compare={undefined} />)}</ul>
            {rest.length > MOST_FILES && <p className="caption faint pad-s">{many(rest.length - MOST_FILES, 'more file')} not listed.</p>}
          </details>
        )}
        {hash !== '' && <div className="row caption faint mono plugin-hash" title={visible(hash)}><span className="grow">content {shortHash(visible(hash))}</span>{expected !== undefined && expected !== hash && <span>expected {shortHash(visible(expected))}</span>}</div>}
      </div>
    </section>
  );
}

/** Read from its code, in the same four lines for each, so that what is missing is seen too. */
export function Reach({ reach, note }: { reach: PluginReach[]; note: string }) {
  const other = reach.filter((one) => !reachKinds.some(({ kind }) => kind === one.kind));
  return (
    <section aria-label="What it can reach">
      <div className="group-head"><h2>What it can reach</h2><span className="count">{note}</span></div>
      <dl className="group plugin-reach">
        {[...reachKinds, ...other.map(({ kind }) => ({ kind, label: kind, icon: 'info' as const, none: '' }))].map(({ kind, label, icon, none }) => {
          const found = reach.filter((one) => one.kind === kind);
          return (
            <div key={kind}>
              <dt><Icon name={icon} size="s" /><Foreign>{label}</Foreign></dt>
              <dd>
                {found.length === 0 ? <span className="muted">{none}</span> : found.map((one, i) => (
                  <span key={i} className="reach-line"><Prose>{one.words}</Prose>{one.seen.length > 0 && <span className="caption faint mono"> <Foreign>{one.seen.slice(0, 4).join(', ')}</Foreign>{one.seen.length > 4 && ` and ${one.seen.length - 4} more`}</span>}</span>
                ))}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

export function Needs({ needs, where }: { needs: PluginNeed[]; where?: string }) {
  return (
    <section aria-label="Needs">
      <div className="group-head"><h2>Needs</h2><span className="count">{needs.length === 0 ? 'no package beyond Python itself' : <>{many(needs.length, 'package')}{where && <> in <span className="mono"><Foreign>{where}</Foreign></span></>}</>}</span></div>
      {needs.length > 0 && (
        <div className="group">
          <table className="table plugin-needs" aria-label="Needed packages">
            <thead><tr><th>Package</th><th>Wanted</th><th>Installed</th><th>Verdict</th></tr></thead>
            <tbody>
              {needs.map((need) => (
                <tr key={need.package}>
                  <td className="mono" title={visible(need.package)}><Foreign>{need.package}</Foreign></td><td className="mono faint"><Foreign>{need.wanted || 'any'}</Foreign></td><td className="mono"><Foreign>{need.installed ?? '–'}</Foreign></td>
                  <td title={visible(need.verdict.reason)}><span className="st"><Glyph word={need.verdict.word} /><span className="cut"><Foreign>{need.verdict.reason || need.verdict.word}</Foreign></span></span></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export function ToolNames({ tools }: { tools: PluginTool[] }) {
  return <ul className="group plugin-tool-names">{tools.map((tool) => <li key={tool.name}><span className="mono"><Foreign>{tool.name}</Foreign></span><span className="small muted"><Foreign>{tool.description}</Foreign></span></li>)}</ul>;
}
