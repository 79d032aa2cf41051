import { type FormEvent, useState } from 'react';
import type { ModuleDetail, ModuleSource } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { Button, Foreign, Segments, Sheet, TextField, useToasts } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { titleOf } from './words';

type Kind = ModuleSource['kind'];

const kinds: { id: Kind; label: string }[] = [{ id: 'folder', label: 'Folder' }, { id: 'archive', label: 'Archive' }, { id: 'git', label: 'Git' }, { id: 'link', label: 'Link' }];

const parts: Record<Kind, { label: string; help: string; pick: 'folder' | 'file' | null }> = {
  folder: { label: 'Folder with the code', help: 'Its files are copied; the folder itself stays as it is.', pick: 'folder' },
  archive: { label: 'Archive', help: 'A .zip, .tar, .tar.gz or .tgz. It is unpacked; the archive stays as it is.', pick: 'file' },
  git: { label: 'Address', help: 'It is cloned with git.', pick: null },
  link: { label: 'Shared checkout', help: 'The app folder becomes a link to it: what you change there, this module runs at its next start.', pick: 'folder' },
};

interface Draft { kind: Kind; path: string; url: string; rev: string }

/** Why there is no plan to make yet. */
export function draftProblem({ kind, path, url }: Draft): string | null {
  if (kind === 'git') return url.trim() === '' ? 'Enter the address first.' : null;
  return path.trim() === '' ? `Choose the ${kind === 'archive' ? 'archive' : 'folder'} first.` : null;
}

export function sourceOf({ kind, path, url, rev }: Draft): ModuleSource {
  return kind === 'git' ? { kind, url: url.trim(), rev: rev.trim() || null } : { kind, path: path.trim() };
}

/** Where the code of an instance comes from; what is written is shown before it is. */
export function InstallSheet({ detail, onClose }: { detail: ModuleDetail; onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const toasts = useToasts();
  const [draft, setDraft] = useState<Draft>({ kind: detail.source ? 'git' : 'folder', path: '', url: detail.source ?? '', rev: '' });
  const put = (next: Partial<Draft>) => setDraft((old) => ({ ...old, ...next }));
  const part = parts[draft.kind];
  const why = draftProblem(draft);
  const title = `Install the code of ${titleOf(detail.row)}`;
  const pick = () => { (part.pick === 'file' ? platform.pickFile() : platform.pickFolder()).then((path) => { if (path !== null) put({ path }); }, (thrown: unknown) => toasts.fail(thrown)); };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why) return;
    onClose();
    flow.open({ title, make: () => platform.moduleInstallPlan(detail.row.id, sourceOf(draft)) });
  };
  return (
    <Sheet label={title} onClose={onClose} className="form-sheet" data-testid="install-sheet">
      <form onSubmit={submit} noValidate>
        <header><h1><Foreign>{title}</Foreign></h1><p className="muted plan-summary">There now: <Foreign>{detail.code}</Foreign>. The plan shows what becomes of it.</p></header>
        <div className="sheet-body">
          <div><Segments label="Kind of source" segments={kinds} selected={draft.kind} onSelect={(id) => put({ kind: id as Kind, path: '' })} /></div>
          {draft.kind === 'git' ? (
            <>
              <TextField label={part.label} mono value={draft.url} onChange={(url) => put({ url })} help={draft.url === detail.source ? `${part.help} Its public code comes from here.` : part.help} placeholder="https://…" data-testid="install-url" />
              <TextField label="Branch, tag or commit" mono value={draft.rev} onChange={(rev) => put({ rev })} help="Empty takes what the repository offers first." data-testid="install-rev" />
            </>
          ) : (
            <TextField label={part.label} mono value={draft.path} onChange={(path) => put({ path })} help={part.help} placeholder="/" data-testid="install-path"
              trailing={<button type="button" className="btn btn-link field-reveal" onClick={pick} data-testid="install-pick">Choose…</button>} />
          )}
        </div>
        <footer>
          <span className="caption faint grow">Nothing has been written yet.</span>
          <Button onClick={onClose} keys="esc">Cancel</Button>
          <Button type="submit" kind="primary" why={why} data-testid="install-review">Review plan</Button>
        </footer>
      </form>
    </Sheet>
  );
}
