import { useMemo } from 'react';
import { usePlatform } from '../../platform/context';
import { useToasts } from '../../ui';
import { usePlanFlow } from '../plan/flow';

/** "412 settings, 6 secrets as references". */
export function countWords(settings: number, secrets: number): string {
  const of = (n: number, one: string) => `${n.toLocaleString('en')} ${n === 1 ? one : `${one}s`}`;
  return `${of(settings, 'setting')}, ${secrets === 0 ? 'no secret among them' : `${of(secrets, 'secret')} as ${secrets === 1 ? 'a reference' : 'references'}`}`;
}

/** Settings out to a text or file, and in again through a plan. */
export function useExchange() {
  const platform = usePlatform();
  const toasts = useToasts();
  const flow = usePlanFlow();
  return useMemo(() => {
    const fail = (thrown: unknown) => toasts.fail(thrown);
    const toFile = async () => {
      const { name } = await platform.settingsExport();
      const path = await platform.pickSave(name);
      if (path === null) return;
      const done = await platform.settingsExportTo(path);
      toasts.show({ title: `Exported ${countWords(done.settings, done.secrets)}.`, text: `Written to ${path}.` });
    };
    const toClipboard = async () => {
      const asked = platform.settingsExport();
      // Before anything is waited for: later the page may not copy any more.
      const copying = platform.copyText(asked.then(({ text }) => text));
      copying.catch(() => {});
      const done = await asked;
      await copying;
      toasts.show({ title: `Copied ${countWords(done.settings, done.secrets)}.`, text: 'No secret’s value is on the clipboard.' });
    };
    const fromFile = async () => {
      const path = await platform.pickFile();
      if (path !== null) flow.open({ title: 'Import settings', make: () => platform.settingsImportFilePlan(path) });
    };
    return {
      exportToFile: () => toFile().catch(fail),
      copyAsText: () => toClipboard().catch(fail),
      importFile: () => fromFile().catch(fail),
      importText: (text: string, onApplied: () => void) => flow.open({ title: 'Import settings', make: () => platform.settingsImportPlan(text), onApplied }),
    };
  }, [platform, toasts, flow]);
}
