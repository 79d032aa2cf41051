import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { Page, SettingChange } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { EmptyState, ErrorBox, Segments, Waiting, WindowedGrid, usePaged, visible } from '../../ui';
import { SettingChangeLine } from './SettingChangeLine';
import { type Period, dateField, periods, sinceOf } from './since';

const METRICS = { rowHeight: 44, gap: 0, headHeight: 0, sectionGap: 0, top: 16, bottom: 24 };

/** Which settings were changed since a day. `lead` stands first in the bar; choosing a row tells its change set. */
export function SettingsSince({ lead, onChoose }: { lead: ReactNode; onChoose: (changeId: string | null) => void }) {
  const platform = usePlatform();
  const [period, setPeriod] = useState<Period>('week');
  const [date, setDate] = useState(() => dateField(new Date()));
  const today = new Date().toDateString();
  const since = useMemo(() => sinceOf(period, date, new Date()), [period, date, today]); // eslint-disable-line
  const [range, setRange] = useState<[number, number]>([0, 1]);
  const list = usePaged<SettingChange, Page<SettingChange>>([...keys.settings, 'since', since], (offset, limit) => platform.settingsHistory(null, null, since, offset, limit), range[0], range[1]);
  const onRange = useCallback((from: number, to: number) => setRange((old) => (old[0] === from && old[1] === to ? old : [from, to])), []);
  const [chosen, setChosen] = useState<number | null>(null);
  const sections = useMemo(() => [{ key: 'since', title: null, count: list.total }], [list.total]);
  const choose = (index: number) => { setChosen(index); onChoose(list.at(index)?.change_id ?? null); };
  const another = (next: Period) => { setPeriod(next); setChosen(null); onChoose(null); };
  const words = (change: SettingChange) => visible(`${change.name}, ${change.scope}, ${change.secret ? 'a secret' : `${change.before ?? 'not set'} became ${change.after ?? 'not set'}`}${change.undone ? ', undone' : ''}`);
  return (
    <>
      <div className="subbar">
        {lead}
        <Segments label="Since when" segments={periods} selected={period} onSelect={(id) => another(id as Period)} />
        {period === 'date' && <label className="field since-date"><span className="sr">Since which day</span><input type="date" value={date} max={dateField(new Date())} onChange={(event) => setDate(event.target.value)} data-testid="since-date" /></label>}
        <span className="grow" />
        {list.head && <span className="caption faint nowrap since-count" role="status" data-testid="since-count">{list.total.toLocaleString('en')} {list.total === 1 ? 'value' : 'values'}</span>}
      </div>
      {list.error !== null && <div className="pad"><ErrorBox error={list.error} onRetry={list.refetch} /></div>}
      {list.isPending && !list.error && <div className="pad"><Waiting>Reading what was changed</Waiting></div>}
      {list.head && list.total === 0 && <EmptyState icon="activity" title="No setting was changed in this time"><p>Choose a longer time, or All.</p></EmptyState>}
      {list.total > 0 && (
        <WindowedGrid label="Settings changed" testId="since-list" cellTestId="since-row" className="activity-pad" sections={sections} cellWidth={null} metrics={METRICS} resetKey={since ?? 'all'} selected={chosen} onRange={onRange}
          cellClass={() => 'act act-setting'} cellLabel={(index) => { const change = list.at(index); return change ? words(change) : 'Reading this change'; }}
          onOpen={choose} onMove={choose}
          renderCell={(index, stop) => { const change = list.at(index); return change ? <SettingChangeLine change={change} stop={stop} /> : null; }} />
      )}
    </>
  );
}
