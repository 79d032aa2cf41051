/** A change of an environment: what is wanted, a dry run of it, then the plan. */
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useEffect, useState } from 'react';
import type { PythonChange, PythonEnv, PythonInterpreter, PythonPins } from '../../bindings';
import { keys } from '../../app/queries';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { Button, ErrorBox, Foreign, Sheet, Waiting } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { NamesField, PinsField, PythonChoice, RemoveChoice } from './ChangeForms';
import { TryResult } from './Moves';
import { useTry } from './use-try';
import { type ChangeKind, namesIn, titles } from './words';

const leads: Record<ChangeKind, string> = {
  create: 'It is made from its pins. First it is tried whether they fit each other; nothing is written by that.',
  repair: 'It is built anew from its pins, beside the one that is there, and then swapped. The old one is kept.',
  python: 'It is built anew with another interpreter, beside the one that is there, and then swapped. The old one is kept.',
  add: 'It is tried first whether they fit what is there; nothing is written by that.',
  remove: 'It is tried first what goes with them; nothing is written by that.',
  pins: 'It is tried first whether they fit each other; nothing is written by that.',
};

interface Draft { python: string | null; names: string; remove: string[]; pins: string | null }

/** What is asked for, or why nothing is yet. */
function changeOf(kind: ChangeKind, draft: Draft, pinsNow: PythonPins | undefined): PythonChange | string {
  switch (kind) {
    case 'repair': return { kind };
    case 'create': case 'python': return draft.python === null ? 'Choose a Python first.' : { kind, python: draft.python };
    case 'add': { const packages = namesIn(draft.names); return packages.length === 0 ? 'Name a package first.' : { kind, packages }; }
    case 'remove': return draft.remove.length === 0 ? 'Choose a package first.' : { kind, packages: draft.remove };
    case 'pins': {
      if (pinsNow === undefined) return 'The pins are still being read.';
      const text = draft.pins ?? pinsNow.text;
      // What is proposed does not stand in the file yet, so taking it as it is is a change.
      return pinsNow.proposed === null && text === pinsNow.text ? 'Nothing was changed.' : { kind, text };
    }
  }
}

/** The best there is; none where a person has to weigh. */
function usual(interpreters: PythonInterpreter[]): string | null {
  return interpreters.find((python) => python.status.word === 'Healthy')?.path ?? null;
}

export function ChangeSheet({ env, kind, interpreters, remove = [], onClose }: { env: PythonEnv; kind: ChangeKind; interpreters: PythonInterpreter[]; remove?: string[]; onClose: () => void }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const goOn = useShell().platform === 'macos' ? '⌘↩' : 'Ctrl+↩';
  const { tried, start, reset } = useTry(env.id);
  const [draft, setDraft] = useState<Draft>({ python: kind === 'create' ? usual(interpreters) : null, names: '', remove, pins: null });
  const pins = useQuery({ queryKey: [...keys.python, 'pins', env.id], queryFn: () => platform.pythonPins(env.id), enabled: kind === 'pins', gcTime: 0, staleTime: Infinity });
  const change = changeOf(kind, draft, pins.data);
  const why = typeof change === 'string' ? change : null;
  // What was found belongs to what was asked, so it goes with the first key.
  const edit = (next: Partial<Draft>) => { setDraft({ ...draft, ...next }); if (tried.stage !== 'form') reset(); };
  const attempt = () => { if (typeof change !== 'string') start(change); };
  useEffect(() => { if (kind === 'repair') start({ kind }); }, [kind, start]);

  const fits = tried.stage === 'tried' && tried.result.ok;
  const title = titles[kind](env.title);
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (tried.stage === 'trying') return;
    if (tried.stage !== 'tried') { attempt(); return; }
    if (!tried.result.ok) return;
    const { change: asked } = tried;
    onClose();
    flow.open({ title, make: () => platform.pythonPlan(env.id, asked) });
  };
  const onKeyDown = (event: KeyboardEvent) => { if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) { event.preventDefault(); event.stopPropagation(); submit(); } };
  return (
    <Sheet label={title} onClose={onClose} className="form-sheet py-sheet" data-testid="python-sheet">
      <form onSubmit={submit} onKeyDown={onKeyDown} noValidate>
        <header><h1><Foreign>{title}</Foreign></h1><p className="muted plan-summary">{leads[kind]}</p></header>
        <div className="sheet-body">
          {(kind === 'create' || kind === 'python') && <PythonChoice interpreters={interpreters} chosen={draft.python} onChange={(python) => edit({ python })} current={env.python} />}
          {kind === 'add' && <NamesField text={draft.names} onChange={(names) => edit({ names })} />}
          {kind === 'remove' && <RemoveChoice env={env} chosen={draft.remove} onChange={(chosen) => edit({ remove: chosen })} />}
          {kind === 'pins' && pins.isPending && <Waiting>Reading the pins</Waiting>}
          {kind === 'pins' && pins.error && <ErrorBox error={pins.error} onRetry={() => void pins.refetch()} />}
          {kind === 'pins' && pins.data !== undefined && <PinsField text={draft.pins ?? pins.data.text} proposed={pins.data.proposed} onChange={(text) => edit({ pins: text })} file={env.requirements} />}
          {tried.stage === 'trying' && <Waiting onCancel={kind === 'repair' ? onClose : reset} cancelWords="Stop">Looking up what fits; this can take a minute or two</Waiting>}
          {tried.stage === 'failed' && <ErrorBox error={tried.error} onRetry={attempt} />}
          {tried.stage === 'tried' && <TryResult result={tried.result} />}
        </div>
        <footer>
          <span className="caption faint grow">Nothing has been written yet.</span>
          <Button onClick={onClose} keys="esc">Cancel</Button>
          {tried.stage === 'tried'
            ? <Button type="submit" kind="primary" keys={goOn} why={fits ? null : 'It cannot be done like this. Change what is asked for.'} data-testid="python-review">Review plan</Button>
            : <Button type="submit" kind="primary" keys={goOn} busy={tried.stage === 'trying'} why={tried.stage === 'trying' ? null : why} data-testid="python-try">{tried.stage === 'trying' ? 'Trying' : 'Try it'}</Button>}
        </footer>
      </form>
    </Sheet>
  );
}
