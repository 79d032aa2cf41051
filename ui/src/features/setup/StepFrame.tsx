import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { HELP } from './help';
import { pathOf, type StepId } from './model';
import { useWizard } from './wizard-context';

export interface Primary {
  label: string;
  testId?: string;
  busy?: boolean;
  /** Why it cannot be pressed yet; pressing it then leads to what is missing. */
  blocked?: string | null;
  /** Resolves when the press was dealt with; going on is up to it. */
  onPress: () => void | Promise<void>;
}

interface StepFrameProps {
  id: StepId;
  title: string;
  lead: ReactNode;
  children: ReactNode;
  /** The sentence of the foot bar: what is chosen, what will happen. */
  sentence?: ReactNode;
  secondary?: ReactNode;
  primary: Primary | null;
  back?: boolean;
}

const INTERACTIVE = 'button, a, input, select, textarea, summary, [role="button"], [role="dialog"], [role="alertdialog"]';

/** One step: its question, its content, and the foot bar. Enter presses the primary button from anywhere in it. */
export function StepFrame(props: StepFrameProps) {
  const { id, title, lead, children, primary } = props;
  const { state } = useWizard();
  const form = useRef<HTMLFormElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [pressed, setPressed] = useState(false);
  const [help, setHelp] = useState(false);
  const busy = pressed || primary?.busy === true;

  useEffect(() => {
    const first = form.current?.querySelector<HTMLElement>('[data-first]');
    (first ?? heading.current)?.focus();
  }, []);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || event.defaultPrevented || event.isComposing) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest(INTERACTIVE) || document.querySelector('[role="dialog"], [role="alertdialog"]')) return;
      event.preventDefault();
      form.current?.requestSubmit();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (primary === null || busy) return;
    setPressed(true);
    const pressedFrom = document.activeElement;
    try {
      await primary.onPress();
    } finally {
      setPressed(false);
      // Somebody who went on typing elsewhere meanwhile is not pulled away.
      requestAnimationFrame(() => [pressedFrom, document.body].includes(document.activeElement) && form.current?.querySelector<HTMLElement>('[aria-invalid="true"] input, input[aria-invalid="true"]')?.focus());
    }
  };

  return (
    <main className="main">
      <form ref={form} className="wform" onSubmit={(event) => void submit(event)} noValidate>
        <div className="titlebar wtitle" data-tauri-drag-region="">
          <span className="grow" data-tauri-drag-region="" />
          <button type="button" className="btn btn-quiet" aria-expanded={help} onClick={() => setHelp(!help)}>
            <Icon name="question" />Help for this step
          </button>
        </div>
        <div className="scroll">
          <section className="wpad" data-testid={`wizard-step-${id}`} aria-labelledby={`wizard-title-${id}`}>
            <header>
              <h2 id={`wizard-title-${id}`} ref={heading} tabIndex={-1}>{title}</h2>
              <p>{lead}</p>
            </header>
            {help ? <div className="banner" role="note"><Icon name="question" /><div className="grow"><p>{HELP[id]}</p></div></div> : null}
            {children}
          </section>
        </div>
        <FootBar {...props} busy={busy} first={pathOf(state)[0] === id} />
      </form>
    </main>
  );
}

function FootBar({ sentence, secondary, primary, back = true, busy, first }: StepFrameProps & { busy: boolean; first: boolean }) {
  const { dispatch } = useWizard();
  return (
    <footer className="footbar">
      {back && !first
        ? <button type="button" className="btn" data-testid="wizard-back" onClick={() => dispatch({ type: 'back' })}>Back</button>
        : null}
      <span className="grow small muted wsentence">{sentence}</span>
      {secondary}
      {primary === null ? null : (
        <button
          type="submit" className="btn btn-primary" data-testid={primary.testId ?? 'wizard-next'} aria-busy={busy || undefined}
          aria-disabled={primary.blocked ? true : undefined} title={primary.blocked ?? undefined}
        >
          {busy ? <span className="spinner" aria-hidden="true" /> : null}
          {primary.label}
          {busy ? null : <span className="kbd" aria-hidden="true">↩</span>}
        </button>
      )}
    </footer>
  );
}
