import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ToolCard as Card } from '../../bindings';
import { keys } from '../../app/queries';
import { useShell } from '../../app/shell-context';
import { usePlatform } from '../../platform/context';
import { Button, Foreign, Prose, Icon, StatusStack, useToasts } from '../../ui';

/** Measures again and reads the lists that show it. */
export function useProbe(id: string) {
  const platform = usePlatform();
  const client = useQueryClient();
  const toasts = useToasts();
  return useMutation({
    mutationFn: () => platform.toolProbe(id),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tools }),
    onError: (thrown) => toasts.fail(thrown),
  });
}

function MainAction({ card, stop, onOpen }: { card: Card; stop: boolean; onOpen: () => void }) {
  const shell = useShell();
  const probe = useProbe(card.id);
  const tabIndex = stop ? 0 : -1;
  if (card.broken) {
    const { file } = card.broken;
    return <Button size="s" tabIndex={tabIndex} onClick={() => shell.showPath(file)} data-testid="tool-show-file">Show file</Button>;
  }
  if (card.status.word === 'Unknown') {
    return <Button size="s" tabIndex={tabIndex} busy={probe.isPending} onClick={() => probe.mutate()}>{probe.isPending ? 'Measuring' : 'Measure'}</Button>;
  }
  return <Button size="s" tabIndex={tabIndex} onClick={onOpen}>Open</Button>;
}

function BrokenWords({ broken }: { broken: NonNullable<Card['broken']> }) {
  const file = broken.file.split('/').pop() ?? broken.file;
  return (
    <p title={`${broken.file}: ${broken.message}`}>
      <span className="mono"><Foreign>{file}</Foreign></span>
      {broken.line !== null && <>, line {broken.line}</>}: <Prose>{broken.message}</Prose>
    </p>
  );
}

/** What it is for; where its manifest does not say, where it stands. */
function Words({ card }: { card: Card }) {
  if (card.broken) return <BrokenWords broken={card.broken} />;
  if (!card.description && card.path) return <p className="mono faint"><Foreign>{card.path}</Foreign></p>;
  return <p><Foreign>{card.description}</Foreign></p>;
}

/** One card: icon, name, description, status with its reason, one main action. */
export function ToolCardBody({ card, digit, stop, onOpen }: { card: Card; digit: number | null; stop: boolean; onOpen: () => void }) {
  return (
    <>
      {digit !== null && <span className="keycap" aria-hidden="true">{digit}</span>}
      <div className="head">
        <span className="tile"><Icon name={card.broken ? 'file' : card.icon} /></span>
        <div className="grow">
          <h3 className="cut"><Foreign>{card.title || card.name}</Foreign>{card.emoji && <span className="card-emoji" aria-hidden="true"> <Foreign>{card.emoji}</Foreign></span>}</h3>
          <Words card={card} />
        </div>
      </div>
      <div className="foot">
        <StatusStack status={card.status} word={card.broken ? 'Can’t be read' : undefined} />
        <MainAction card={card} stop={stop} onOpen={onOpen} />
      </div>
    </>
  );
}

/** Keeps its place while its page is on the way. */
export function ToolCardWaiting() {
  return <span className="sr">Reading this card</span>;
}
