/** From when on. Days are the operator's own. */

export type Period = 'today' | 'week' | 'month' | 'date' | 'all';

export const periods: { id: Period; label: string }[] = [
  { id: 'today', label: 'Today' }, { id: 'week', label: '7 days' }, { id: 'month', label: '30 days' }, { id: 'date', label: 'Since…' }, { id: 'all', label: 'All' },
];

function midnight(now: Date, daysBefore: number): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysBefore).toISOString();
}

/** Instant from which on changes count; `null` counts all. A date that is none counts as today. */
export function sinceOf(period: Period, date: string, now: Date): string | null {
  switch (period) {
    case 'all': return null;
    case 'today': return midnight(now, 0);
    case 'week': return midnight(now, 6);
    case 'month': return midnight(now, 29);
    case 'date': {
      const [year, month, day] = date.split('-').map(Number);
      const then = year && month && day ? new Date(year, month - 1, day) : new Date(Number.NaN);
      return Number.isNaN(then.getTime()) ? midnight(now, 0) : then.toISOString();
    }
  }
}

/** A day as a date field writes it. */
export function dateField(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
