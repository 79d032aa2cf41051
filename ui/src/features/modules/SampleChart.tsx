import type { ModuleSample } from '../../bindings';
import { clock } from '../../ui';
import { cpuWords, memoryWords } from './words';

const WIDTH = 240;
const HEIGHT = 36;

interface Series { name: string; words: (value: number) => string; values: (number | null)[] }

/** One line for each stretch without a gap; a moment alone is a short dash. */
export function linesOf(values: (number | null)[], width: number, height: number): string[] {
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return [];
  const top = Math.max(...known);
  const low = Math.min(0, ...known);
  const x = (i: number) => (values.length === 1 ? width : (i / (values.length - 1)) * width);
  const y = (value: number) => (top === low ? height - 1 : 1 + (height - 2) * (1 - (value - low) / (top - low)));
  const lines: string[] = [];
  let run: string[] = [];
  const close = () => { if (run.length > 0) lines.push(run.length === 1 ? `${run[0]} ${run[0]}` : run.join(' ')); run = []; };
  values.forEach((value, i) => { if (value === null) close(); else run.push(`${x(i).toFixed(1)},${y(value).toFixed(1)}`); });
  close();
  return lines;
}

/** "CPU from 14:25 to 14:30: 0.1 % to 0.4 %, now 0.2 %". */
export function chartWords({ name, words, values }: Series, first: string, last: string): string {
  const known = values.filter((value): value is number => value !== null);
  const now = values[values.length - 1] ?? null;
  return `${name} from ${clock(first)} to ${clock(last)}: ${words(Math.min(...known))} to ${words(Math.max(...known))}, ${now === null ? 'not measured now' : `now ${words(now)}`}`;
}

function Chart({ series, first, last }: { series: Series; first: string; last: string }) {
  const now = series.values[series.values.length - 1] ?? null;
  const top = Math.max(...series.values.filter((value): value is number => value !== null));
  return (
    <figure className="chart">
      <figcaption><span className="medium">{series.name}</span><span className="grow" /><span className="num">{now === null ? '–' : series.words(now)}</span><span className="faint num">most {series.words(top)}</span></figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={chartWords(series, first, last)}>
        {linesOf(series.values, WIDTH, HEIGHT).map((points, i) => <polyline key={i} points={points} />)}
      </svg>
    </figure>
  );
}

/** What was measured over the last minutes, oldest at the left. */
export function SampleCharts({ samples }: { samples: ModuleSample[] }) {
  const first = samples[0];
  const last = samples[samples.length - 1];
  const all: Series[] = [
    { name: 'Answer', words: (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`, values: samples.map((sample) => sample.latency_ms) },
    { name: 'CPU', words: cpuWords, values: samples.map((sample) => sample.cpu) },
    { name: 'Memory', words: memoryWords, values: samples.map((sample) => sample.memory) },
  ];
  const shown = all.filter((series) => series.values.some((value) => value !== null));
  if (!first || !last || shown.length === 0) return <p className="small muted">Nothing was measured yet. It is measured while it runs.</p>;
  return (
    <div className="charts" data-testid="module-charts">
      {shown.map((series) => <Chart key={series.name} series={series} first={first.at} last={last.at} />)}
      <p className="caption faint row"><time dateTime={first.at}>{clock(first.at)}</time><span className="grow" /><time dateTime={last.at}>{clock(last.at)}</time></p>
    </div>
  );
}
