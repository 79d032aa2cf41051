import { expect, test } from 'vitest';
import { driftOf } from './drift';

const fits = { word: 'Healthy' as const, reason: 'fits', evidence: [], measured_at: null };
const need = (name: string, wanted: string) => ({ package: name, wanted, installed: null, verdict: fits });
const reach = (kind: string, words: string) => ({ kind, words, seen: [] });
const setting = (key: string) => ({ key, title: key, description: '', secret: false, required: false });

test('what an update brings, lets go and asks for otherwise is named line by line', () => {
  const lines = driftOf(
    { reach: [reach('network', 'api.example.org'), reach('runs', 'git')], needs: [need('httpx', '>=0.28'), need('idna', '')], settings: [setting('KEY'), setting('PLACE')] },
    { reach: [reach('network', 'api.example.org'), reach('secrets', 'reads KEY')], needs: [need('httpx', '>=0.27'), need('lxml', '')], settings: ['KEY', 'OLD'] },
  );
  expect(lines.map(({ mark, what, text }) => `${mark} ${what}: ${text}`), 'each once').toEqual([
    'new Runs: git', 'gone Secrets: reads KEY', 'changed Package: httpx >=0.27 → >=0.28', 'new Package: idna', 'gone Package: lxml', 'new Setting: PLACE', 'gone Setting: OLD',
  ]);
});

test('the same again brings nothing', () => {
  const same = { reach: [reach('runs', 'git')], needs: [need('httpx', '')] };
  expect(driftOf({ ...same, settings: [setting('KEY')] }, { ...same, settings: ['KEY'] }), 'nothing to say').toEqual([]);
});
