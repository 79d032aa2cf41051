/** Environments and their changes, in words. Pure. */
import type { PythonChange, PythonEnv, PythonMove, PythonPackage } from '../../bindings';
import { visible } from '../../ui';
import { bytesWords } from '../logs/words';

export type ChangeKind = PythonChange['kind'];

export const packagesWords = (n: number) => `${n.toLocaleString('en')} ${n === 1 ? 'package' : 'packages'}`;

/** "Python 3.12.7 · 61 packages · 102 MB". */
export function envWords(env: PythonEnv): string {
  const parts = [env.python && `Python ${visible(env.python)}`, packagesWords(env.packages.length), env.size !== null && bytesWords(env.size)];
  return parts.filter(Boolean).join(' · ');
}

export const titles: Record<ChangeKind, (env: string) => string> = {
  create: (env) => `Create the environment of ${env}`,
  repair: (env) => `Repair the environment of ${env}`,
  python: (env) => `Another Python for ${env}`,
  add: (env) => `Add packages to ${env}`,
  remove: (env) => `Remove packages from ${env}`,
  pins: (env) => `Pins of ${env}`,
};

/** "2 are new, 1 changes, 1 goes." */
export function movesWords(moves: PythonMove[]): string {
  if (moves.length === 0) return 'No package changes.';
  const count = (fits: (move: PythonMove) => boolean) => moves.filter(fits).length;
  const come = count((move) => move.from === null);
  const go = count((move) => move.to === null);
  const change = moves.length - come - go;
  const parts = [come && `${come} ${come === 1 ? 'is' : 'are'} new`, change && `${change} ${change === 1 ? 'changes' : 'change'}`, go && `${go} ${go === 1 ? 'goes' : 'go'}`].filter(Boolean);
  return `${parts.join(', ')}.`;
}

/** "new", "goes", or nothing where both versions say it. */
export const moveWord = (move: PythonMove) => (move.from === null ? 'new' : move.to === null ? 'goes' : '');

/** One on each line, without what is empty. */
export const namesIn = (text: string) => text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));

export const packageFits = (one: PythonPackage, query: string) => query === '' || `${one.name} ${one.version}${one.pinned ? ' pinned' : ''}`.toLowerCase().includes(query.toLowerCase());
