import type { PythonMove, PythonTry } from '../../bindings';
import { Banner, CopyButton, Foreign, Prose, duration, visible } from '../../ui';
import { moveWord, movesWords } from './words';

/** Packages that come, change and go. */
export function Moves({ moves, label }: { moves: PythonMove[]; label: string }) {
  if (moves.length === 0) return null;
  return (
    <div className="group py-moves" tabIndex={0} role="region" aria-label={label}>
      <table className="table" aria-label={label}>
        <thead><tr><th>Package</th><th>From</th><th>To</th><th className="py-word"><span className="sr">What happens</span></th></tr></thead>
        <tbody>
          {moves.map((move) => (
            <tr key={move.name}>
              <td title={visible(move.name)}><Foreign>{move.name}</Foreign></td>
              <td className="mono muted"><Foreign>{move.from ?? '–'}</Foreign></td>
              <td className="mono"><Foreign>{move.to ?? '–'}</Foreign></td>
              <td className="py-word faint">{moveWord(move)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What a dry run found, with the installer's own words folded away. */
export function TryResult({ result }: { result: PythonTry }) {
  return (
    <div className="py-result" data-testid="python-result">
      {result.ok
        ? <Banner kind="ok" title="It fits.">{movesWords(result.moves)} Looked up in {duration(result.took_ms)}; nothing was installed.</Banner>
        : (
          <Banner kind="err" title="It cannot be done like this." data-testid="python-conflicts">
            <span className="py-conflicts">{result.conflicts.map((text) => <span key={text}><Prose>{text}</Prose></span>)}</span>
            {' '}Nothing was changed.
          </Banner>
        )}
      <Moves moves={result.moves} label="What changes" />
      {result.output.length > 0 && (
        <details className="py-output">
          <summary>What the installer printed</summary>
          <div className="py-code"><pre className="code" tabIndex={0}>{result.output.map(visible).join('\n')}</pre><CopyButton text={result.output.map(visible).join('\n')} label="Copy what the installer printed" /></div>
        </details>
      )}
    </div>
  );
}
