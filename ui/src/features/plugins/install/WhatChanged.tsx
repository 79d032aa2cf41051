import type { Receipt } from '../../../bindings';
import { navigate } from '../../../app/router';
import { Banner, Button, Dialog, Foreign, Waiting, visible } from '../../../ui';
import { PluginStatus } from '../PluginList';
import { ToolNames } from '../parts';
import { usePlugin } from '../queries';
import { many } from '../words';

export interface Done { receipt: Receipt; id: string; others: number }

/** After it was installed: what it adds now, and what is missing before it can run. */
export function WhatChanged({ done, onMore, onClose }: { done: Done; onMore: () => void; onClose: () => void }) {
  const detail = usePlugin(done.id).data;
  const open = (tab?: 'settings') => { onClose(); navigate({ view: 'plugins', part: 'list', id: done.id, ...(tab ? { tab } : {}) }); };
  const missing = detail?.row.missing ?? [];
  return (
    <Dialog label="What changed" onClose={onClose} data-testid="what-changed">
      <div className="dialog-form">
        <div className="dialog-body">
          <h2><Foreign>{done.receipt.title}</Foreign>: done</h2>
          {!detail && <Waiting>Looking at how it does</Waiting>}
          {detail && <PluginStatus row={detail.row} />}
          {done.receipt.notes.map((note) => <p key={note} className="small muted"><Foreign>{note}</Foreign></p>)}
          {missing.length > 0 && (
            <Banner kind="warn" title={`${many(missing.length, 'setting')} missing`} data-testid="changed-missing">
              <span className="row changed-set">{missing.slice(0, 6).map((key) => <Button key={key} size="s" onClick={() => open('settings')} data-testid={`changed-set-${visible(key)}`}><span>Set <Foreign>{key}</Foreign></span></Button>)}</span>
            </Banner>
          )}
          {detail && detail.tools.length > 0 && <section><h3 className="form-label">{many(detail.tools.length, 'tool')}</h3><div className="changed-tools" tabIndex={0} role="region" aria-label="Tools it adds"><ToolNames tools={detail.tools} /></div></section>}
        </div>
        <footer className="row dialog-acts">
          {done.others > 0 && <Button kind="quiet" onClick={onMore} data-testid="changed-more">Install another of {done.others + 1}…</Button>}
          <span className="grow" />
          <Button onClick={() => open()}>Open it</Button>
          <Button kind="primary" onClick={onClose} keys="esc">Done</Button>
        </footer>
      </div>
    </Dialog>
  );
}
