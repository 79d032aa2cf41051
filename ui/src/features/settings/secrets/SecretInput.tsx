import { type Ref, useId, useState } from 'react';
import { FieldMessage } from '../../../ui';

/** A secret while it is typed. It is read from the field once and never put into the page: React would write a controlled value into an attribute. */
export function SecretInput({ label, inputRef, autoComplete, error, oneLine, ...rest }: {
  label: string; inputRef: Ref<HTMLInputElement>; autoComplete: 'off' | 'current-password'; error: string | null; oneLine?: boolean; 'data-testid': string;
}) {
  const id = useId();
  const [pasted, setPasted] = useState<number | null>(null);
  const words = pasted === null ? error : `What was pasted has ${pasted} lines, and a field would join them to something else. Nothing was pasted. Paste one line.`;
  return (
    <div className="form-field">
      <label className="form-label" htmlFor={id}>{label}</label>
      <div className="field" aria-invalid={words ? true : undefined}>
        <input id={id} ref={inputRef} type="password" autoComplete={autoComplete} spellCheck={false} autoFocus data-testid={rest['data-testid']} aria-invalid={words ? true : undefined} aria-describedby={words ? `${id}-error` : undefined}
          onInput={() => setPasted(null)}
          onPaste={(event) => {
            const lines = event.clipboardData.getData('text').replace(/[\r\n]+$/, '').split(/\r\n|\r|\n/).length;
            if (!oneLine || lines < 2) return;
            event.preventDefault();
            setPasted(lines);
          }} />
      </div>
      {words && <FieldMessage id={`${id}-error`}>{words}</FieldMessage>}
    </div>
  );
}
