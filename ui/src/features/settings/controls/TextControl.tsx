import type { ClipboardEvent } from 'react';
import { usePlatform } from '../../../platform/context';
import { Button, useToasts } from '../../../ui';
import { textOf } from '../values';
import { NoneButton, NoneField } from './NoneButton';
import { type ControlProps, named, plainText } from './props';

function Choose(props: ControlProps & { folder: boolean; label: string }) {
  const { row, field, folder, label } = props;
  const platform = usePlatform();
  const toasts = useToasts();
  const start = textOf(field.value);
  const choose = () => {
    (folder ? platform.pickFolder(start.startsWith('/') ? start : undefined) : platform.pickFile()).then(
      (path) => { if (path !== null) field.set(path); },
      (thrown: unknown) => toasts.fail(thrown),
    );
  };
  return <Button kind="link" className="setting-choose" onClick={choose} aria-label={`${label} for ${row.title || row.key}`} data-testid={`setting-choose-${row.id}`}>{label}</Button>;
}

/** A field of one line would drop the line breaks of what is pasted; what has some is edited in several lines. */
function pasteLines(event: ClipboardEvent<HTMLInputElement>, set: (text: string) => void) {
  const text = event.clipboardData.getData('text').replace(/\r\n?/g, '\n').replace(/\n+$/, '');
  if (!text.includes('\n')) return;
  event.preventDefault();
  const { value, selectionStart, selectionEnd } = event.currentTarget;
  set(value.slice(0, selectionStart ?? 0) + text + value.slice(selectionEnd ?? value.length));
}

function Lines(props: ControlProps & { text: string }) {
  const { field, locked, text } = props;
  return (
    <div className="field field-area" aria-invalid={props.invalid || undefined} aria-disabled={locked || undefined}>
      <textarea {...plainText} {...named(props)} className="mono" rows={Math.min(12, Math.max(2, text.split('\n').length))} readOnly={locked} value={text} onChange={(event) => field.set(event.target.value)} />
      <NoneButton {...props} />
    </div>
  );
}

/** A line of text, or a path that can be chosen. Nothing set and an empty text are told apart by the placeholder. */
export function TextControl(props: ControlProps) {
  const { row, field, locked } = props;
  const path = row.kind === 'path';
  if (field.none && row.nullable) return <NoneField {...props} first={() => field.set('')} />;
  const text = textOf(field.value);
  if (text.includes('\n')) return <Lines {...props} text={text} />;
  return (
    <div className="field" aria-invalid={props.invalid || undefined} aria-disabled={locked || undefined}>
      <input {...plainText} {...named(props)} type="text" className={path || row.known ? 'mono' : undefined} readOnly={locked} value={text}
        placeholder={field.unset ? 'Not set' : '(empty)'} onChange={(event) => field.set(event.target.value)} onPaste={(event) => { if (!locked) pasteLines(event, field.set); }} />
      {row.unit && <span className="unit">{row.unit}</span>}
      {path && !locked && (row.path_kind === 'folder' || row.path_kind === 'any') && <Choose {...props} folder label={row.path_kind === 'any' ? 'Folder…' : 'Choose…'} />}
      {path && !locked && row.path_kind !== 'folder' && <Choose {...props} folder={false} label={row.path_kind === 'any' ? 'File…' : 'Choose…'} />}
      <NoneButton {...props} />
    </div>
  );
}
