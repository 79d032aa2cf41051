import { type InputHTMLAttributes, type ReactNode, type Ref, useId, useState } from 'react';
import { IconButton } from './Button';
import { Glyph, Icon } from './Icon';
import { Prose } from './text';

interface FieldParts {
  label: ReactNode;
  /** Help under the field. */
  help?: ReactNode;
  /** What is wrong: red edge and message. */
  error?: string | null;
  /** Inside, right. */
  unit?: string;
  mono?: boolean;
  labelHidden?: boolean;
  /** More inside the field, right of the input. */
  trailing?: ReactNode;
  inputRef?: Ref<HTMLInputElement>;
}

export type TextFieldProps = FieldParts & Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> & { onChange?: (value: string) => void };

/** Label, one line of text, help and message, wired for assistive technology. */
export function TextField({ label, help, error, unit, mono, labelHidden, trailing, inputRef, onChange, id, className, ...rest }: TextFieldProps) {
  const own = useId();
  const inputId = id ?? own;
  const described = [help && `${inputId}-help`, error && `${inputId}-error`].filter(Boolean).join(' ') || undefined;
  return (
    <div className={className ? `form-field ${className}` : 'form-field'}>
      <label className={labelHidden ? 'sr' : 'form-label'} htmlFor={inputId}>{label}</label>
      <div className="field" aria-invalid={error ? true : undefined} aria-disabled={rest.disabled || undefined}>
        <input
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          autoComplete="off"
          {...rest}
          id={inputId}
          ref={inputRef}
          className={mono ? 'mono' : undefined}
          aria-invalid={error ? true : undefined}
          aria-describedby={described}
          onChange={(event) => onChange?.(event.target.value)}
        />
        {unit && <span className="unit">{unit}</span>}
        {trailing}
      </div>
      {error && <FieldMessage id={`${inputId}-error`}>{error}</FieldMessage>}
      {help && <p className="form-help" id={`${inputId}-help`}>{help}</p>}
    </div>
  );
}

export function FieldMessage({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <div className="field-msg" role="alert" id={id}>
      <Glyph word="Error" />
      <span>{typeof children === 'string' ? <Prose>{children}</Prose> : children}</span>
    </div>
  );
}

/** A password that can be shown while it is typed; it is held in the form only. */
export function PasswordField(props: Omit<TextFieldProps, 'type' | 'trailing'>) {
  const [shown, setShown] = useState(false);
  return (
    <TextField
      autoComplete="current-password"
      {...props}
      type={shown ? 'text' : 'password'}
      trailing={
        <button type="button" className="btn btn-link field-reveal" aria-pressed={shown} onClick={() => setShown(!shown)}>
          {shown ? 'Hide' : 'Show'}<span className="sr"> the password</span>
        </button>
      }
    />
  );
}

interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** "12 tools". */
  count?: string;
  keys?: string;
  className?: string;
  onEnter?: () => void;
  inputRef?: Ref<HTMLInputElement>;
  'data-testid'?: string;
}

/** Search within the view. Esc clears it, Esc again leaves it. */
export function SearchField({ label, value, onChange, count, keys, className, onEnter, inputRef, ...rest }: SearchFieldProps) {
  return (
    <label className={className ? `field field-search ${className}` : 'field field-search'}>
      <Icon name="search" size="s" />
      <span className="sr">{label}</span>
      <input
        ref={inputRef}
        type="text"
        role="searchbox"
        data-find=""
        data-testid={rest['data-testid'] ?? 'search'}
        spellCheck={false}
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="off"
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            if (value) { event.stopPropagation(); onChange(''); } else event.currentTarget.blur();
          } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
            event.preventDefault();
            onEnter?.();
          }
        }}
      />
      {count && <span className="caption faint nowrap" aria-live="polite">{count}</span>}
      {value ? (
        <IconButton icon="x" label="Clear the search" size="s" className="field-clear" onClick={() => onChange('')} />
      ) : (
        keys && <span className="kbd" aria-hidden="true">{keys}</span>
      )}
    </label>
  );
}
