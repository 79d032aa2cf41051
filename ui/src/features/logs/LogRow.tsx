import { memo } from 'react';
import type { LogLine, LogSource } from '../../bindings';
import { Glyph, absolute, day, visible } from '../../ui';
import { type Mark, lineTime, marked, oneLine } from './words';

/** A source's colour goes by its place among the sources; beside it always stands its name. */
export const colourOf = (source: number) => `avatar avatar-${(source % 4) + 1}`;

export function SourceMark({ title, source }: { title: string; source: number }) {
  return <span className={`${colourOf(source)} log-mark`} aria-hidden="true">{[...visible(title).replace(/^.* of /, '')].slice(0, 1).join('').toUpperCase()}</span>;
}

function Level({ level }: { level: LogLine['level'] }) {
  return <span className="lv">{level === 'error' ? <Glyph word="Error" /> : level === 'warn' ? <Glyph word="Degraded" /> : null}{level ?? ''}</span>;
}

function Text({ line, find, pattern }: { line: LogLine; find: RegExp | null; pattern: boolean }) {
  const parts: Mark[] = marked(oneLine(line.text), find, pattern);
  return (
    <span className="log-text">
      <bdi>{parts.map((part, i) => (part.hit ? <mark key={i}>{part.text}</mark> : part.text))}</bdi>
      {line.left_out > 0 && <span className="log-more"> … {line.left_out.toLocaleString('en')} more characters</span>}
    </span>
  );
}

/** One line. Its text is hostile: it is shown, never obeyed. `dayStarts` names the day where it is another than that of the line before. */
export const LogRow = memo(function LogRow({ n, line, sources, find, pattern, dayStarts, on, selected, top, wrap }: {
  n: number; line: LogLine | undefined; sources: LogSource[]; find: RegExp | null; pattern: boolean; dayStarts: string | null; on: boolean; selected: boolean; top: number; wrap: boolean;
}) {
  const classes = ['l', line?.level === 'error' && 'err', line?.level === 'warn' && 'warn', on && 'on', wrap && 'log-wrap'].filter(Boolean).join(' ');
  const source = line && sources.length > 1 ? sources[line.source] : undefined;
  return (
    <div className={classes} data-line={n} data-selected={selected || undefined} data-day={dayStarts ?? undefined} style={{ transform: `translateY(${top}px)` }}>
      {line ? (
        <>
          <span title={line.at ? absolute(line.at) : undefined}>{line.at === null ? '' : lineTime(line.at)}</span>
          <Level level={line.level} />
          {source && <span className="log-source" title={visible(source.title)}><SourceMark title={source.title} source={line.source} /><bdi className="log-source-name">{visible(source.title)}</bdi></span>}
          <span className="log-part" title={line.part ? visible(line.part) : undefined}><bdi>{visible(line.part ?? '')}</bdi></span>
          <Text line={line} find={find} pattern={pattern} />
          {dayStarts && <span className="log-day">{day(dayStarts)}</span>}
        </>
      ) : <span className="log-waiting" aria-hidden="true">…</span>}
    </div>
  );
});
