import type { ChangeRow } from '../../bindings';
import type { Section } from '../../ui';

export type Bucket = 'waiting' | 'today' | 'yesterday' | 'earlier';

const titles: Record<Bucket, string> = { waiting: 'Waiting for you', today: 'Today', yesterday: 'Yesterday', earlier: 'Earlier' };

/** Today, Yesterday or Earlier in the operator's own time zone. */
export function bucketOf(at: string, now: Date): Exclude<Bucket, 'waiting'> {
  const then = new Date(at).getTime();
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  if (then >= midnight.getTime()) return 'today';
  const before = new Date(midnight);
  before.setDate(before.getDate() - 1);
  return then >= before.getTime() ? 'yesterday' : 'earlier';
}

/** Newest first, so each day is a run. The last run that is known takes what is not loaded yet; its count is then not claimed. */
export function daySections(at: (index: number) => ChangeRow | undefined, total: number, now: Date): Section[] {
  const sections: (Section & { key: Exclude<Bucket, 'waiting'> })[] = [];
  let known = 0;
  for (; known < total; known += 1) {
    const row = at(known);
    if (!row) break;
    const key = bucketOf(row.at, now);
    const last = sections[sections.length - 1];
    if (last?.key === key) last.count += 1;
    else sections.push({ key, title: titles[key], count: 1 });
    // Everything after the first earlier row is earlier.
    if (key === 'earlier') {
      const current = sections[sections.length - 1];
      if (current) current.count = total - known;
      return sections;
    }
  }
  const last = sections[sections.length - 1];
  if (last && known < total) { last.count += total - known; last.shown = null; }
  return sections;
}
