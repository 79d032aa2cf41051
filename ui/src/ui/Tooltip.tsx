import { type ReactElement, cloneElement, useEffect, useId, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

interface Place { x: number; y: number; above: boolean }

function placeOf(target: Element): Place {
  const box = target.getBoundingClientRect();
  const above = box.bottom + 40 > window.innerHeight;
  const x = Math.min(Math.max(box.left + box.width / 2, 100), window.innerWidth - 100);
  return { x, y: above ? box.top - 6 : box.bottom + 6, above };
}

/** Full text, absolute date or shortcut, 500 ms after the pointer rests or at once with keyboard focus. Esc hides it. */
export function Tooltip({ text, keys, children }: { text: string; keys?: string; children: ReactElement }) {
  const [place, setPlace] = useState<Place | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const id = useId();
  const hide = () => { clearTimeout(timer.current); setPlace(null); };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!place) return;
    const onKey = (event: KeyboardEvent) => { if (event.key === 'Escape') hide(); };
    window.addEventListener('keydown', onKey, true);
    window.addEventListener('scroll', hide, true);
    return () => { window.removeEventListener('keydown', onKey, true); window.removeEventListener('scroll', hide, true); };
  }, [place]);
  const props = {
    onPointerEnter: (event: { currentTarget: Element }) => {
      const target = event.currentTarget;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setPlace(placeOf(target)), 500);
    },
    onPointerLeave: hide,
    onPointerDown: hide,
    onFocus: (event: { currentTarget: Element; target: EventTarget }) => {
      if (event.currentTarget.matches(':focus-visible')) setPlace(placeOf(event.currentTarget));
    },
    onBlur: hide,
    'aria-describedby': place ? id : undefined,
  };
  return (
    <>
      {cloneElement(children, props)}
      {place &&
        createPortal(
          <div id={id} role="tooltip" className={place.above ? 'tooltip tip tip-above' : 'tooltip tip'} style={{ left: place.x, top: place.y }}>
            {text}
            {keys && <span className="kbd">{keys}</span>}
          </div>,
          document.body,
        )}
    </>
  );
}
