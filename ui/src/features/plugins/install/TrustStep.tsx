/** The trust sheet: everything that was read, in words, before anything of it runs. */
import { useId } from 'react';
import type { Finding, PluginCandidate, PluginInspection, PluginRow } from '../../../bindings';
import { Banner, Checkbox, ErrorBox, FindingBanner, Foreign, Glyph, TextField, Waiting, visible } from '../../../ui';
import { Files, Needs, Reach, ToolNames } from '../parts';
import { usePlugin, usePluginTools, usePlugins } from '../queries';
import { kindWords, many, nameProblem, takenBy } from '../words';
import { driftOf } from './drift';
import type { Trusting } from './use-inspection';

export interface Wish { dir: string; tool: string; name: string; enable: boolean }

export function wishFor(candidate: PluginCandidate): Wish {
  return { dir: candidate.dir, tool: candidate.replaces?.slice(0, candidate.replaces.lastIndexOf(':')) ?? candidate.fits[0] ?? '', name: candidate.name, enable: true };
}

/** Only these have to be asked: bundles and manifests say it in a file, and a platform of Broca adds no tools. */
export const canTell = (candidate: PluginCandidate) => candidate.kind === 'smcp';

export const blocking = (findings: Finding[]) => findings.filter((finding) => finding.level === 'error');

/** What is wrong with the name that was proposed is no matter under another one; the plan judges that. */
const ofName = ['name_rule', 'broca_name', 'broca_hidden'];
const standing = (candidate: PluginCandidate, wish: Wish) => (wish.name === candidate.name ? candidate.findings : candidate.findings.filter((finding) => !ofName.includes(finding.code)));

/** Why it cannot be called so: in one line, or nothing. */
function nameWords(candidate: PluginCandidate, wish: Wish, installed: PluginRow[]): string | null {
  const { twin } = takenBy(installed, wish.tool, wish.name);
  if (twin) return `It differs from the installed ${visible(twin.name)} only in spelling, and a Mac takes them for one folder.`;
  return nameProblem(wish.name, candidate.kind);
}

/** Why it cannot go on to the plan. */
export function wishProblem(inspection: PluginInspection, wish: Wish | null, installed: PluginRow[] = []): string | null {
  const candidate = wish && inspection.candidates.find((one) => one.dir === wish.dir);
  if (!candidate) return inspection.candidates.length === 0 ? 'There is no plugin in it.' : 'Choose one of them first.';
  const bad = blocking([...inspection.findings, ...standing(candidate, wish)]);
  if (bad.length > 0) return bad.length === 1 ? 'What was found in it stands in the way.' : `${bad.length} things that were found in it stand in the way.`;
  if (wish.tool === '') return 'No tool of this Sanctum fits it.';
  return nameWords(candidate, wish, installed)?.replaceAll('`', '') ?? null;
}

function Candidates({ inspection, wish, onWish }: { inspection: PluginInspection; wish: Wish | null; onWish: (wish: Wish) => void }) {
  const group = useId();
  if (inspection.candidates.length < 2) return null;
  return (
    <fieldset className="choices-set" data-testid="candidates">
      <legend className="form-label">{many(inspection.candidates.length, 'plugin')} in it. Which one?</legend>
      <div className="group pick-items">
        {inspection.candidates.slice(0, 200).map((one) => (
          <label key={one.dir} className="pick-item" data-chosen={one.dir === wish?.dir || undefined}>
            <input type="radio" className="radio-input" name={group} checked={one.dir === wish?.dir} onChange={() => onWish(wishFor(one))} />
            <span className="grow"><b className="medium"><Foreign>{one.title || one.name}</Foreign></b> <code><Foreign>{one.dir}</Foreign></code></span>
            {blocking(one.findings).length > 0 && <span className="st"><Glyph word="Error" />blocked</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Where({ candidate, wish, onWish }: { candidate: PluginCandidate; wish: Wish; onWish: (wish: Wish) => void }) {
  const group = useId();
  const tools = usePluginTools();
  const titleOf = (tool: string) => tools.find((one) => one.tool === tool)?.title ?? (tool === 'smcp' ? 'SMCP' : tool);
  const installed = usePlugins('', 'tool').data?.rows ?? [];
  const { same } = takenBy(installed, wish.tool, wish.name);
  return (
    <div className="plugin-where">
      {same && <Banner kind="info" data-testid="plugin-replaces" title={<>It updates <Foreign>{same.title || same.name}</Foreign>{same.version != null && <> from <Foreign>{same.version}</Foreign></>} of <Foreign>{titleOf(wish.tool)}</Foreign>.</>}>The version that is there is kept and can be put back. Under another name it is installed beside it.</Banner>}
      {candidate.fits.length > 1 && (
        <fieldset className="choices-set">
          <legend className="form-label">For which tool?</legend>
          <div className="group pick-items">
            {candidate.fits.map((tool) => <label key={tool} className="pick-item" data-chosen={tool === wish.tool || undefined}><input type="radio" className="radio-input" name={group} checked={tool === wish.tool} onChange={() => onWish({ ...wish, tool })} data-testid={`fits-${tool}`} /><Foreign>{titleOf(tool)}</Foreign></label>)}
          </div>
        </fieldset>
      )}
      {candidate.fits.length === 1 && !same && <p className="small muted">For <b className="medium"><Foreign>{titleOf(candidate.fits[0]!)}</Foreign></b>.</p>}
      <TextField label="Name of its folder" mono value={wish.name} onChange={(name) => onWish({ ...wish, name })} error={nameWords(candidate, wish, installed)} help={candidate.kind === 'broca' ? undefined : <>Its tools begin with it: <code><Foreign>{`${wish.name}__…`}</Foreign></code></>} data-testid="plugin-name" />
      <div className="group"><Checkbox checked={wish.enable} onChange={(enable) => onWish({ ...wish, enable })} help="Otherwise its files are there and it is not loaded." data-testid="plugin-enable-now">Enable it at once</Checkbox></div>
    </div>
  );
}

const marks = { new: '+', gone: '−', changed: '~' } as const;

/** Of an update: what it reaches for, needs and asks for that the installed version does not. */
function Changes({ candidate }: { candidate: PluginCandidate }) {
  const installed = usePlugin(candidate.replaces).data;
  if (!installed) return null;
  const lines = driftOf(candidate, installed);
  return (
    <section aria-label="What the update changes" data-testid="plugin-drift">
      <div className="group-head"><h2>What the update changes</h2><span className="count">{lines.length === 0 ? 'nothing new is reached for, needed or asked for' : many(lines.length, 'change')}</span></div>
      {lines.length > 0 && (
        <ul className="group plugin-files">
          {lines.slice(0, 100).map((line) => (
            <li key={`${line.mark} ${line.what} ${line.text}`} className="row"><span className="mono faint" aria-hidden="true">{marks[line.mark]}</span><span className="nowrap"><Foreign>{line.what}</Foreign></span><span className="mono cut grow" title={visible(line.text)}><Foreign>{line.text}</Foreign></span><span className="caption faint nowrap">{line.mark}</span></li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Settings({ candidate }: { candidate: PluginCandidate }) {
  if (candidate.settings.length === 0) return null;
  return (
    <section aria-label="Settings it asks for">
      <div className="group-head"><h2>Settings it asks for</h2><span className="count">they are set after it was installed</span></div>
      <ul className="group plugin-asks">
        {candidate.settings.slice(0, 100).map((setting) => (
          <li key={setting.key}><span className="row"><b className="medium"><Foreign>{setting.title || setting.key}</Foreign></b><code className="caption faint"><Foreign>{setting.key}</Foreign></code>{setting.required && <span className="chip chip-warn">Required</span>}{setting.secret && <span className="chip">Secret, kept in the keychain</span>}</span>{setting.description && <span className="small muted"><Foreign>{setting.description}</Foreign></span>}</li>
        ))}
      </ul>
    </section>
  );
}

function Trust({ candidate, trusting, onTrust, onStop }: { candidate: PluginCandidate; trusting: Trusting; onTrust: () => void; onStop: () => void }) {
  const mine = trusting?.dir === candidate.dir ? trusting : null;
  if (candidate.trusted || candidate.tools.length > 0) {
    return (
      <section aria-label="Tools it adds" data-testid="plugin-trusted">
        <div className="group-head"><h2>Tools it adds</h2><span className="count">{candidate.tools.length === 0 ? 'it says that it adds none' : candidate.tools.length}</span></div>
        {candidate.tools.length > 0 && <ToolNames tools={candidate.tools} />}
      </section>
    );
  }
  if (!canTell(candidate)) return null;
  return (
    <section aria-label="Trust" className="plugin-trust">
      <div className="group-head"><h2>Which tools it adds is not known yet</h2></div>
      <p className="small muted">Only its own code tells, so asking runs <code>cli.py --describe</code>: without any secret, in an empty folder, for a few seconds at most. It is still your user that runs it. You can also install it without.</p>
      {mine?.error === null && <Waiting onCancel={onStop}>Asking it for its tools</Waiting>}
      {mine?.error && <ErrorBox error={mine.error} onRetry={onTrust} />}
    </section>
  );
}

interface Props { inspection: PluginInspection; wish: Wish | null; onWish: (wish: Wish) => void; trusting: Trusting; onTrust: () => void; onStop: () => void }

export function TrustStep({ inspection, wish, onWish, trusting, onTrust, onStop }: Props) {
  const candidate = inspection.candidates.find((one) => one.dir === wish?.dir);
  const updates = candidate !== undefined && candidate.replaces !== null && candidate.replaces === `${wish?.tool}:${wish?.name}`;
  const findings = [...inspection.findings, ...(candidate && wish ? standing(candidate, wish) : [])].sort((a, b) => Number(b.level === 'error') - Number(a.level === 'error'));
  return (
    <>
      {findings.slice(0, 20).map((finding, i) => <FindingBanner key={i} finding={finding} />)}
      {inspection.candidates.length === 0 && <p data-testid="no-candidate">No plugin was found in it. One is a folder with <code>cli.py</code> (SMCP), with <code>plugin.py</code> (Broca), or an MCP bundle.</p>}
      <Candidates inspection={inspection} wish={wish} onWish={onWish} />
      {candidate && wish && (
        <>
          <div className="plugin-who" data-testid="plugin-who">
            <p><b className="medium"><Foreign>{candidate.title || candidate.name}</Foreign></b> <span className="faint"><Foreign>{candidate.version ?? 'no version'}</Foreign> · {kindWords(candidate.kind)} · {candidate.licence === null ? 'no licence found' : <>licence <Foreign>{candidate.licence}</Foreign></>}</span></p>
            {candidate.description && <p className="small muted"><Foreign>{candidate.description}</Foreign></p>}
            <p className="caption faint" title={visible(inspection.from)}>from <Foreign>{inspection.from}</Foreign></p>
          </div>
          <Where key={candidate.dir} candidate={candidate} wish={wish} onWish={onWish} />
          {updates && <Changes candidate={candidate} />}
          <Files files={updates ? candidate.files : candidate.files.filter((file) => file.state !== 'gone').map((file) => ({ ...file, state: null }))} hash={candidate.hash} update={updates} {...(updates && candidate.replaces !== null ? { compare: { kind: 'update' as const, inspection: inspection.id, dir: candidate.dir, id: candidate.replaces } } : {})} />
          <Reach reach={candidate.reach} note="read from its code; what it hides there is not seen" />
          <Needs needs={candidate.needs} />
          <Settings candidate={candidate} />
          <Trust candidate={candidate} trusting={trusting} onTrust={onTrust} onStop={onStop} />
        </>
      )}
    </>
  );
}
