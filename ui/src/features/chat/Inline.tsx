import type { ReactNode } from 'react';
import { CopyButton, Foreign, visible } from '../../ui';
import { DEEPEST, type Token, type Tokens, decode } from './markdown';

/** A link is shown with where it leads and can be copied; nothing is opened and nothing is loaded. */
function LinkText({ token, depth }: { token: Tokens.Link; depth: number }) {
  const address = visible(decode(token.href));
  const bare = decode(token.text) === decode(token.href) || `mailto:${decode(token.text)}` === decode(token.href);
  return (
    <span className="md-link" data-testid="chat-link">
      {!bare && <><span className="md-link-words"><Inline tokens={token.tokens} depth={depth + 1} /></span> </>}
      <code><Foreign>{address}</Foreign></code>
      <CopyButton text={address} label={`Copy the address ${address.slice(0, 80)}`} />
    </span>
  );
}

function Picture({ token }: { token: Tokens.Image }) {
  return <span className="md-picture muted">[Picture not loaded: <Foreign>{decode(token.text) || 'without a name'}</Foreign>, <code><Foreign>{decode(token.href)}</Foreign></code>]</span>;
}

function one(token: Token, depth: number): ReactNode {
  if (depth > DEEPEST) return visible(token.raw);
  switch (token.type) {
    case 'strong': return <strong><Inline tokens={token.tokens} depth={depth + 1} /></strong>;
    case 'em': return <em><Inline tokens={token.tokens} depth={depth + 1} /></em>;
    case 'del': return <del><Inline tokens={token.tokens} depth={depth + 1} /></del>;
    case 'codespan': return <code>{visible((token as Tokens.Codespan).text)}</code>;
    case 'br': return <br />;
    case 'link': return <LinkText token={token as Tokens.Link} depth={depth} />;
    case 'image': return <Picture token={token as Tokens.Image} />;
    case 'checkbox': return null;
    case 'html': return visible(token.raw);
    case 'escape': return visible((token as Tokens.Escape).text);
    case 'text': return token.tokens ? <Inline tokens={token.tokens} depth={depth + 1} /> : visible((token as Tokens.Text).escaped ? (token as Tokens.Text).text : decode((token as Tokens.Text).text));
    default: return visible(token.raw);
  }
}

/** What stands inside a line. */
export function Inline({ tokens, depth = 0 }: { tokens: Token[] | undefined; depth?: number }) {
  return <>{tokens?.map((token, i) => <InlineToken key={i} token={token} depth={depth} />)}</>;
}

function InlineToken({ token, depth }: { token: Token; depth: number }) {
  return <>{one(token, depth)}</>;
}
