import { useMemo, useState } from 'react';
import { Button, CopyButton, Foreign, visible } from '../../ui';
import { Inline } from './Inline';
import { DEEPEST, type Token, type Tokens, read, splitLong } from './markdown';

/** How much more of a long text is shown at once. */
const MORE_AT_ONCE = 20_000;

export function CodeBlock({ text, lang, label }: { text: string; lang?: string | null; label?: string }) {
  const shown = visible(text.replace(/\n$/, ''));
  const name = label ?? (lang ? `Code, ${visible(lang)}` : 'Code');
  return (
    <div className="md-code" data-testid="chat-code">
      <div className="md-code-head"><span className="caption faint cut"><Foreign>{lang || 'text'}</Foreign></span><CopyButton text={shown} label="Copy the code" /></div>
      <pre className="code" dir="ltr" tabIndex={0} role="group" aria-label={name}>{shown}</pre>
    </div>
  );
}

function Table({ token, depth }: { token: Tokens.Table; depth: number }) {
  const side = (i: number) => (token.align[i] === 'right' ? 'num' : undefined);
  return (
    <div className="md-table" tabIndex={0} role="group" aria-label="Table">
      <table className="table">
        <thead><tr>{token.header.map((cell, i) => <th key={i} scope="col" className={side(i)}><Inline tokens={cell.tokens} depth={depth + 1} /></th>)}</tr></thead>
        <tbody>{token.rows.map((row, r) => <tr key={r}>{row.map((cell, i) => <td key={i} className={side(i)}><Inline tokens={cell.tokens} depth={depth + 1} /></td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function List({ token, depth }: { token: Tokens.List; depth: number }) {
  const items = token.items.map((item, i) => (
    <li key={i} dir="auto">
      {item.task && <span className="md-task"><span aria-hidden="true">{item.checked ? '☑' : '☐'}</span><span className="sr">{item.checked ? 'Done: ' : 'Open: '}</span></span>}
      <Blocks tokens={item.tokens} depth={depth + 1} />
    </li>
  ));
  return token.ordered ? <ol className="md-list" start={Number(token.start) || 1}>{items}</ol> : <ul className="md-list">{items}</ul>;
}

function Block({ token, depth }: { token: Token; depth: number }) {
  if (depth > DEEPEST) return <p dir="auto" className="md-raw">{visible(token.raw)}</p>;
  switch (token.type) {
    case 'space': case 'def': case 'checkbox': return null;
    case 'heading': return <p dir="auto" className="md-head" data-depth={(token as Tokens.Heading).depth}><Inline tokens={token.tokens} depth={depth} /></p>;
    case 'paragraph': return <p dir="auto"><Inline tokens={token.tokens} depth={depth} /></p>;
    case 'text': return <span dir="auto"><Inline tokens={token.tokens ?? [token]} depth={depth} /></span>;
    case 'code': return <CodeBlock text={(token as Tokens.Code).text} lang={(token as Tokens.Code).lang} />;
    case 'blockquote': return <blockquote><Blocks tokens={token.tokens ?? []} depth={depth + 1} /></blockquote>;
    case 'list': return <List token={token as Tokens.List} depth={depth} />;
    case 'table': return <Table token={token as Tokens.Table} depth={depth} />;
    case 'hr': return <hr />;
    default: return <p dir="auto" className="md-raw">{visible(token.raw)}</p>;
  }
}

function Blocks({ tokens, depth }: { tokens: Token[]; depth: number }) {
  return <>{tokens.map((token, i) => <Block key={i} token={token} depth={depth} />)}</>;
}

/** What is too long to be read as Markdown, piece by piece. */
export function LongRest({ rest, whole, shownAlready }: { rest: string; whole: string; shownAlready: number }) {
  const [shown, setShown] = useState(0);
  const left = rest.length - shown;
  const pieces = Array.from({ length: Math.ceil(shown / MORE_AT_ONCE) }, (_, i) => rest.slice(i * MORE_AT_ONCE, Math.min(shown, (i + 1) * MORE_AT_ONCE)));
  return (
    <div className="md-long">
      {pieces.map((piece, i) => <p key={i} dir="auto" className="md-raw">{visible(piece)}</p>)}
      <p className="caption faint">Long text: {(shownAlready + shown).toLocaleString('en')} of {whole.length.toLocaleString('en')} characters are shown{left > 0 ? ', the rest as plain text.' : '.'}</p>
      <div className="row">
        {left > 0 && <Button size="s" onClick={() => setShown(Math.min(rest.length, shown + MORE_AT_ONCE))} data-testid="chat-more-text">Show {Math.min(left, MORE_AT_ONCE).toLocaleString('en')} more</Button>}
        <CopyButton text={visible(whole)} label="Copy all of it" />
      </div>
    </div>
  );
}

/** Hostile text drawn as Markdown: an own element for each token, no HTML, no picture, no link that leads anywhere. */
export function Markdown({ text }: { text: string }) {
  const { tokens, head, rest } = useMemo(() => {
    const [first, more] = splitLong(text);
    return { tokens: read(first), head: first, rest: more };
  }, [text]);
  return (
    <>
      <Blocks tokens={tokens} depth={0} />
      {rest !== '' && <LongRest rest={rest} whole={text} shownAlready={head.length} />}
    </>
  );
}
