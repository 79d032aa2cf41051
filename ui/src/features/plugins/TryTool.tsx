/** One tool of the running server: a form made from its schema, the call, the answer as text. */
import { type FormEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { McpAnswer } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { type PlatformError, toPlatformError } from '../../platform/platform';
import { Button, Checkbox, CopyButton, ErrorBox, FieldMessage, Foreign, Glyph, Icon, TextField, Waiting, duration, visible } from '../../ui';
import { type ArgDraft, type ArgField, argsFromText, argsOf, draftFrom, fieldsOf, startOf, typeWords } from './schema-form';

export interface Tried { name: string; description: string; schema: unknown }

type Call = { stage: 'idle' } | { stage: 'calling' } | { stage: 'failed'; error: PlatformError } | { stage: 'answered'; answer: McpAnswer };

/** A call cannot be taken back once it was sent; waiting for it can be stopped. */
function useCall(name: string) {
  const platform = usePlatform();
  const [call, setCall] = useState<Call>({ stage: 'idle' });
  const run = useRef(0);
  const start = (args: Record<string, unknown>) => {
    const mine = (run.current += 1);
    setCall({ stage: 'calling' });
    platform.mcpCall(name, args).then(
      (answer) => { if (run.current === mine) setCall({ stage: 'answered', answer }); },
      (thrown: unknown) => { if (run.current === mine) setCall({ stage: 'failed', error: toPlatformError(thrown) }); },
    );
  };
  const stop = () => { run.current += 1; setCall({ stage: 'idle' }); };
  useEffect(() => () => { run.current += 1; }, []);
  return { call, start, stop };
}

function Area({ label, value, onChange, error, help, mono, ...rest }: { label: React.ReactNode; value: string; onChange: (text: string) => void; error?: string; help?: React.ReactNode; mono?: boolean; 'data-testid'?: string }) {
  const id = useId();
  return (
    <div className="form-field">
      <label className="form-label" htmlFor={id}>{label}</label>
      <textarea id={id} className={mono ? 'text-area mono' : 'text-area'} value={value} spellCheck={false} aria-invalid={error ? true : undefined} aria-describedby={[help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ') || undefined} onChange={(event) => onChange(event.target.value)} data-testid={rest['data-testid']} />
      {error && <FieldMessage id={`${id}-error`}>{error}</FieldMessage>}
      {help && <p className="form-help" id={`${id}-help`}>{help}</p>}
    </div>
  );
}

function Choice({ label, field, value, onChange, error, help }: { label: React.ReactNode; field: ArgField; value: string; onChange: (text: string) => void; error?: string; help?: React.ReactNode }) {
  const id = useId();
  return (
    <div className="form-field">
      <label className="form-label" htmlFor={id}>{label}</label>
      <select id={id} className="field select tool-select" value={value} aria-invalid={error ? true : undefined} aria-describedby={help ? `${id}-help` : undefined} onChange={(event) => onChange(event.target.value)} data-testid={`arg-${field.name}`}>
        <option value="">{field.required ? 'Choose one' : 'Left out'}</option>
        {field.options.map((option, i) => <option key={i} value={String(i)}>{visible(typeof option === 'string' ? option : JSON.stringify(option) ?? '')}</option>)}
      </select>
      {error && <FieldMessage>{error}</FieldMessage>}
      {help && <p className="form-help" id={`${id}-help`}>{help}</p>}
    </div>
  );
}

function Field({ field, value, onChange, error }: { field: ArgField; value: string | boolean | undefined; onChange: (next: string | boolean) => void; error?: string }) {
  const label = <><Foreign>{field.title || field.name}</Foreign> <span className="caption faint arg-type">{field.title ? <code><Foreign>{field.name}</Foreign></code> : null} {typeWords(field)}{field.required && ' · required'}</span></>;
  const help = field.description ? <Foreign>{field.description}</Foreign> : undefined;
  const typed = typeof value === 'string' ? value : '';
  const testId = `arg-${field.name}`;
  if (field.type === 'boolean') return <div className="arg-check"><Checkbox checked={value === true} onChange={onChange} help={help} data-testid={testId}>{label}</Checkbox></div>;
  if (field.type === 'choice') return <Choice label={label} field={field} value={typed} onChange={onChange} error={error} help={help} />;
  if (field.type === 'list') return <Area label={label} value={typed} onChange={onChange} error={error} help={<>{help} One a line.</>} data-testid={testId} />;
  if (field.type === 'json' || field.long) return <Area label={label} mono={field.type === 'json'} value={typed} onChange={onChange} error={error} help={help} data-testid={testId} />;
  const range = [field.min !== null && `at least ${field.min}`, field.max !== null && `at most ${field.max}`].filter(Boolean).join(', ');
  return <TextField label={label} value={typed} onChange={onChange} error={error} inputMode={field.type === 'text' ? undefined : 'decimal'} help={help || range ? <>{help} {range}</> : undefined} data-testid={testId} />;
}

/** Whatever a tool answers is text here: no mark-up, no links, no terminal codes. */
function Answer({ answer }: { answer: McpAnswer }) {
  return (
    <section aria-label="Answer" className="tool-answer" data-testid="tool-answer">
      <div className="row"><span className="st"><Glyph word={answer.is_error ? 'Error' : 'Healthy'} /><span className="word">{answer.is_error ? 'It answered with an error' : 'It answered'}</span><span className="age">{duration(answer.took_ms)}</span></span><span className="grow" /><CopyButton text={answer.text} label="Copy the answer" /></div>
      <pre className="said-text selectable" tabIndex={0} aria-label="Text of the answer"><Foreign>{answer.text === '' ? 'No text.' : answer.text}</Foreign></pre>
      {answer.structured !== null && (
        <details className="fold"><summary className="small muted row"><span className="fold-mark"><Icon name="right" size="s" /></span>As JSON</summary><pre className="code tool-schema" tabIndex={0} aria-label="Answer as JSON">{visible(JSON.stringify(answer.structured, null, 2) ?? '')}</pre></details>
      )}
    </section>
  );
}

export function TryTool({ tool, keysHint }: { tool: Tried; keysHint: string }) {
  const { fields, more } = useMemo(() => fieldsOf(tool.schema), [tool.schema]);
  const [draft, setDraft] = useState<ArgDraft>(() => startOf(fields));
  const [raw, setRaw] = useState<string | null>(more > 0 ? '{}' : null);
  const [asked, setAsked] = useState(false);
  const { call, start, stop } = useCall(tool.name);
  const form = argsOf(fields, draft);
  const text = raw === null ? null : argsFromText(raw);
  const rawProblem = text && 'problem' in text ? text.problem : undefined;
  const problems = raw === null ? form.problems : {};
  const wrong = raw === null ? Object.keys(problems).length > 0 : rawProblem !== undefined;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (call.stage === 'calling') return;
    setAsked(true);
    if (!wrong) start(text && 'args' in text ? text.args : form.args);
  };
  const toRaw = () => setRaw(JSON.stringify(form.args, null, 2));
  const toForm = () => {
    if (!text || 'problem' in text) return;
    const next = draftFrom(fields, text.args);
    if (next) { setDraft(next); setRaw(null); }
  };
  const noForm = raw === null ? null : rawProblem ?? (text && 'args' in text && draftFrom(fields, text.args) === null ? 'It has names that the form does not know.' : null);
  return (
    <form className="try-tool" onSubmit={submit} noValidate data-testid="try-tool" aria-label={`Try ${visible(tool.name)}`}
      onKeyDown={(event) => { if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) { event.preventDefault(); event.stopPropagation(); submit(); } }}>
      <div className="row try-head">
        <span className="grow small muted">{fields.length === 0 && raw === null ? 'It takes no arguments.' : 'Arguments'}</span>
        <Button size="s" kind="quiet" icon="code" aria-pressed={raw !== null} why={noForm} onClick={raw === null ? toRaw : toForm} data-testid="try-raw">{raw === null ? 'As raw JSON' : 'As a form'}</Button>
      </div>
      {more > 0 && raw !== null && <p className="caption faint">It has {(fields.length + more).toLocaleString('en')} arguments, too many for a form.</p>}
      {raw !== null
        ? <Area label="Arguments as JSON" mono value={raw} onChange={setRaw} error={asked ? rawProblem : undefined} data-testid="try-json" />
        : fields.map((field) => <Field key={field.name} field={field} value={draft[field.name]} onChange={(next) => setDraft((old) => ({ ...old, [field.name]: next }))} error={asked ? problems[field.name] : undefined} />)}
      <div className="row try-acts">
        <Button type="submit" kind="primary" icon="play" keys={keysHint} busy={call.stage === 'calling'} data-testid="try-call">{call.stage === 'calling' ? 'Calling' : 'Call it'}</Button>
        <span className="caption faint">It really runs, with the rights of the tool server.</span>
      </div>
      {call.stage === 'calling' && <Waiting onCancel={stop}>Waiting for its answer; stopping to wait does not stop the tool</Waiting>}
      {call.stage === 'failed' && <ErrorBox error={call.error} onRetry={() => submit()} />}
      {call.stage === 'answered' && <Answer answer={call.answer} />}
    </form>
  );
}
