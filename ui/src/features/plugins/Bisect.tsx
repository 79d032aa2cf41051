/** Finding the plugin that breaks its tool: half of the suspects are on at a time, and each answer halves them. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Bisect as Look } from '../../bindings';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { toPlatformError } from '../../platform/platform';
import { Banner, Button, ErrorBox, Foreign, Glyph, ProgressBar, Prose, Sheet, Waiting, visible } from '../../ui';
import { usePluginActs } from './acts';
import { usePluginTools, usePlugins } from './queries';
import { many, mostSteps } from './words';

function Choose({ chosen, fixed, onChoose }: { chosen: string | null; fixed: boolean; onChoose: (tool: string) => void }) {
  const tools = usePluginTools();
  if (tools.length === 0) return <p className="muted">No tool has plugins.</p>;
  return (
    <fieldset className="choices-set">
      <legend className="form-label">Which tool does not work?</legend>
      <div className="group pick-items">
        {tools.map(({ tool, title, on }) => (
          <label key={tool} className="check-row">
            <input type="radio" className="radio-input" name="bisect-tool" checked={tool === chosen} onChange={() => onChoose(tool)} disabled={fixed || on < 1} />
            <span className="grow"><b className="medium"><Foreign>{title}</Foreign></b><span className="form-help">{on < 1 ? 'None is on, so none of them breaks it.' : `${many(on, 'plugin')} on, at most ${mostSteps(on)} restarts.`}</span></span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Names({ title, ids, nameOf }: { title: string; ids: string[]; nameOf: (id: string) => string }) {
  return (
    <section>
      <h2 className="bisect-head">{title} <span className="caption faint">{ids.length}</span></h2>
      <ul className="bisect-names">{ids.slice(0, 24).map((id) => <li key={id} className="chip"><span className="cut chip-word"><Foreign>{nameOf(id)}</Foreign></span></li>)}{ids.length > 24 && <li className="caption faint">and {ids.length - 24} more</li>}</ul>
    </section>
  );
}

function Result({ look, nameOf }: { look: Look; nameOf: (id: string) => string }) {
  if (look.culprit === null) return <Banner kind="info" title={<Prose>{look.words || 'Nothing was found.'}</Prose>} data-testid="bisect-result">{look.seen !== null && <Prose>{look.seen}</Prose>}</Banner>;
  return <Banner kind="warn" title={<>It is <Foreign>{nameOf(look.culprit)}</Foreign>.</>} data-testid="bisect-result">Found after {many(look.step, 'restart')}. <Prose>{look.words}</Prose></Banner>;
}

export function BisectSheet({ tool: asked, onClose }: { tool: string | null; onClose: () => void }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const acts = usePluginActs();
  const rows = usePlugins('', 'tool').data?.rows ?? [];
  const tools = usePluginTools();
  const [tool, setTool] = useState(asked);
  const [look, setLook] = useState<Look | null>(null);
  const step = useMutation({ mutationFn: (act: 'start' | 'good' | 'bad' | 'measure' | 'stop') => {
    const of = look?.tool ?? tool ?? '';
    if (act === 'start') return platform.bisectStart(of);
    return act === 'stop' ? platform.bisectStop(of) : platform.bisectStep(of, act === 'measure' ? null : act === 'bad');
  }, onSuccess: (next) => { setLook((now) => (now?.done && !next.done ? now : next)); void client.invalidateQueries({ queryKey: keys.plugins }); } });
  const nameOf = (id: string) => rows.find((row) => row.id === id || (row.tool === tool && row.name === id))?.title ?? id;
  const culprit = look?.culprit == null ? undefined : rows.find((row) => row.id === look.culprit || (row.tool === look.tool && row.name === look.culprit));
  const title = tools.find((one) => one.tool === tool)?.title ?? tool ?? '';
  const running = look !== null && !look.done;
  const busy = step.isPending;
  const doing = step.variables;
  // A search that this window does not know of: it was begun before the window was opened anew.
  const goesOn = look === null && step.error !== null && toPlatformError(step.error).code === 'bisect_running';
  const waits = { start: `Putting half of the plugins aside and starting ${visible(title)}`, good: `Starting ${visible(title)} with others`, bad: `Starting ${visible(title)} with others`, measure: `Measuring, and starting ${visible(title)} with others`, stop: 'Putting everything back' };
  return (
    <Sheet label="Find the culprit" onClose={onClose} busy={running || busy} className="form-sheet bisect-sheet" data-testid="bisect-sheet">
      <header><h1>Find the culprit</h1><p className="muted plan-summary">{look === null ? 'Half of the plugins are put aside at a time, so that each restart halves the suspects. In the end all others are put back as they were.' : <>In <Foreign>{title}</Foreign>. The other tools run on.</>}</p></header>
      <div className="sheet-body">
        {look === null && <Choose chosen={tool} fixed={busy} onChoose={setTool} />}
        {look !== null && !look.done && (
          <>
            <div className="bisect-progress" data-testid="bisect-step"><span className="medium">Step {look.step} of at most {look.most}</span><ProgressBar share={look.step / Math.max(1, look.most)} label="Restarts" /></div>
            {look.seen !== null && <p className="row small" role="status" data-testid="bisect-seen"><Glyph word="Unknown" /><span>Measured: <Prose>{look.seen}</Prose></span></p>}
            <p><Prose>{look.words}</Prose></p>
            <div className="plugin-two"><Names title="On now" ids={look.on} nameOf={nameOf} /><Names title="Suspected" ids={look.suspects} nameOf={nameOf} /></div>
          </>
        )}
        {look?.done && <Result look={look} nameOf={nameOf} />}
        {busy && doing && <Waiting>{waits[doing]}</Waiting>}
        {step.error !== null && !busy && <ErrorBox error={step.error} onRetry={doing && !goesOn ? () => step.mutate(doing) : undefined}
          actions={goesOn && <><Button size="s" onClick={() => step.mutate('measure')}>Go on with it</Button><Button size="s" onClick={() => step.mutate('stop')} data-testid="bisect-stop-old">Stop it and put everything back</Button></>} />}
      </div>
      <footer>
        {running ? (
          <>
            <Button busy={busy && doing === 'stop'} onClick={() => step.mutate('stop')} data-testid="bisect-stop">Stop and put everything back</Button>
            <span className="grow" />
            <Button why={busy ? 'It restarts just now.' : null} onClick={() => step.mutate('good')} data-testid="bisect-good">It works</Button>
            <Button why={busy ? 'It restarts just now.' : null} onClick={() => step.mutate('bad')} data-testid="bisect-bad">It is broken</Button>
            <Button kind="primary" busy={busy && doing === 'measure'} onClick={() => step.mutate('measure')} data-testid="bisect-measure">{look.seen === null ? 'Let it measure' : 'Go by what was measured'}</Button>
          </>
        ) : look?.done ? (
          <>
            <span className="grow" />
            <Button onClick={onClose} keys="esc">Close</Button>
            {culprit && <Button onClick={() => { onClose(); navigate({ view: 'plugins', part: 'list', id: culprit.id }); }}>Show it</Button>}
            {culprit?.enabled && <Button kind="primary" onClick={() => { onClose(); acts.enable(culprit, false); }} data-testid="bisect-disable">Disable it…</Button>}
          </>
        ) : (
          <>
            <span className="caption faint grow" data-testid="bisect-note">{busy ? (doing === 'stop' ? 'Everything is being put back.' : 'Plugins are being put aside just now.') : step.error === null ? 'Nothing has been changed yet.' : ''}</span>
            {busy
              ? <Button busy={doing === 'stop'} onClick={() => step.mutate('stop')} data-testid="bisect-stop">Stop and put everything back</Button>
              : <Button onClick={onClose} keys="esc">Cancel</Button>}
            <Button kind="primary" busy={busy} why={tool === null ? 'Choose a tool first.' : null} onClick={() => step.mutate('start')} data-testid="bisect-start">Begin</Button>
          </>
        )}
      </footer>
    </Sheet>
  );
}
