import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AgentRow, BrocaView } from '../../bindings';
import { keys } from '../../app/queries';
import { usePlatform } from '../../platform/context';
import { Banner, Button, ErrorBox, Foreign, Prose, RelativeTime, Segments, Waiting } from '../../ui';
import { People } from './People';
import { Queue } from './Queue';

function Numbers({ view }: { view: BrocaView }) {
  const { counts } = view;
  const all: [string, number][] = [
    ['Waiting', counts.pending], ['In work', counts.processing], ['Answered', counts.completed], ['Failed', counts.failed], ['Flushed', counts.flushed], ['Messages', counts.messages], ['People', counts.people],
  ];
  return <dl className="numbers" data-testid="broca-counts">{all.map(([name, count]) => <div key={name}><dt>{name}</dt><dd className="num">{count.toLocaleString('en')}</dd></div>)}</dl>;
}

/** Inside Broca: it is looked at without writing; what changes its queue is a plan. */
export function BrocaTab({ agent }: { agent: AgentRow }) {
  const platform = usePlatform();
  const [part, setPart] = useState('queue');
  const view = useQuery({ queryKey: [...keys.agents, 'broca', agent.uid, 'view'], queryFn: () => platform.brocaView(agent.uid) });
  if (view.isError) return <ErrorBox error={view.error} onRetry={() => void view.refetch()} />;
  if (!view.data) return <Waiting>Reading Broca’s database</Waiting>;
  const { file, missing } = view.data;
  const parts = <Segments label="What is shown" segments={[{ id: 'queue', label: 'Queue' }, { id: 'people', label: 'People' }]} selected={part} onSelect={setPart} />;
  return (
    <>
      {missing.map((words) => <Banner key={words} kind={file === null ? 'info' : 'warn'} title={<Prose>{words}</Prose>} data-testid="broca-missing" />)}
      <section>
        <div className="group-head"><h2>Broca’s own database</h2><span className="count">read <RelativeTime at={view.data.read_at} bare /></span><span className="grow" /><Button size="s" icon="refresh" busy={view.isFetching} onClick={() => void view.refetch()} data-testid="broca-again">Read again</Button></div>
        <div className="group">
          <Numbers view={view.data} />
          <p className="small muted pad-s" data-testid="broca-read-only">{file === null ? 'There is no file yet. ' : <><code><Foreign>{file}</Foreign></code> </>}It is only read here. What changes the queue is a plan, and undo takes it back.</p>
        </div>
      </section>
      {file !== null && (
        <section>
          {part === 'queue' ? <Queue agent={agent} counts={view.data.counts} head={parts} /> : <People agent={agent} head={parts} />}
        </section>
      )}
    </>
  );
}
