/** Logs of the sample modules: made line by line from its number, so that a long one costs nothing. */
import type { LogFilter, LogLevel, LogLine, LogSource, LogState, LogView } from '../../bindings';
import { type Platform, PlatformError } from '../platform';
import { type World, refuse } from '../memory';

export interface LogScenario {
  /** Lines of each log; 60 where nothing is said. */
  lines?: number;
  /** Instances that have written nothing. */
  silent?: string[];
  /** 0 to 1: so much was read when the view opens; the rest comes with `read`. */
  progress?: number;
  /** The lines themselves in place of made ones, for every log. */
  rows?: Partial<LogLine>[];
  /** Time between two lines, in milliseconds. */
  every?: number;
  /** An export is 42 % written, and goes on until it is stopped. */
  exportHangs?: boolean;
}

export interface LogSample {
  commands: Pick<Platform, 'logOpen' | 'logFilter' | 'logPage' | 'logSeek' | 'logClose' | 'logExportTo' | 'logExportStop'>;
  /** Views that are open. */
  open: () => string[];
  /** Ends all views, as the shell does with those that nobody seems to need. */
  forget: () => void;
  /** One more line in the log of an instance; every view of it hears of it. */
  write: (instance: string, line: Partial<LogLine>) => void;
  /** So much of the files has been read. */
  read: (progress: number) => void;
  /** The files were replaced: what was paged is old. */
  replace: (instance: string, rows: Partial<LogLine>[]) => void;
}

const said: [LogLevel, string, string][] = [
  ['info', 'broca.queue', 'Picked message 1 of 1 from telegram'],
  ['info', 'broca.agent', 'POST /v1/agents/agent-3f6c…/messages'],
  ['error', 'broca.agent', '401 Unauthorized: invalid password for http://127.0.0.1:8283'],
  ['warn', 'broca.queue', 'Message kept, next try in 10 s'],
  ['info', 'telegram_bot', 'Typing indicator sent to chat of mara'],
  ['debug', 'broca.poll', 'Nothing new from the bridge'],
  ['info', 'broca.health', 'Alive, queue 1, plugins 1 of 1'],
];

const levels: LogLevel[] = ['debug', 'info', 'warn', 'error'];

function lineOf(i: number, total: number, every: number): LogLine {
  const [level, part, text] = said[i % said.length]!;
  return { n: i, source: 0, at: new Date(Date.now() - (total - i) * every).toISOString(), level, part, text: `${text} (${i + 1})`, left_out: 0 };
}

/** What a filter lets through; a pattern that cannot be read is refused. */
function passes(filter: LogFilter): (line: LogLine) => boolean {
  const least = filter.level === null ? -1 : levels.indexOf(filter.level);
  const finds = matcher(filter.text, filter);
  return (line) => (least < 0 || (line.level !== null && levels.indexOf(line.level) >= least)) && (filter.text === '' || finds(line));
}

function matcher(text: string, { regex, case: capitals }: Pick<LogFilter, 'regex' | 'case'>): (line: LogLine) => boolean {
  if (regex) {
    let pattern: RegExp;
    try { pattern = new RegExp(text, capitals ? '' : 'i'); } catch {
      return refuse('log_pattern', 'This pattern cannot be read: a group is opened and not closed.', 'Close it, or search for the text as it stands.', [text]);
    }
    return (line) => pattern.test(line.text);
  }
  const wanted = capitals ? text : text.toLowerCase();
  return (line) => (capitals ? line.text : line.text.toLowerCase()).includes(wanted);
}

interface Open { id: string; instances: string[]; sources: LogSource[]; filter: LogFilter; lines: LogLine[]; shown: LogLine[]; generation: number }

const titleOf = (instance: string) => {
  const [agent, module] = instance.includes('/') ? instance.split('/') : [null, instance];
  const name = module === 'broca2' ? 'Broca' : module === 'thalamus' ? 'Thalamus' : module === 'smcp' ? 'SMCP' : module!;
  return agent ? `${name} of ${agent.slice(0, 1).toUpperCase()}${agent.slice(1)}` : name;
};

export function sampleLogs(scenario: LogScenario = {}, emit: World['log'] = () => {}): LogSample & { emit: World['log'] } {
  const logs = new Map<string, LogLine[]>();
  const open = new Map<string, Open>();
  const stopping = new Map<string, () => void>();
  let made = 0;
  let progress = scenario.progress ?? 1;
  const every = scenario.every ?? 10_000;
  const sample = { emit };

  const full = (rows: Partial<LogLine>[]): LogLine[] => rows.map((row, i) => ({ ...lineOf(i, rows.length, every), level: null, part: null, ...row }));
  const logOf = (instance: string) => {
    let log = logs.get(instance);
    if (!log) {
      const silent = scenario.silent?.includes(instance);
      log = silent ? [] : scenario.rows ? full(scenario.rows) : Array.from({ length: scenario.lines ?? 60 }, (_, i) => lineOf(i, scenario.lines ?? 60, every));
      logs.set(instance, log);
    }
    return log;
  };
  const merge = (view: Open) => {
    const all = view.instances.flatMap((instance, source) => logOf(instance).map((line) => ({ ...line, source })));
    if (view.instances.length > 1) all.sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''));
    view.lines = all;
    refilter(view);
  };
  const refilter = (view: Open) => { view.shown = view.lines.filter(passes(view.filter)); };
  const read = (view: Open) => (progress >= 1 ? view.shown.length : Math.floor(view.shown.length * progress));
  const state = (view: Open): LogState => ({
    total: read(view), read: Math.floor(view.lines.length * Math.min(1, progress)), errors: view.lines.filter((line) => line.level === 'error').length,
    warnings: view.lines.filter((line) => line.level === 'warn').length, progress: Math.min(1, progress), complete: progress >= 1, generation: view.generation,
  });
  const find = (id: string) => open.get(id) ?? refuse('log_view_unknown', 'This view of logs is not open any more.', 'Open the logs again.', [id]);
  const tell = (view: Open) => sample.emit({ view: view.id, state: state(view), exported: null });
  const of = (instance: string) => [...open.values()].filter((view) => view.instances.includes(instance));

  const commands: LogSample['commands'] = {
    logOpen: async (instances, filter): Promise<LogView> => {
      const sources = instances.map((instance): LogSource => {
        const lines = logOf(instance).length;
        return {
          instance, title: titleOf(instance), files: lines ? [`${instance.includes('/') ? `agents/agent-${instance}` : instance}/logs/${instance.split('/').at(-1)!}.log`] : [],
          bytes: lines * 90, note: lines ? null : 'It has written nothing yet.',
        };
      });
      const view: Open = { id: `log-${(made += 1)}`, instances, sources, filter, lines: [], shown: [], generation: 0 };
      merge(view);
      open.set(view.id, view);
      return { id: view.id, sources, state: state(view) };
    },
    logFilter: async (id, filter) => {
      const view = find(id);
      passes(filter);
      view.filter = filter;
      view.generation += 1;
      refilter(view);
      return state(view);
    },
    logPage: async (id, offset, limit) => {
      const view = find(id);
      return { items: view.shown.slice(offset, Math.min(offset + limit, read(view))).map((line, i) => ({ ...line, n: offset + i })), state: state(view) };
    },
    logSeek: async (id, seek, text, from) => {
      const view = find(id);
      const fits = seek === 'next_error' || seek === 'previous_error' ? (line: LogLine) => line.level === 'error' : matcher(text, view.filter);
      const down = seek === 'next_error' || seek === 'next_match';
      for (let i = down ? from + 1 : from - 1; i >= 0 && i < read(view); i += down ? 1 : -1) if (fits(view.shown[i]!)) return i;
      return null;
    },
    logClose: async (id) => { open.delete(id); return null; },
    logExportTo: async (id, path) => {
      const view = find(id);
      if (scenario.exportHangs) {
        await new Promise<void>((_, no) => { stopping.set(id, () => no(new PlatformError({ code: 'log_export_stopped', message: 'The export was stopped.', hint: 'Nothing was written; export again.', details: [] }))); sample.emit({ view: id, state: state(view), exported: 0.42 }); });
      }
      return { path, lines: view.shown.length, covered: view.shown.filter((line) => line.text.includes('password')).length };
    },
    logExportStop: async (id) => { const stop = stopping.get(id); stopping.delete(id); stop?.(); return stop !== undefined; },
  };
  return {
    ...sample, commands,
    set emit(next: World['log']) { sample.emit = next; },
    get emit() { return sample.emit; },
    open: () => [...open.keys()],
    forget: () => open.clear(),
    write: (instance, line) => {
      const log = logOf(instance);
      const next: LogLine = { ...lineOf(log.length, log.length, every), at: new Date().toISOString(), level: 'info', part: 'broca.queue', ...line };
      log.push(next);
      for (const view of of(instance)) {
        const own = { ...next, source: view.instances.indexOf(instance) };
        view.lines.push(own);
        if (passes(view.filter)(own)) view.shown.push(own);
        tell(view);
      }
    },
    read: (next) => { progress = next; open.forEach(tell); },
    replace: (instance, rows) => {
      logs.set(instance, full(rows));
      for (const view of of(instance)) { view.generation += 1; merge(view); tell(view); }
    },
  };
}

/** `?loglines=200000`, `?logevery=1000` (a line each so many milliseconds) in the page's address. */
function scenarioFromPage(): LogScenario & { writes?: number } {
  const asked = new URLSearchParams(typeof location === 'undefined' ? '' : location.search);
  const number = (name: string) => (asked.has(name) ? Number(asked.get(name)) : undefined);
  return { lines: number('loglines'), progress: number('logread'), writes: number('logevery'), silent: asked.has('silent') ? ['smcp'] : undefined };
}

export function logCommands(world: World): Partial<Platform> {
  const { writes, ...scenario } = scenarioFromPage();
  const sample = sampleLogs(scenario, (event) => world.log(event));
  let n = 0;
  if (writes) setInterval(() => { const [level, part, text] = said[(n += 1) % said.length]!; sample.write('monday/broca2', { level, part, text: `${text} (live ${n})` }); }, writes);
  return sample.commands;
}
