/** Where a plugin comes from: what is offered, a folder, an archive, an address. */
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { ModuleSource, PluginOffer } from '../../../bindings';
import { keys } from '../../../app/queries';
import { usePlatform } from '../../../platform/context';
import { ErrorBox, Foreign, Icon, SearchField, Segments, TextField, Waiting, useToasts } from '../../../ui';
import { kindWords } from '../words';

export type Kind = 'offered' | 'folder' | 'archive' | 'git';
export interface Draft { kind: Kind; path: string; url: string; rev: string; offer: ModuleSource | null }
export const emptyDraft: Draft = { kind: 'offered', path: '', url: '', rev: '', offer: null };

const kinds: { id: Kind; label: string }[] = [{ id: 'offered', label: 'Offered' }, { id: 'folder', label: 'Folder' }, { id: 'archive', label: 'Archive' }, { id: 'git', label: 'Git' }];

/** The source that was chosen, or why there is none yet. */
export function sourceOf({ kind, path, url, rev, offer }: Draft): ModuleSource | string {
  switch (kind) {
    case 'offered': return offer ?? 'Choose one first.';
    case 'git': return url.trim() === '' ? 'Enter the address first.' : { kind, url: url.trim(), rev: rev.trim() || null };
    default: return path.trim() === '' ? `Choose the ${kind} first.` : { kind, path: path.trim() };
  }
}

const sameSource = (a: ModuleSource | null, b: ModuleSource) => JSON.stringify(a) === JSON.stringify(b);

function Offers({ chosen, onChoose }: { chosen: ModuleSource | null; onChoose: (offer: PluginOffer) => void }) {
  const platform = usePlatform();
  const [typed, setTyped] = useState('');
  const query = useDeferredValue(typed.trim());
  const offers = useQuery({ queryKey: [...keys.plugins, 'offered', query], queryFn: () => platform.pluginsOffered(query) });
  return (
    <div className="offers">
      <SearchField label="Search what is offered" value={typed} onChange={setTyped} count={offers.data ? offers.data.length.toLocaleString('en') : undefined} data-testid="offers-search" />
      {offers.isPending && <Waiting>Looking at what is offered</Waiting>}
      {offers.error && <ErrorBox error={offers.error} onRetry={() => void offers.refetch()} />}
      {offers.data?.length === 0 && <p className="small muted">{query ? 'Nothing that is offered fits.' : 'Nothing is offered: this Sanctum has no index of plugins. One can lie in it (control/plugins.json), or its address is set in the system settings. Choose a folder, an archive or an address.'}</p>}
      {offers.data && offers.data.length > 0 && (
        <fieldset className="choices-set">
          <legend className="sr">What is offered</legend>
          <div className="group pick-items">
            {offers.data.slice(0, 200).map((offer, i) => (
              <label key={i} className="pick-item" data-chosen={sameSource(chosen, offer.source) || undefined}>
                <input type="radio" className="radio-input" name="offer" checked={sameSource(chosen, offer.source)} onChange={() => onChoose(offer)} data-testid={`offer-${offer.name}`} />
                <span className="grow"><span className="row"><b className="medium cut"><Foreign>{offer.title || offer.name}</Foreign></b><span className="caption faint nowrap"><Foreign>{offer.version}</Foreign></span>{offer.updates !== null && <span className="chip">Update</span>}</span>
                  <span className="small muted block cut"><Foreign>{offer.description}</Foreign></span><span className="caption faint block cut">{kindWords(offer.kind)}, from <Foreign>{offer.offered_by}</Foreign></span></span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
    </div>
  );
}

export function SourceStep({ draft, onDraft }: { draft: Draft; onDraft: (next: Partial<Draft>) => void }) {
  const platform = usePlatform();
  const toasts = useToasts();
  const pick = () => { (draft.kind === 'archive' ? platform.pickFile() : platform.pickFolder()).then((path) => { if (path !== null) onDraft({ path }); }, (thrown: unknown) => toasts.fail(thrown)); };
  return (
    <>
      <p className="row small muted drop-hint"><Icon name="download" />Drop a folder or an archive anywhere on this window, or choose here.</p>
      <div><Segments label="Where it comes from" segments={kinds} selected={draft.kind} onSelect={(id) => onDraft({ kind: id as Kind, path: '' })} /></div>
      {draft.kind === 'offered' && <Offers chosen={draft.offer} onChoose={(offer) => onDraft({ offer: offer.source })} />}
      {draft.kind === 'git' && (
        <>
          <TextField label="Address" mono value={draft.url} onChange={(url) => onDraft({ url })} placeholder="https://…" help="It is cloned with git, without running any of its hooks." data-testid="plugin-url" />
          <TextField label="Branch, tag or commit" mono value={draft.rev} onChange={(rev) => onDraft({ rev })} help="Empty takes what the repository offers first." data-testid="plugin-rev" />
        </>
      )}
      {(draft.kind === 'folder' || draft.kind === 'archive') && (
        <TextField label={draft.kind === 'archive' ? 'Archive' : 'Folder'} mono value={draft.path} onChange={(path) => onDraft({ path })} placeholder="/" data-testid="plugin-path"
          help={draft.kind === 'archive' ? 'A .zip, .tar, .tar.gz, .tgz or .mcpb. It is unpacked in quarantine; the archive stays as it is.' : 'Its files are copied into quarantine; the folder itself stays as it is.'}
          trailing={<button type="button" className="btn btn-link field-reveal" onClick={pick} data-testid="plugin-pick">Choose…</button>} />
      )}
    </>
  );
}
