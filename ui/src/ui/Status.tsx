import type { Status as StatusFacts } from '../bindings';
import { Glyph } from './Icon';
import { Foreign, visible } from './text';
import { RelativeTime } from './time';

/** Shape, word, reason, age: on one line. */
export function Status({ status, word }: { status: StatusFacts; word?: string }) {
  return (
    <span className="st">
      <Glyph word={status.word} />
      <span className="word">{word ?? status.word}</span>
      {status.reason && <span className="why" title={visible(status.reason)}><Foreign>{status.reason}</Foreign></span>}
      {status.measured_at && <RelativeTime at={status.measured_at} className="age" bare />}
    </span>
  );
}

/** Shape, word and age over the reason: for the foot of a card. */
export function StatusStack({ status, word }: { status: StatusFacts; word?: string }) {
  return (
    <div className="st-stack">
      <Glyph word={status.word} />
      <span className="word">{word ?? status.word}</span>
      {status.measured_at ? <RelativeTime at={status.measured_at} className="age" bare /> : <span className="age">not measured</span>}
      <span className="why" title={visible(status.reason)}><Foreign>{status.reason}</Foreign></span>
    </div>
  );
}
