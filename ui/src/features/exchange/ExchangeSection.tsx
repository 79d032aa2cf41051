import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { toPlatformError } from '../../platform/platform';
import { Button, ErrorBox, Foreign } from '../../ui';
import { usePlanFlow } from '../plan/flow';
import { useExchange } from './use-exchange';

function ExportGroup() {
  const { exportToFile, copyAsText } = useExchange();
  return (
    <section>
      <div className="group-head"><h2>Export</h2></div>
      <div className="group"><div className="exchange-row">
        <p className="small muted grow">Every setting that somebody set, as a text that people and version control can read. Secrets are references: their values are not in it.</p>
        <Button onClick={() => void exportToFile()} data-testid="export-file">Export…</Button>
        <Button icon="copy" onClick={() => void copyAsText()} data-testid="export-copy">Copy as text</Button>
      </div></div>
    </section>
  );
}

function ImportGroup() {
  const { importFile, importText } = useExchange();
  const [text, setText] = useState('');
  const id = useId();
  return (
    <section>
      <div className="group-head"><h2>Import</h2></div>
      <div className="group">
        <div className="exchange-row">
          <p className="small muted grow">Shows what would change as a plan. Settings that are not in the file stay as they are.</p>
          <Button onClick={() => void importFile()} data-testid="import-file">Import…</Button>
        </div>
        <div className="exchange-text">
          <label className="form-label" htmlFor={id}>Or paste the text</label>
          <textarea id={id} className="text-area mono" rows={8} spellCheck={false} autoComplete="off" autoCapitalize="off" value={text} onChange={(event) => setText(event.target.value)} data-testid="import-text" />
          <div className="row"><span className="grow" /><Button onClick={() => importText(text, () => setText(''))} why={text.trim() ? null : 'Paste a text first.'} data-testid="import-review">Review plan</Button></div>
        </div>
      </div>
    </section>
  );
}

/** Imported values of system and agents that stand in the wrong table: shown only while there are some. */
function Homes() {
  const platform = usePlatform();
  const flow = usePlanFlow();
  const query = useQuery({
    queryKey: [...keys.settings, 'homes'],
    queryFn: async () => {
      try {
        const plan = await platform.settingsHomesPlan();
        await platform.planDiscard(plan.id);
        return { title: plan.title, summary: plan.summary };
      } catch (thrown) {
        const error = toPlatformError(thrown);
        if (error.code === 'nothing_to_move') return null;
        throw error;
      }
    },
  });
  if (query.isError) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return null;
  return (
    <section data-testid="homes">
      <div className="group-head"><h2>Imported values</h2></div>
      <div className="group"><div className="exchange-row">
        <p className="small muted grow"><b className="medium"><Foreign>{query.data.title}</Foreign></b><br /><Foreign>{query.data.summary}</Foreign></p>
        <Button onClick={() => flow.open({ title: 'Move imported values', make: () => platform.settingsHomesPlan() })} data-testid="homes-move">Move imported values…</Button>
      </div></div>
    </section>
  );
}

/** Settings as a file: out, in, and what an earlier import left. */
export function ExchangeSection() {
  return (
    <div className="scroll" data-testid="exchange-section">
      <div className="formpad"><ExportGroup /><ImportGroup /><Homes /></div>
    </div>
  );
}
