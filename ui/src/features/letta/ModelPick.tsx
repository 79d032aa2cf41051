import type { LettaModel } from '../../bindings';
import { Foreign } from '../../ui';
import { PickList } from './PickList';
import { CLOUD } from './side';

const idOf = (model: LettaModel) => model.handle;
const textOf = (model: LettaModel) => `${model.handle} ${model.provider} ${model.name}`;

/** A model of the live list: where it runs is said where texts leave for the cloud. */
export function ModelPick({ label, models, chosen, onChoose, testId }: { label: string; models: LettaModel[]; chosen: string; onChoose: (handle: string) => void; testId: string }) {
  return (
    <PickList label={label} items={models} idOf={idOf} textOf={textOf} chosen={chosen} onChoose={onChoose} testId={testId} none="Letta offers none. Give it a provider first, then look again."
      render={(model) => (
        <span className="grow pick-words">
          <span className="cut"><Foreign>{model.handle}</Foreign></span>
          <span className="row">
            {model.cloud && <span className="chip chip-warn">{CLOUD}</span>}
            {model.context_window !== null && <span className="caption faint nowrap">{model.context_window.toLocaleString('en')} tokens</span>}
          </span>
        </span>
      )} />
  );
}
