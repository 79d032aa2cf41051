import { createContext, useContext, useState, type ReactNode } from 'react';
import type { ChatEntry, ChatPart } from '../../bindings';
import { Foreign, Glyph, Icon, Prose, Spinner, visible } from '../../ui';
import { CodeBlock, Markdown } from './Markdown';
import { splitLong } from './markdown';

/** Folds that were opened, by their place: what scrolls out and in again stays open. */
export const FoldsContext = createContext<Set<string>>(new Set());

function Fold({ id, summary, children, ...rest }: { id: string; summary: ReactNode; children: ReactNode; 'data-testid'?: string }) {
  const folds = useContext(FoldsContext);
  const [open, setOpen] = useState(folds.has(id));
  return (
    <details className="call fold" open={open} data-testid={rest['data-testid']} onToggle={(event) => {
      const now = event.currentTarget.open;
      if (now) folds.add(id); else folds.delete(id);
      setOpen(now);
    }}>
      <summary><span className="fold-mark"><Icon name="right" size="s" /></span>{summary}</summary>
      {open && children}
    </details>
  );
}

const firstLine = (text: string) => text.trim().split('\n', 1)[0]!.slice(0, 120);

function pretty(text: string): string {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

/** A tool's own text can be as long as it likes; a look at it need not be. */
function Raw({ title, text }: { title: string; text: string }) {
  const [head, rest] = splitLong(text);
  return (
    <div className="call-part">
      <span className="caption faint">{title}</span>
      <CodeBlock text={rest === '' ? head : `${head}\n… ${rest.length.toLocaleString('en')} more characters`} lang={null} label={title} />
    </div>
  );
}

function Reasoning({ part, id }: { part: ChatPart; id: string }) {
  return (
    <Fold id={id} data-testid="chat-reasoning" summary={<><Icon name="spark" size="s" /><span>Thought</span><span className="cut grow faint"><Foreign>{firstLine(part.text)}</Foreign></span></>}>
      <div className="call-part call-text"><Markdown text={part.text} /></div>
    </Fold>
  );
}

function ToolCall({ call, result, id, live }: { call: ChatPart | undefined; result: ChatPart | undefined; id: string; live: boolean }) {
  const name = call?.name ?? result?.name ?? 'a tool';
  const waits = result === undefined && live;
  const outcome = result === undefined ? (live ? 'runs' : 'no result came') : firstLine(result.text) || 'no words';
  return (
    <Fold id={id} data-testid="chat-tool" summary={(
      <>
        <Icon name="module" size="s" /><span className="nowrap">Used <b><Foreign>{name}</Foreign></b></span>
        <span className="cut grow faint call-outcome"><Foreign>{outcome}</Foreign></span>
        {waits ? <Spinner /> : <Glyph word={result === undefined ? 'Unknown' : result.ok === false ? 'Error' : 'Healthy'} label={result === undefined ? 'No result came' : result.ok === false ? 'It failed' : 'It went well'} />}
      </>
    )}>
      {call?.arguments && <Raw title="Asked with" text={pretty(call.arguments)} />}
      {result && <Raw title="Result" text={pretty(result.text)} />}
    </Fold>
  );
}

function Part({ entry, part, index }: { entry: ChatEntry; part: ChatPart; index: number }) {
  const id = `${entry.seq}/${part.id}`;
  const live = entry.state === 'streaming';
  switch (part.kind) {
    case 'text': return part.text === '' ? null : <Markdown text={part.text} />;
    case 'reasoning': return <Reasoning part={part} id={id} />;
    case 'tool_call': return <ToolCall id={id} call={part} live={live} result={entry.parts.find((other) => other.kind === 'tool_return' && other.id === part.id)} />;
    case 'tool_return': {
      const called = entry.parts.slice(0, index).some((other) => other.kind === 'tool_call' && other.id === part.id);
      return called ? null : <ToolCall id={id} call={undefined} result={part} live={live} />;
    }
    case 'error': return <div className="banner banner-err" data-testid="chat-error"><Glyph word="Error" label="Error" /><p className="grow"><Prose>{visible(part.text)}</Prose></p></div>;
  }
}

/** An answer in the order it came; where there are no parts, its text. */
export function Parts({ entry }: { entry: ChatEntry }) {
  if (entry.parts.length === 0) return <Markdown text={entry.text} />;
  return <>{entry.parts.map((part, i) => <Part key={`${part.kind}/${part.id}`} entry={entry} part={part} index={i} />)}</>;
}
