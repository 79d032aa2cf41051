import { useId } from 'react';
import type { AgentRow, MemoryBlock } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { Button, Checkbox, FieldMessage, Foreign, ProgressBar, TextField, visible } from '../../ui';
import { lengthOf, limitWords } from '../agents/edits';
import { usePlanFlow } from '../plan/flow';
import { type BlockDraft, useBlockDraft } from './block-drafts';
import { blockProblem, editOfBlock, limitOf } from './blocks';

function Limit({ used, limit, label }: { used: number; limit: number; label: string }) {
  return (
    <div className="limit" data-over={used > limit || undefined}>
      <ProgressBar share={limit > 0 ? used / limit : 1} label={`How full ${visible(label)} is`} />
      <span className="caption faint nowrap" data-testid="block-limit">{limitWords(used, limit)}</span>
    </div>
  );
}

/** One memory block: read, written in place, its change reviewed as a plan. */
export function BlockCard({ agent, block }: { agent: AgentRow; block: MemoryBlock }) {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const id = useId();
  const [draft, setDraft] = useBlockDraft(agent.uid, block.label);
  const now = draft ?? { value: block.value, limit: String(block.limit), readOnly: block.read_only };
  const put = (more: Partial<BlockDraft>) => setDraft({ ...now, ...more });
  const edit = draft && editOfBlock(block, draft);
  const wrong = draft && edit ? blockProblem(draft) : null;
  const used = draft ? lengthOf(draft.value) : block.used;
  const limit = draft && !Number.isNaN(limitOf(draft.limit)) ? limitOf(draft.limit) : block.limit;
  const review = () => { if (edit) flow.open({ title: `Change ${block.label}`, make: () => platform.agentBlockPlan(agent.uid, block.label, edit), onApplied: () => setDraft(null) }); };
  const detach = () => flow.open({ title: `Detach ${block.label}`, destructive: true, make: () => platform.agentBlockRemovePlan(agent.uid, block.label), onApplied: () => setDraft(null) });
  return (
    <div className="block-card" data-testid={`block-${block.label}`} data-modified={edit ? '' : undefined}>
      <div className="row block-head">
        <label className="mono medium cut" htmlFor={id}><Foreign>{block.label}</Foreign></label>
        {block.description && <span className="small muted cut grow" title={visible(block.description)}><Foreign>{block.description}</Foreign></span>}
        {!block.description && <span className="grow" />}
        <Button size="s" kind="quiet" onClick={detach} aria-label={`Detach ${visible(block.label)}`} data-testid={`block-detach-${block.label}`}>Detach</Button>
      </div>
      <textarea id={id} className="text-area" rows={Math.min(12, Math.max(3, now.value.split('\n').length + 1))} value={now.value} spellCheck={false} aria-invalid={wrong ? true : undefined} aria-describedby={wrong ? `${id}-wrong` : undefined}
        onChange={(event) => put({ value: event.target.value })} data-testid={`block-text-${block.label}`} />
      <Limit used={used} limit={limit} label={block.label} />
      {wrong && <FieldMessage id={`${id}-wrong`}>{wrong}</FieldMessage>}
      <div className="row block-more">
        <Checkbox checked={now.readOnly} onChange={(readOnly) => put({ readOnly })} data-testid={`block-read-only-${block.label}`}>The agent itself may not change it</Checkbox>
        <span className="grow" />
        <TextField className="block-limit-field" label={`Limit of ${visible(block.label)}`} labelHidden inputMode="numeric" unit="at most" value={now.limit} onChange={(text) => put({ limit: text })} data-testid={`block-limit-${block.label}`} />
      </div>
      {edit && (
        <div className="row" data-testid={`block-draft-${block.label}`}>
          <span className="small muted grow">Not changed yet.</span>
          <Button size="s" onClick={() => setDraft(null)} data-testid={`block-discard-${block.label}`}>Discard</Button>
          <Button size="s" kind="primary" why={wrong} onClick={review} data-testid={`block-review-${block.label}`}>Review plan</Button>
        </div>
      )}
    </div>
  );
}
