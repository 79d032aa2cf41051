/** What an update reaches for, needs and asks for that the installed version does not, and what it no longer does. Pure. */
import type { PluginCandidate, PluginDetail } from '../../../bindings';

export interface Drift { mark: 'new' | 'gone' | 'changed'; what: string; text: string }

const reachWord: Record<string, string> = { network: 'Network', secrets: 'Secrets', files: 'Files', runs: 'Runs' };

export function driftOf(candidate: Pick<PluginCandidate, 'reach' | 'needs' | 'settings'>, installed: Pick<PluginDetail, 'reach' | 'needs' | 'settings'>): Drift[] {
  const lines: Drift[] = [];
  const said = (reach: PluginDetail['reach']) => new Map(reach.map((one) => [`${one.kind} ${one.words}`, one]));
  const [before, after] = [said(installed.reach), said(candidate.reach)];
  for (const [key, { kind, words }] of after) if (!before.has(key)) lines.push({ mark: 'new', what: reachWord[kind] ?? kind, text: words });
  for (const [key, { kind, words }] of before) if (!after.has(key)) lines.push({ mark: 'gone', what: reachWord[kind] ?? kind, text: words });
  const named = (needs: PluginDetail['needs']) => new Map(needs.map((need) => [need.package, need.wanted]));
  const [had, wants] = [named(installed.needs), named(candidate.needs)];
  for (const [name, wanted] of wants) {
    const old = had.get(name);
    if (old === undefined) lines.push({ mark: 'new', what: 'Package', text: `${name} ${wanted}`.trim() });
    else if (old !== wanted) lines.push({ mark: 'changed', what: 'Package', text: `${name} ${old || 'any'} → ${wanted || 'any'}` });
  }
  for (const name of had.keys()) if (!wants.has(name)) lines.push({ mark: 'gone', what: 'Package', text: name });
  const asked = candidate.settings.map((setting) => setting.key);
  for (const key of asked) if (!installed.settings.includes(key)) lines.push({ mark: 'new', what: 'Setting', text: key });
  for (const key of installed.settings) if (!asked.includes(key)) lines.push({ mark: 'gone', what: 'Setting', text: key });
  return lines;
}
