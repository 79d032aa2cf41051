/** Interpreters and environments of the sample. Nothing here installs anything. */
import type { PythonChange, PythonEnv, PythonInterpreter, PythonKept, PythonMove, PythonPackage, PythonTry, PythonView } from '../../bindings';
import type { Platform } from '../platform';
import { type World, pause, refuse } from '../memory';
import { ago, status } from './data';
import { plan, step } from './plans';

const MB = 1_048_576;

const interpreters: PythonInterpreter[] = [
  { path: '/opt/homebrew/bin/python3.12', version: '3.12.7', origin: 'Homebrew', status: status('Healthy', 'all 6 checks passed', 40) },
  { path: '/Users/mara/miniconda3/bin/python', version: '3.12.2', origin: 'conda', status: status('Degraded', 'conda changes it behind our back', 40) },
  { path: '/usr/bin/python3', version: '3.9.6', origin: 'the system', status: status('Error', 'Broca needs 3.11 or newer', 40) },
];

const names = ['aiogram', 'aiohttp', 'aiosqlite', 'anyio', 'certifi', 'httpx', 'magic-filter', 'pydantic', 'pydantic-core', 'python-dotenv', 'sniffio', 'typing-extensions'];
const pinnedNames = ['aiogram', 'aiohttp', 'aiosqlite', 'httpx', 'pydantic', 'python-dotenv'];
const packagesOf = (): PythonPackage[] => names.map((name, i) => ({ name, version: `${1 + (i % 4)}.${(i * 7) % 20}.${i % 3}`, pinned: pinnedNames.includes(name) }));

const kept: PythonKept[] = [
  { id: '20261126-101200', made_at: ago(2 * 86_400), python: '3.12.7', packages: 11, size: 96 * MB, replaced_by: 'Add aiogram 3.21' },
  { id: '20261101-090000', made_at: ago(27 * 86_400), python: '3.11.9', packages: 9, size: 88 * MB, replaced_by: null },
];

export function sampleEnvs(): PythonEnv[] {
  return [
    {
      id: 'agents', title: 'Agents', path: 'agents/venv', requirements: 'agents/requirements.txt', exists: true, status: status('Degraded', 'the pins ask for httpx 0.28, 0.27.2 is there', 40), python: '3.12.7',
      packages: packagesOf(), problems: ['The pins ask for `httpx` 0.28, 0.27.2 is there.', '`telegram_bot` cannot be imported: No module named `magic_filter`.'], kept, used_by: ['Broca of Athena', 'Broca of Monday', 'Broca of Timbre', 'Thalamus of Athena', 'Thalamus of Timbre'], size: 102 * MB,
    },
    { id: 'smcp', title: 'SMCP', path: 'smcp/venv', requirements: 'smcp/requirements.txt', exists: false, status: status('Off', 'it was not made yet', 40), python: null, packages: [], problems: [], kept: [], used_by: ['SMCP'], size: null },
  ];
}

/** What a change would do; a package that is called `broken…` fits nothing. */
function attempt(env: PythonEnv, change: PythonChange): PythonTry {
  const asked = change.kind === 'add' || change.kind === 'remove' ? change.packages : change.kind === 'pins' ? change.text.split('\n').filter((line) => line.trim() && !line.startsWith('#')) : [];
  const output = ['Resolved 13 packages in 214ms', ...asked.map((name) => ` + ${name}`)];
  if (asked.some((name) => name.startsWith('broken'))) {
    return { ok: false, moves: [], conflicts: ['`broken` needs `pydantic` below 2, but `aiogram` needs 2.4 or newer. Leave one of them out, or ask for an older `aiogram`.'], output: [...output, 'ERROR: ResolutionImpossible'], took_ms: 4_210 };
  }
  const moves: PythonMove[] = change.kind === 'add' ? asked.map((name) => ({ name: name.split('==')[0]!, from: null, to: name.split('==')[1] ?? '1.0.0' }))
    : change.kind === 'remove' ? asked.map((name) => ({ name, from: env.packages.find((one) => one.name === name)?.version ?? '1.0', to: null }))
      : change.kind === 'create' ? packagesOf().map(({ name, version }) => ({ name, from: null, to: version })) : [{ name: 'httpx', from: '0.27.2', to: '0.28.1' }];
  return { ok: true, moves, conflicts: [], output, took_ms: 1_300 };
}

const words: Record<PythonChange['kind'], string> = { create: 'Make', repair: 'Repair', python: 'Another Python for', add: 'Add packages to', remove: 'Remove packages from', pins: 'Change the pins of' };

export function pythonSample(world: Pick<World, 'plans' | 'changed' | 'latency'>, first: PythonEnv[] = sampleEnvs()) {
  let envs = first;
  const find = (id: string) => envs.find((env) => env.id === id) ?? refuse('env_unknown', 'There is no such environment.', 'Look again.', [id]);
  const put = (id: string, change: Partial<PythonEnv>) => { envs = envs.map((env) => (env.id === id ? { ...env, ...change } : env)); world.changed(['python']); };
  const keep = (made: ReturnType<typeof plan>, id: string, next: () => Partial<PythonEnv>) => {
    world.plans.set(made.id, { plan: made, done: () => { const before = find(id); put(id, next()); return () => put(id, before); } });
    return made;
  };
  const built = (env: PythonEnv, moves: PythonMove[]): Partial<PythonEnv> => {
    const gone = new Map(moves.map((move) => [move.name, move.to]));
    const stay = env.packages.filter((one) => gone.get(one.name) !== null).map((one) => ({ ...one, version: gone.get(one.name) ?? one.version }));
    const come = moves.filter((move) => move.to !== null && !env.packages.some((one) => one.name === move.name)).map((move) => ({ name: move.name, version: move.to!, pinned: true }));
    return { exists: true, python: env.python ?? '3.12.7', packages: [...stay, ...come], problems: [], size: env.size ?? 61 * MB, status: status('Healthy', `Python 3.12.7, ${stay.length + come.length} packages`, 0) };
  };
  const commands: Pick<Platform, 'pythonView' | 'pythonCheck' | 'pythonCheckStop' | 'pythonPins' | 'pythonTry' | 'pythonTryStop' | 'pythonPlan' | 'pythonDiff' | 'pythonRollbackPlan'> = {
    pythonView: async (): Promise<PythonView> => ({ interpreters, envs, installer: 'uv 0.5.4' }),
    pythonCheck: async (id) => { put(id, { status: { ...find(id).status, measured_at: ago(0) } }); return find(id); },
    pythonCheckStop: async () => false,
    pythonPins: async (id) => ({ text: `# What the modules of this environment need.\n${find(id).packages.filter((one) => one.pinned).map((one) => `${one.name}==${one.version}`).join('\n')}\n`, proposed: null }),
    pythonTry: async (id, change) => { if (world.latency) await pause(world.latency * 5); return attempt(find(id), change); },
    pythonTryStop: async () => true,
    pythonPlan: async (id, change) => {
      const env = find(id);
      const tried = attempt(env, change);
      if (!tried.ok) refuse('python_conflict', 'These packages do not fit each other.', 'Try other versions.', tried.conflicts);
      return keep(plan(`${words[change.kind]} ${env.title}`, 'Built beside the one that is there, then swapped; the old one is kept. Nothing has been written yet.', [
        step(env.title, 'create_dir', 'Build the environment', `${env.path}-new`, `${tried.moves.length} packages differ`),
        step(env.title, 'write_file', 'Swap the link', env.path, 'the old one is kept'),
      ], words[change.kind].split(' ')[0]!, { restarts: env.used_by }), id, () => built(env, tried.moves));
    },
    pythonDiff: async (id, which): Promise<PythonMove[]> => {
      find(id);
      return which === kept[0]!.id ? [{ name: 'aiogram', from: '3.21.0', to: null }, { name: 'httpx', from: '0.27.2', to: '0.26.0' }] : [];
    },
    pythonRollbackPlan: async (id, which) => {
      const env = find(id);
      const old = env.kept.find((one) => one.id === which) ?? refuse('python_kept_unknown', 'No such environment was kept.', 'Look again.', [which]);
      return keep(plan(`Put ${env.title} back`, `As it was with Python ${old.python} and ${old.packages} packages. Nothing has been written yet.`, [step(env.title, 'write_file', 'Swap the link', env.path, old.id)], 'Put back', { restarts: env.used_by }), id,
        () => ({ python: old.python, packages: env.packages.slice(0, old.packages), problems: [], status: status('Healthy', `Python ${old.python}, ${old.packages} packages`, 0) }));
    },
  };
  return { commands, put };
}

export const pythonCommands = (world: World): Partial<Platform> => pythonSample(world).commands;
