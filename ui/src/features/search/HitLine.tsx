import type { ReactNode } from 'react';
import type { SettingHit } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { Foreign, Glyph, Icon, IconButton, useToasts } from '../../ui';
import { levelWords } from './filters';

function Flag({ kind, words, children }: { kind: 'err' | 'warn'; words: string; children: ReactNode }) {
  return <span className={`chip chip-${kind}`} title={words}>{children}<span className="flag-text">{words}</span></span>;
}

function Flags({ hit }: { hit: SettingHit }) {
  return (
    <span className="hit-flags">
      {hit.invalid && <Flag kind="err" words="Invalid"><Glyph word="Error" /></Flag>}
      {hit.drift && <Flag kind="warn" words="Changed outside"><Icon name="out" /></Flag>}
      {hit.needs_restart && <Flag kind="warn" words="Needs restart"><Icon name="refresh" /></Flag>}
    </span>
  );
}

function Value({ hit }: { hit: SettingHit }) {
  if (hit.secret) return <span className="muted">{hit.level === null ? 'Not set' : 'Set, not shown'}</span>;
  if (hit.value === null) return <span className="faint">Not set</span>;
  return <span title={hit.value}><Foreign className="mono">{hit.value === '' ? '(empty)' : hit.value}</Foreign>{hit.unit && <span className="faint"> {hit.unit}</span>}</span>;
}

/** Title and key, where it belongs, its value, which level says so, what is wrong with it. */
export function HitLine({ hit, stop }: { hit: SettingHit; stop: boolean }) {
  const platform = usePlatform();
  const toasts = useToasts();
  const copy = () => { platform.copyText(hit.link).then(() => toasts.show({ title: 'Link copied.', text: hit.link, slot: 'copy' }), (thrown: unknown) => toasts.fail(thrown)); };
  return (
    <>
      <span className="row act-what">
        <Icon name={hit.secret ? 'key' : 'tools'} />
        <span className="cut">
          <span className="medium ti"><Foreign>{hit.title || hit.key}</Foreign></span>
          <span className="mt cut">{hit.agent && <><Foreign>{hit.agent}</Foreign> › </>}<Foreign>{hit.tool}</Foreign> · <Foreign className="mono">{hit.key}</Foreign></span>
        </span>
      </span>
      <span className="cut hit-value"><Value hit={hit} /></span>
      <Flags hit={hit} />
      <span className="hit-level">{hit.level && <span className={hit.modified ? 'chip chip-here' : 'chip'}>{levelWords[hit.level]}</span>}</span>
      <IconButton icon="link" label="Copy link" size="s" tabIndex={stop ? 0 : -1} onClick={copy} data-testid="hit-link" />
    </>
  );
}
