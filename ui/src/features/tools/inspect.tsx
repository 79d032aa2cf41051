import type { ChainLink, Fact, SettingRow, ToolCard } from '../../bindings';
import { useShell } from '../../app/shell-context';
import { Button, CopyButton, Foreign, Prose, Glyph, RelativeTime } from '../../ui';
import { levelWords, sourceWords } from './SettingsTable';

export function FactsList({ facts }: { facts: Fact[] }) {
  return (
    <dl className="facts facts-pad selectable">
      {facts.map((fact, i) => (
        <div key={`${fact.name}${i}`} className="fact"><dt><Foreign>{fact.name}</Foreign></dt><dd className={fact.mono ? 'mono' : undefined}><Foreign>{fact.value || 'not stated'}</Foreign></dd></div>
      ))}
    </dl>
  );
}

function shownValue(link: ChainLink, row: SettingRow) {
  if (link.value === null) return 'not set';
  return link.value === '' ? '(empty)' : row.secret ? 'set' : link.value;
}

function Chain({ row }: { row: SettingRow }) {
  return (
    <ol className="chain">
      {row.chain.map((link) => {
        const unset = link.value === null;
        return (
          <li key={link.level} data-unset={unset || undefined} data-over={(!unset && !link.wins) || undefined} data-wins={link.wins || undefined}>
            <span className="dot" aria-hidden="true" />
            <div className="lv"><b>{levelWords[link.level]}</b><span className="mono cut"><Foreign>{shownValue(link, row)}</Foreign></span>{link.wins && <span className="sr">in effect</span>}</div>
            {link.source && <div className="by mono selectable"><Foreign>{sourceWords(link.source)}</Foreign></div>}
          </li>
        );
      })}
    </ol>
  );
}

/** Why a setting has the value it has. */
export function Inspector({ setting, card }: { setting: SettingRow; card: ToolCard }) {
  const shell = useShell();
  const file = setting.source && !/^(schema$|registry)/.test(setting.source.file) ? setting.source.file : null;
  return (
    <aside className="inspector" aria-label="Inspector" data-testid="inspector">
      <section>
        <b className="inspector-title"><Foreign>{setting.title || setting.key}</Foreign></b>
        <div className="row"><code className="small muted cut"><Foreign>{setting.key}</Foreign></code><CopyButton text={setting.key} label="Copy the key" /></div>
        <dl className="facts inspector-facts">
          <dt>In effect</dt>
          <dd className="selectable">{setting.value === null ? 'not set anywhere' : <Foreign className={setting.secret ? undefined : 'mono'}>{setting.value === '' ? '(empty)' : setting.value}</Foreign>}{setting.unit && setting.value !== null && ` ${setting.unit}`}</dd>
          <dt>Of</dt><dd><Foreign>{card.title || card.name}</Foreign></dd>
        </dl>
        {setting.description && <p className="small muted inspector-text"><Prose>{setting.description}</Prose></p>}
      </section>
      <section><h3>Where the value comes from</h3><Chain row={setting} /></section>
      {file && <section><Button size="s" kind="quiet" icon="out" onClick={() => shell.showPath(file)} data-testid="setting-show-file">Show file</Button></section>}
    </aside>
  );
}

/** While no setting is chosen: how the tool's status was measured. */
export function ToolInspector({ card, hint }: { card: ToolCard; hint: boolean }) {
  const { status } = card;
  return (
    <aside className="inspector" aria-label="Inspector" data-testid="inspector">
      <section>
        <b className="inspector-title">Status</b>
        <div className="row inspector-status"><Glyph word={status.word} /><span className="medium">{card.broken ? 'Can’t be read' : status.word}</span></div>
        <p className="small muted inspector-text"><Prose>{status.reason}</Prose></p>
      </section>
      <section>
        <h3>What was looked at</h3>
        {status.evidence.length === 0 ? <p className="small muted">Nothing was measured.</p> : <ul className="touch selectable">{status.evidence.map((line) => <li key={line} className="one"><Prose>{line}</Prose></li>)}</ul>}
        {status.measured_at && <p className="caption faint inspector-text">Measured <RelativeTime at={status.measured_at} /></p>}
      </section>
      {card.broken && (
        <section>
          <h3>What to do</h3>
          <p className="small muted"><Prose>{card.broken.hint}</Prose></p>
          <p className="caption faint mono inspector-text selectable"><Foreign>{`${card.broken.file}${card.broken.line === null ? '' : `:${card.broken.line}`}${card.broken.column === null ? '' : `:${card.broken.column}`}`}</Foreign></p>
        </section>
      )}
      {hint && <section><p className="small faint">Choose a setting to see where its value comes from.</p></section>}
    </aside>
  );
}
