import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Level, ToolDetail } from '../../bindings';
import { keys } from '../../app/queries';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { ErrorBox, Waiting, ifFocusIsLost, visible } from '../../ui';
import { type Draft, draftOf } from './draft';
import { FootBar } from './FootBar';
import { type Form, FormContext } from './form-context';
import { SettingInspector } from './inspector/SettingInspector';
import { type Shown, SettingsForm } from './SettingsForm';
import { RestartBar } from './RestartBar';
import { useRows } from './use-rows';

export function useToolDetail(id: string) {
  const platform = usePlatform();
  return useQuery({ queryKey: [...keys.tools, 'detail', id], queryFn: () => platform.toolGet(id) });
}

interface Around {
  /** Stands above the form and scrolls with it. */
  top?: ReactNode;
  /** In the inspector's place while no setting is chosen. */
  idle?: ReactNode;
  /** A setting to open with. */
  setting?: string | null;
  /** Only these of its settings, by id or key; keep the array between renders. */
  only?: readonly string[];
}

function NoneChosen() {
  return (
    <aside className="inspector" aria-label="Inspector" data-testid="inspector">
      <section><p className="small muted">Choose a setting to see where its value comes from, and what it was before.</p></section>
    </aside>
  );
}

/** Only a module is an instance that can run; cards of other kinds are not asked about. */
const mayRun = ({ card }: ToolDetail) => card.kind === 'module';

const nothingChosen: Shown = { typed: '', part: 'all', open: new Set() };

/** Goes to a setting: by a link, by the foot bar, after it was added. A filter that hides it is taken away. */
function useGoing(all: ReturnType<typeof useRows>['all'], asked: string | null, setShown: (change: (old: Shown) => Shown) => void) {
  const [selected, setSelected] = useState<string | null>(null);
  const [going, setGoing] = useState<string | null>(null);
  const go = useCallback((id: string) => { setSelected(id); setGoing(id); }, []);
  useEffect(() => { if (asked !== null) go(asked); }, [asked, go]);
  useEffect(() => {
    if (going === null) return;
    const row = all.find((entry) => entry.id === going);
    setShown((old) => ({ typed: '', part: 'all', open: row?.advanced ? new Set([...old.open, row.group]) : old.open }));
  }, [going, all, setShown]);
  return { selected, setSelected, going, go, there: useCallback(() => setGoing(null), []) };
}

/** A button that changes the draft may go with what it did; the focus then goes to the setting that is chosen. */
function useFocusAtSetting(draft: Draft, selected: string | null) {
  const chosen = useRef(selected);
  chosen.current = selected;
  useEffect(() => {
    let edits = draft.edits();
    return draft.onAny(() => {
      if (draft.edits() === edits) return;
      edits = draft.edits();
      ifFocusIsLost(() => {
        if (chosen.current !== null) document.querySelector<HTMLElement>(`[data-setting="${CSS.escape(chosen.current)}"]`)?.focus({ preventScroll: true });
      });
    });
  }, [draft]);
}

function Loaded({ detail, top, idle, setting = null, only }: Around & { detail: ToolDetail }) {
  const { id } = detail.card;
  const shell = useShell();
  const platform = usePlatform();
  const draft = draftOf(platform, `${shell.state.install?.id ?? ''} ${shell.state.user?.id ?? ''}`, id);
  const [level, setLevel] = useState<Level | null>(null);
  const [shown, setShown] = useState<Shown>(nothingChosen);
  const rows = useRows(detail, draft, shown.typed, shown.part, only);
  // A plugin names its settings by the variable it reads.
  const wanted = setting === null ? null : rows.all.find((row) => row.id === setting || row.key === setting)?.id ?? setting;
  const { selected, setSelected, going, go, there } = useGoing(rows.all, wanted, setShown);
  useFocusAtSetting(draft, selected);
  useEffect(() => {
    // A setting that is gone cannot be changed, and its edit could not be seen.
    if (only) return;
    const known = new Set(rows.all.map((row) => row.id));
    for (const gone of [...draft.edits().keys()].filter((edit) => !known.has(edit))) draft.put(gone, null);
  }, [rows.all, draft, only]);
  const form = useMemo<Form>(() => ({ id, draft, target: detail.target, level, flush: draft.hurry }), [id, draft, detail.target, level]);
  const patch = useCallback((next: Partial<Shown>) => setShown((old) => ({ ...old, ...next })), []);
  const chosen = rows.all.find((row) => row.id === selected);
  const missing = wanted !== null && !rows.all.some((row) => row.id === wanted) ? wanted : null;
  return (
    <FormContext.Provider value={form}>
      <div className="cols">
        <div className="scroll">
          <div className="formpad">
            {top}
            {rows.all.length > 0 || (detail.target.open_ended && !only) ? (
              <SettingsForm detail={detail} rows={rows} shown={shown} onShown={patch} selected={selected} onSelect={setSelected} going={going} onThere={there} onGo={go} level={level} onLevel={setLevel} missing={missing} partial={only !== undefined} />
            ) : (
              !detail.card.broken && <p className="muted small">{only ? `No schema names ${only.map(visible).join(', ')}, so there is no field for ${only.length === 1 ? 'it' : 'them'}. It is set where its tool gets its environment.` : 'No schema names a setting of this tool, so there is none to show.'}</p>
            )}
          </div>
        </div>
        {shell.inspector && (chosen ? <SettingInspector key={chosen.id} row={chosen} /> : idle ?? (only ? null : <NoneChosen />))}
      </div>
      <FootBar id={id} draft={draft} restart={<RestartBar address={detail.target.address} asked={mayRun(detail)} />} onInvalid={go} />
    </FormContext.Provider>
  );
}

/** The settings of a card as a form with draft, inspector and foot bar. Fills the column it stands in. */
export function ToolSettings({ id, ...around }: { id: string } & Around) {
  const query = useToolDetail(id);
  return (
    <div className="tool-settings" data-testid="tool-settings">
      {query.data ? (
        <Loaded key={id} detail={query.data} {...around} />
      ) : (
        <div className="pad">{query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : <Waiting>Reading its settings</Waiting>}</div>
      )}
    </div>
  );
}
