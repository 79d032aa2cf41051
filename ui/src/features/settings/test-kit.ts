/** What the form's tests share. */
import type { SettingRow, ToolDetail } from '../../bindings';
import { createMemoryPlatform } from '../../platform/memory';
import { moduleScope, rowOf } from '../../platform/sample/settings-rows';
import { eventually, openApp } from '../../test/kit';

export const BROCA = 'agent:athena/broca2';
export const at = (id: string, setting?: string) => `#/tool/${encodeURIComponent(id)}${setting === undefined ? '' : `?setting=${encodeURIComponent(setting)}`}`;

export const openBroca = () => openApp({}, at(BROCA));

const scope = moduleScope('Athena', 'athena', 'broca2', 'Broca');

/** One setting of Broca's scope. */
export function one(kind: SettingRow['kind'], key: string, values: Parameters<typeof rowOf>[7], more: Partial<SettingRow> = {}): SettingRow {
  return rowOf(scope, 1, 'Group', kind, key, more.title ?? key, more.description ?? '', values, more);
}

/** The sample's detail of Broca with other settings. */
export async function detailWith(settings: SettingRow[], more: Partial<ToolDetail['target']> = {}): Promise<ToolDetail> {
  const detail = await createMemoryPlatform().toolGet(BROCA);
  return { ...detail, settings, target: { ...detail.target, plain_secrets: 0, ...more } };
}

/** Opens a tool whose settings are these; the draft's checks answer that all is well unless told otherwise. */
export async function openWith(settings: SettingRow[], overrides: Parameters<typeof openApp>[0] = {}, target: Partial<ToolDetail['target']> = {}) {
  const detail = await detailWith(settings, target);
  return openApp({
    ...overrides,
    overrides: {
      toolGet: async () => detail,
      settingsCheck: async (_, edits) => ({ problems: [], after: edits.map((edit) => ({ id: edit.id, value: String(edit.value), level: edit.level })), touches: [], files: 1, instances: ['Broca of Athena'], restarts: [] }),
      ...overrides.overrides,
    },
  }, at(BROCA));
}

/** The edits of the last call, once one was made with this one in it. */
export async function checked(calls: (name: string) => unknown[][], id: string): Promise<{ level: string; op: string; value: unknown; by_environment: boolean } | undefined> {
  type Sent = { id: string; level: string; op: string; value: unknown; by_environment: boolean };
  const last = () => (calls('settingsCheck').at(-1)?.[1] as Sent[] | undefined)?.find((edit) => edit.id === id);
  await eventually(() => last() !== undefined, `${id} is asked about`).toBe(true);
  return last();
}
