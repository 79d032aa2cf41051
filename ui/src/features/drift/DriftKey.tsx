import { memo, useId } from 'react';
import type { DriftTake, SettingDrift } from '../../bindings';
import { Foreign } from '../../ui';
import { kindWords } from './choices';

function Value({ text, secret }: { text: string | null; secret: boolean }) {
  if (secret) return <span className="muted">A secret, not shown</span>;
  if (text === null) return <span className="faint">Not there</span>;
  return <Foreign className="mono selectable">{text === '' ? '(empty)' : text}</Foreign>;
}

function Side({ name, take, chosen, title, words, text, secret, differs, onChoose }: {
  name: string; take: DriftTake; chosen: boolean; title: string; words: string; text: string | null; secret: boolean; differs: boolean; onChoose: (take: DriftTake) => void;
}) {
  const id = useId();
  return (
    <div className="drift-side" data-chosen={chosen || undefined} onClick={() => onChoose(take)}>
      <span className="caption faint">{title}</span>
      <span className={differs ? 'drift-value medium' : 'drift-value'} id={`${id}-value`}><Value text={text} secret={secret} /></span>
      <span className="row drift-pick">
        <input type="radio" className="radio-input" id={id} name={name} checked={chosen} onChange={() => onChoose(take)} aria-describedby={`${id}-value`} data-testid={`drift-${take}`} />
        <label htmlFor={id} className="small">{words}</label>
      </span>
    </div>
  );
}

interface Props { entry: SettingDrift; take: DriftTake | null; onChoose: (entry: SettingDrift, take: DriftTake) => void }

/** One key three ways: what was written, the file now, the registry now; one of the two that live is taken. */
export const DriftKey = memo(function DriftKey({ entry, take, onChoose }: Props) {
  const name = useId();
  const { secret } = entry;
  const choose = (next: DriftTake) => onChoose(entry, next);
  return (
    <fieldset className="drift-key" data-testid="drift-key" data-key={entry.key}>
      <legend className="sr"><Foreign>{entry.title || entry.key}</Foreign></legend>
      <div className="row drift-head">
        <b className="medium"><Foreign>{entry.title || entry.key}</Foreign></b>
        <code className="small muted cut"><Foreign>{entry.key}</Foreign></code>
        {entry.line !== null && <span className="caption faint nowrap">line {entry.line}</span>}
        <span className="grow" />
        <span className={entry.kind === 'collision' && take === null ? 'chip chip-warn' : 'chip'}>{kindWords[entry.kind]}</span>
      </div>
      <div className="drift-sides">
        <div className="drift-side"><span className="caption faint">What was written</span><span className="drift-value"><Value text={entry.base} secret={secret} /></span></div>
        <Side name={name} take="theirs" chosen={take === 'theirs'} title="The file now" words="Take the file’s" text={entry.theirs} secret={secret} differs={entry.kind !== 'ours'} onChoose={choose} />
        <Side name={name} take="ours" chosen={take === 'ours'} title="The registry now" words="Keep ours" text={entry.ours} secret={secret} differs={entry.kind !== 'theirs'} onChoose={choose} />
      </div>
    </fieldset>
  );
});
