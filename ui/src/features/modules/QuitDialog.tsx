/** Quitting while modules run: asked once, of whoever sits there. */
import { useEffect, useRef, useState } from 'react';
import type { QuitChoice, QuitState } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { Button, Checkbox, Dialog, ErrorBox, Foreign, Waiting, useToasts } from '../../ui';
import { modulesOf } from './words';

/** Named in full up to here. */
const MOST_NAMES = 6;

/** The shell sends it in place of quitting. */
const QUIT = 'app.quit';

function Question({ running, onClose }: { running: string[]; onClose: () => void }) {
  const platform = usePlatform();
  const [always, setAlways] = useState(false);
  const [busy, setBusy] = useState<QuitChoice | null>(null);
  const [error, setError] = useState<unknown>(null);
  const choose = (choice: QuitChoice) => {
    if (busy === choice) return;
    setBusy(choice);
    setError(null);
    // Not to wait is no answer to what is done every time.
    platform.quitChoose(choice, always && busy === null).then(onClose, (thrown: unknown) => { setError(thrown); setBusy(null); });
  };
  const stopping = busy === 'stop';
  const more = running.length - MOST_NAMES;
  const one = running.length === 1;
  return (
    <Dialog label="Quit while modules run" onClose={() => { if (busy === null) onClose(); }} data-testid="quit-dialog">
      <div className="dialog-form">
        <div className="dialog-body">
          <h2>{modulesOf(running.length)} {one ? 'runs' : 'run'}.</h2>
          <ul className="quit-names small muted">
            {running.slice(0, MOST_NAMES).map((title, i) => <li key={`${title}${i}`}><Foreign>{title}</Foreign></li>)}
            {more > 0 && <li>and {more.toLocaleString('en')} more</li>}
          </ul>
          <p className="muted">Left running, {one ? 'it goes' : 'they go'} on without this window; opening the app again shows {one ? 'it' : 'them'} as {one ? 'it does' : 'they do'} then.</p>
          <div className="quit-always"><Checkbox checked={always} onChange={setAlways} disabled={busy !== null} data-testid="quit-always">Do this every time</Checkbox></div>
          {stopping && <Waiting>Waiting for {one ? 'it' : 'them'} to end</Waiting>}
          {error !== null && <ErrorBox error={error} />}
        </div>
        <footer className="row dialog-acts">
          <Button onClick={onClose} keys="esc" why={stopping ? `${one ? 'It is' : 'They are'} being stopped already.` : busy ? 'It quits already.' : null} data-testid="quit-cancel">Cancel</Button>
          <span className="grow" />
          <Button busy={stopping} why={busy === 'keep' ? 'It quits already.' : null} onClick={() => choose('stop')} data-testid="quit-stop">{stopping ? 'Stopping' : one ? 'Stop it' : 'Stop them'}</Button>
          <Button kind="primary" autoFocus busy={busy === 'keep'} onClick={() => choose('keep')} data-testid="quit-keep">{busy === 'keep' ? 'Quitting' : stopping ? 'Quit without waiting' : one ? 'Leave it running' : 'Leave them running'}</Button>
        </footer>
      </div>
    </Dialog>
  );
}

export function QuitDialog() {
  const platform = usePlatform();
  const toasts = useToasts();
  const [state, setState] = useState<QuitState | null>(null);
  const asking = useRef(false);
  useEffect(() => platform.onMenu(({ id }) => {
    if (id !== QUIT || asking.current) return;
    asking.current = true;
    // Nothing runs any more: there is nothing to ask.
    platform.quitState()
      .then((now) => (now.running.length > 0 ? setState(now) : platform.quitChoose('keep', false)))
      .catch((thrown: unknown) => toasts.fail(thrown))
      .finally(() => { asking.current = false; });
  }), [platform, toasts]);
  return state && <Question running={state.running} onClose={() => setState(null)} />;
}
