import { useCallback, useEffect, useRef, useState } from 'react';
import type { DriftFile, DriftTake, SettingDrift } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { toHash } from '../../app/router';
import { accelerator } from '../../commands/shortcut';
import { usePlatform } from '../../platform/context';
import { Banner, Button, Foreign, Glyph, Prose, visible } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { type Chosen, choicesOf, choose, chooseAll, takeOf, undecided } from './choices';
import { DriftKey } from './DriftKey';

function Head({ file, onAll }: { file: DriftFile; onAll: (take: DriftTake) => void }) {
  const shell = useShell();
  return (
    <>
      <div className="detail-head">
        <div className="grow">
          <h2><Foreign>{file.title}</Foreign></h2>
          <code className="small muted"><Foreign>{file.file}</Foreign></code>
        </div>
        <div className="row">
          {file.target !== null && <a className="btn" href={toHash({ view: 'tool', id: file.target })}>Open its settings</a>}
          <Button icon="folder" onClick={() => shell.showPath(file.file)}>Show file</Button>
        </div>
      </div>
      {file.unreadable === null && (
        <div className="row drift-all">
          <p className="small muted grow">Somebody or something else wrote to this file. Nothing is overwritten until a plan was applied.</p>
          <Button size="s" onClick={() => onAll('theirs')} data-testid="drift-all-theirs">Take all of the file</Button>
          <Button size="s" onClick={() => onAll('ours')} data-testid="drift-all-ours">Keep all of ours</Button>
        </div>
      )}
    </>
  );
}

function FootBar({ file, chosen, onReview }: { file: DriftFile; chosen: Chosen; onReview: () => void }) {
  const { platform: os } = useShell();
  const open = undecided(file, chosen);
  const first = open[0];
  const decided = file.keys.length - open.length;
  return (
    <footer className="footbar">
      <span data-testid="drift-decided"><b className="medium">{decided} of {file.keys.length}</b> decided</span>
      <span className="grow" />
      {first && <span className="row small warn-words" role="status"><Glyph word="Degraded" />{open.length === 1 ? '1 was changed in both' : `${open.length} were changed in both`}, choose</span>}
      <Button kind="primary" keys={accelerator('CmdOrCtrl+Enter', os)} onClick={onReview} data-testid="drift-review"
        why={first ? `Choose for ${visible(first.title || first.key)} first.` : null}>Review plan</Button>
    </footer>
  );
}

/** ⌘↩ from anywhere in the view, unless a sheet stands over it. */
function useReviewKey(os: string, review: () => void) {
  const now = useRef(review);
  useEffect(() => { now.current = review; });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || event.repeat || event.isComposing || !(os === 'macos' ? event.metaKey : event.ctrlKey) || document.querySelector('.scrim')) return;
      event.preventDefault();
      now.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [os]);
}

/** The choices of one file, and the plan they make. */
export function DriftFileForm({ file }: { file: DriftFile }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const { platform: os } = useShell();
  const [chosen, setChosen] = useState<Chosen>({});
  const onChoose = useCallback((entry: SettingDrift, take: DriftTake) => setChosen((old) => choose(old, entry, take)), []);
  const choices = choicesOf(file, chosen);
  const review = () => {
    if (choices) flow.open({ title: `Settle ${visible(file.title)}`, make: () => platform.driftResolvePlan(file.file, choices) });
  };
  useReviewKey(os, review);
  return (
    <div className="panel" data-testid="drift-file">
      <div className="scroll">
        <div className="formpad drift-pad">
          <Head file={file} onAll={(take) => setChosen(chooseAll(file, take))} />
          {file.unreadable === null
            ? <div className="group">{file.keys.map((entry) => <DriftKey key={entry.key} entry={entry} take={takeOf(entry, chosen)} onChoose={onChoose} />)}</div>
            : <Banner kind="err" title="This file cannot be compared." data-testid="drift-unreadable"><Prose>{file.unreadable}</Prose> Nothing is written to it while that is so.</Banner>}
        </div>
      </div>
      {file.unreadable === null && <FootBar file={file} chosen={chosen} onReview={review} />}
    </div>
  );
}
