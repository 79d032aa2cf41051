import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react';

/** Takes effect as a change; carries a bar (on) or a ring (off) besides colour. */
export function Switch({ label, checked, onChange, disabled, ...rest }: {
  label: string; checked: boolean; onChange: (checked: boolean) => void; disabled?: boolean; 'data-testid'?: string;
}) {
  return (
    <button type="button" role="switch" className="switch" aria-checked={checked} aria-label={label} disabled={disabled}
      onClick={() => onChange(!checked)} data-testid={rest['data-testid']} />
  );
}

/** A tick with its words. */
export function Checkbox({ checked, onChange, disabled, children, help, ...rest }: {
  checked: boolean; onChange: (checked: boolean) => void; disabled?: boolean; children: ReactNode; help?: ReactNode; 'data-testid'?: string;
}) {
  const id = useId();
  return (
    <div className="check-row">
      <input type="checkbox" id={id} className="check-input" checked={checked} disabled={disabled} aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => onChange(event.target.checked)} data-testid={rest['data-testid']} />
      <div className="grow">
        <label htmlFor={id}>{children}</label>
        {help && <p id={`${id}-help`} className="form-help">{help}</p>}
      </div>
    </div>
  );
}

export interface Choice { id: string; label: ReactNode; count?: number; disabled?: boolean }

/** Moves with the arrow keys inside a row of choices: one tab stop. */
function useArrows(ids: string[], onSelect: (id: string) => void, current: string) {
  const row = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = ids.indexOf(current);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? ids.length - 1 : step ? (at + step + ids.length) % ids.length : -1;
    const id = ids[next];
    if (next < 0 || id === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(id);
    row.current?.querySelectorAll<HTMLElement>('[data-choice]')[next]?.focus();
  };
  return { row, onKeyDown };
}

/** Tabs change what is shown. Give the panel `id={`${panelId}`}` and `role="tabpanel"`. */
export function Tabs({ label, tabs, selected, onSelect, panelId }: {
  label: string; tabs: Choice[]; selected: string; onSelect: (id: string) => void; panelId: string;
}) {
  const { row, onKeyDown } = useArrows(tabs.map((tab) => tab.id), onSelect, selected);
  return (
    <div className="tabs" role="tablist" aria-label={label} ref={row} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button key={tab.id} type="button" role="tab" className="tab" data-choice="" data-tab={tab.id} aria-selected={tab.id === selected}
          aria-controls={panelId} tabIndex={tab.id === selected ? 0 : -1} onClick={() => onSelect(tab.id)}>
          <span className="cut">{tab.label}</span>
          {tab.count !== undefined && <span className="count">{tab.count.toLocaleString('en')}</span>}
        </button>
      ))}
    </div>
  );
}

/** Segments filter what is shown. */
export function Segments({ label, segments, selected, onSelect }: {
  label: string; segments: Choice[]; selected: string; onSelect: (id: string) => void;
}) {
  const { row, onKeyDown } = useArrows(segments.map((segment) => segment.id), onSelect, selected);
  return (
    <div className="segments" role="radiogroup" aria-label={label} ref={row} onKeyDown={onKeyDown}>
      {segments.map((segment) => (
        <button key={segment.id} type="button" role="radio" className="segment" data-choice="" data-segment={segment.id} aria-checked={segment.id === selected}
          disabled={segment.disabled} tabIndex={segment.id === selected ? 0 : -1} onClick={() => onSelect(segment.id)}>
          {segment.label}
          {segment.count !== undefined && <span className="faint">{segment.count.toLocaleString('en')}</span>}
        </button>
      ))}
    </div>
  );
}
