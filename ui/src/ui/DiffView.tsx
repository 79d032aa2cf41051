import { useState } from 'react';
import type { DiffLine } from '../bindings';
import { visible } from './text';

const marks = { ctx: ' ', add: '+', del: '-' } as const;
const spoken = { ctx: '', add: 'added: ', del: 'removed: ' } as const;

/** A longer diff shows its head first. */
const MOST = 14;
const HEAD = 10;

/** Lines that go and come; what was left out is said. */
export function DiffView({ lines, leftOut = 0, label }: { lines: DiffLine[]; leftOut?: number; label: string }) {
  const [all, setAll] = useState(false);
  if (lines.length === 0) return null;
  const shown = all || lines.length <= MOST ? lines : lines.slice(0, HEAD);
  return (
    <div className="diff" role="group" aria-label={label} tabIndex={0}>
      {shown.map((line, i) => (
        <div key={i} className={`ln ${line.kind}`}>
          <span aria-hidden="true">{line.number}</span>
          <span aria-hidden="true">{marks[line.kind]}</span>
          <bdi title={line.text.length > 90 ? visible(line.text) : undefined}><span className="sr">{spoken[line.kind]}</span>{visible(line.text)}</bdi>
        </div>
      ))}
      {shown.length < lines.length && <button type="button" className="btn btn-link diff-more" onClick={() => setAll(true)}>Show all {lines.length} lines</button>}
      {leftOut > 0 && shown.length === lines.length && <div className="ln ctx"><span /><span /><span className="faint">{leftOut.toLocaleString('en')} more lines are not shown</span></div>}
    </div>
  );
}
