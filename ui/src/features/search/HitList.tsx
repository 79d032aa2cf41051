import { type RefObject, useCallback, useMemo, useState } from 'react';
import type { SettingHit, SettingHits } from '../../bindings';
import { keys } from '../../app/queries';
import { navigate } from '../../app/router';
import { usePlatform } from '../../platform/context';
import { type Paged, WindowedGrid, usePaged, visible } from '../../ui';
import type { GridApi } from '../../ui/WindowedGrid';
import { levelWords } from './filters';
import { HitLine } from './HitLine';

const METRICS = { rowHeight: 44, gap: 0, headHeight: 0, sectionGap: 0, top: 16, bottom: 24 };

export type Hits = Paged<SettingHit, SettingHits>;

/** Hits of a question, page by page as they come under the eye. */
export function useHits(query: string): { hits: Hits; onRange: (from: number, to: number) => void } {
  const platform = usePlatform();
  const [range, setRange] = useState<[number, number]>([0, 1]);
  const hits = usePaged<SettingHit, SettingHits>([...keys.settings, 'search', query], (offset, limit) => platform.settingsSearch(query, offset, limit), range[0], range[1]);
  const onRange = useCallback((from: number, to: number) => setRange((old) => (old[0] === from && old[1] === to ? old : [from, to])), []);
  return { hits, onRange };
}

export function openHit(hit: SettingHit | undefined) {
  if (hit) navigate({ view: 'tool', id: hit.target, setting: hit.id });
}

/** What a screen reader says of a hit. */
export function hitWords(hit: SettingHit): string {
  const value = hit.secret ? (hit.level === null ? 'not set' : 'a secret, not shown') : hit.value ?? 'not set';
  const flags = [hit.level && `set by ${levelWords[hit.level]}`, hit.invalid && 'invalid', hit.needs_restart && 'needs restart', hit.drift && 'changed outside'].filter(Boolean);
  return visible([hit.title || hit.key, hit.agent ? `${hit.tool} of ${hit.agent}` : hit.tool, value, ...flags].join(', '));
}

/** Enter or a click opens the setting where it can be changed; arrows walk. */
export function HitList({ hits, query, onRange, apiRef, label }: { hits: Hits; query: string; onRange: (from: number, to: number) => void; apiRef?: RefObject<GridApi | null>; label: string }) {
  const sections = useMemo(() => [{ key: 'hits', title: null, count: hits.total }], [hits.total]);
  return (
    <WindowedGrid label={label} testId="settings-hits" cellTestId="setting-hit" className="activity-pad" sections={sections} cellWidth={null} metrics={METRICS} resetKey={query} onRange={onRange} apiRef={apiRef}
      cellClass={() => 'act hit'} cellLabel={(index) => { const hit = hits.at(index); return hit ? hitWords(hit) : 'Reading this setting'; }}
      onOpen={(index) => openHit(hits.at(index))}
      renderCell={(index, stop) => { const hit = hits.at(index); return hit ? <HitLine hit={hit} stop={stop} /> : null; }} />
  );
}
