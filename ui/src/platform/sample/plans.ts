import type { AgentDraft, ChangeRow, NameVerdict, Plan, PlanStep, StepKind } from '../../bindings';

let made = 0;

export function step(group: string, kind: StepKind, title: string, target: string, detail: string, lines: string[] = []): PlanStep {
  return { group, kind, title, target, detail, diff: lines.map((text, i) => ({ kind: 'add' as const, number: i + 1, text })), diff_left_out: 0, state: null };
}

export function plan(title: string, summary: string, steps: PlanStep[], action: string, more: Partial<Plan> = {}): Plan {
  made += 1;
  return {
    id: `plan-${made}`, title, summary, steps, action, restarts: [], irreversible: [], command: null,
    undo: 'Everything, with ⌘Z or from Activity, as long as nobody edits these files.',
    checks: [{ word: 'Healthy', text: 'Nothing stands where the new files go' }, { word: 'Healthy', text: 'The folder is writable, 41 GB free' }],
    ...more,
  };
}

export function verdict(name: string, taken: string[]): NameVerdict {
  const uid = name.trim().toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  const finding = (code: string, message: string, hint: string) => ({ uid: null, findings: [{ code, level: 'error' as const, message, hint, path: null }] });
  if (/[/\\]/.test(name)) return finding('agent_name_path', 'A name cannot hold a slash.', 'Leave the slash out.');
  if (!uid) return finding('agent_name_empty', 'A name needs at least one letter or digit.', 'Enter a name, for example Athena.');
  if (taken.includes(uid)) return finding('agent_name_taken', `There is an agent called ${uid} already.`, 'Enter another name.');
  return { uid, findings: [] };
}

export function addAgentPlan(draft: AgentDraft): Plan {
  const uid = draft.uid ?? verdict(draft.name, []).uid ?? 'agent';
  const root = `agents/agent-${uid}`;
  return plan(`Add ${draft.name}`, `A Prime with ${draft.modules.length} modules. Nothing has been written yet.`, [
    step(draft.name, 'create_dir', 'Create the folder', root, 'mode 0700'),
    ...draft.modules.flatMap((module, i) => [
      step(`${draft.name} · ${module}`, 'create_dir', 'Create the folder', `${root}/${module}/config`, 'mode 0700'),
      step(`${draft.name} · ${module}`, 'write_file', 'Write 2 lines', `${root}/${module}/config/.env`, 'mode 0600', [`PORT='${9004 + i * 200}'`, "LOG_LEVEL='INFO'"]),
    ]),
    step('Registry', 'registry', 'Record the agent', 'registry · agents', '1 row'),
  ], `Add ${draft.name}`, { command: `sanctumctl agents add ${uid} --yes` });
}

export function removeAgentPlan(name: string, uid: string): Plan {
  return plan(`Remove ${name}`, `Moves 214 files (38 MB) to the trash of this Sanctum. The agent in Letta stays. Nothing has been written yet.`, [
    step(name, 'trash', 'Move to the trash', `agents/agent-${uid}`, '214 files, 38 MB'),
    step('Registry', 'registry', 'Forget the agent', 'registry · agents', '1 row'),
  ], `Remove ${name}`, { restarts: [], irreversible: [], command: `sanctumctl agents remove ${uid} --yes` });
}

export function undoPlan(row: ChangeRow): Plan {
  const redo = row.is_undo;
  return plan(redo ? `Redo: ${row.title}` : `Undo: ${row.title}`, 'Takes every step back, the last one first. Nothing has been written yet.', [
    step('', 'remove', 'Remove what was written', 'agents/agent-timbre', '9 files'),
    step('', 'registry', 'Forget the agent', 'registry · agents', '1 row'),
  ], redo ? 'Redo' : 'Undo', { command: `sanctumctl changes undo ${row.id} --yes` });
}
