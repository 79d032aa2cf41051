import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from 'react';
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components';
import type { Handler } from '../../commands/handlers';
import { Glyph, Icon } from '../../ui';
import { linkIn, pastedLink } from '../search/filters';
import { useSettingLink } from '../search/use-setting-link';
import { pieces } from './fuzzy';
import { type Found, type Kind, useThings } from './things';

const heads: Record<Kind, string> = { action: 'Actions', setting: 'Settings', agent: 'Agents', module: 'Modules', plugin: 'Plugins', tool: 'Tools', change: 'Changes' };

function Marked({ text, marks }: { text: string; marks: number[] }) {
  return <bdi>{pieces(text, marks).map((piece, i) => (piece.hit ? <b key={i}>{piece.text}</b> : <span key={i}>{piece.text}</span>))}</bdi>;
}

function Row({ id, thing, selected, onRun, onHover }: { id: string; thing: Found; selected: boolean; onRun: () => void; onHover: () => void }) {
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => { if (selected) ref.current?.scrollIntoView({ block: 'nearest' }); }, [selected]);
  return (
    <li id={id} ref={ref} className="pi" role="option" aria-selected={selected} onClick={onRun} onPointerMove={onHover} data-testid="palette-item" data-thing={thing.id}>
      {thing.word ? <Glyph word={thing.word} /> : <Icon name={thing.icon} />}
      <span className="grow cut">
        <Marked text={thing.text} marks={thing.marks} />
        <span className="where"><Marked text={thing.where} marks={thing.whereMarks ?? []} /></span>
      </span>
      {thing.keys && <span className="kbd">{thing.keys}</span>}
    </li>
  );
}

function Foot() {
  return (
    <div className="ft" aria-hidden="true">
      <span><span className="keycap">↑</span><span className="keycap">↓</span> choose</span>
      <span><span className="keycap">↩</span> run</span>
      <span><span className="keycap">esc</span> close</span>
      <span className="grow" />
      <span><span className="keycap">&gt;</span> actions</span>
      <span><span className="keycap">@</span> settings</span>
      <span><span className="keycap">#</span> things</span>
    </div>
  );
}

function Body({ onClose, handlers }: { onClose: () => void; handlers: Record<string, Handler> }) {
  const [typed, setTyped] = useState('');
  const shown = useDeferredValue(typed);
  const { groups, waiting } = useThings(shown, handlers);
  const [at, setAt] = useState(0);
  // Enter pressed before the answer is there: it means the best of what was typed, not of what stood there before.
  const [entered, setEntered] = useState(false);
  const behind = waiting || shown !== typed;
  const list = useId();
  const flat = groups.flatMap((group) => group.found);
  const chosen = Math.min(at, Math.max(0, flat.length - 1));
  const follow = useSettingLink();
  const link = linkIn(typed);
  useEffect(() => { setAt(0); setEntered(false); }, [typed]);
  const run = (thing: Found | undefined) => { if (thing) { onClose(); thing.run(); } };
  useEffect(() => {
    if (!entered || behind) return;
    setEntered(false);
    run(flat[0]);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) { event.preventDefault(); setEntered(false); setAt(Math.abs(step) === 1 ? (chosen + step + flat.length) % Math.max(1, flat.length) : Math.min(flat.length - 1, Math.max(0, chosen + step))); }
    else if (event.key === 'Enter') { event.preventDefault(); if (link) follow(link, onClose); else if (behind && chosen === 0) setEntered(true); else run(flat[chosen]); }
  };
  const change = (text: string) => {
    setTyped(text);
    const pasted = pastedLink(typed, text);
    if (pasted) follow(pasted, onClose);
  };
  let n = -1;
  return (
    <>
      <div className="in">
        <Icon name="search" />
        <input className="grow palette-input" role="combobox" aria-expanded aria-controls={list} aria-activedescendant={flat.length > 0 ? `${list}-${chosen}` : undefined} aria-label="Search or run" autoFocus
          placeholder="Search or run" spellCheck={false} autoComplete="off" autoCorrect="off" value={typed} onChange={(event) => change(event.target.value)} onKeyDown={onKeyDown} data-testid="palette-input" maxLength={400} />
        <span className="chip" aria-live="polite">{entered ? 'Searching…' : `${flat.length} ${flat.length === 1 ? 'result' : 'results'}`}</span>
      </div>
      <div className="res" role="listbox" id={list} aria-label="Results">
        {groups.map((group) => (
          <div key={group.kind} role="group" aria-label={heads[group.kind]}>
            <div className="list-head" aria-hidden="true">{heads[group.kind]}</div>
            <ul role="presentation">{group.found.map((thing) => {
              n += 1;
              const index = n;
              return <Row key={thing.id} id={`${list}-${index}`} thing={thing} selected={index === chosen} onRun={() => run(thing)} onHover={() => setAt(index)} />;
            })}</ul>
          </div>
        ))}
      </div>
      {link && <p className="small muted palette-none">A link to a setting. ↩ opens it.</p>}
      {flat.length === 0 && !link && <p className="small muted palette-none">Nothing fits. &gt; shows actions, @ settings, # agents, tools and changes.</p>}
      <Foot />
    </>
  );
}

/** Every action, agent, tool and change by its letters. */
export function Palette({ onClose, handlers }: { onClose: () => void; handlers: Record<string, Handler> }) {
  return (
    <ModalOverlay className="scrim over over-palette" isOpen isDismissable onOpenChange={(open) => { if (!open) onClose(); }}>
      <Modal className="palette-box">
        <AriaDialog className="palette" aria-label="Search or run" data-testid="palette"><Body onClose={onClose} handlers={handlers} /></AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
