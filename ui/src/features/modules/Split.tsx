import { type KeyboardEvent, type PointerEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';

const KEPT = 'sanctum.modules.split';
const LEAST = 160;
const STEP = 24;

function kept(): number | null {
  try {
    const height = Number(localStorage.getItem(KEPT));
    return Number.isFinite(height) && height >= LEAST ? height : null;
  } catch { return null; }
}

/** Two panes over each other. Until the bar between them is moved, the upper one is as high as what it holds. */
export function Split({ upper, lower, label }: { upper: ReactNode; lower: ReactNode | null; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState<number | null>(kept);
  const from = useRef<{ y: number; height: number } | null>(null);
  const room = () => box.current?.clientHeight ?? 0;
  const lowerHeight = () => (box.current?.lastElementChild as HTMLElement | null)?.offsetHeight ?? 0;
  const [drawn, setDrawn] = useState({ now: LEAST, most: LEAST });
  useLayoutEffect(() => {
    if (lower === null) return;
    const next = { now: lowerHeight(), most: Math.max(LEAST, room() - LEAST) };
    setDrawn((old) => (old.now === next.now && old.most === next.most ? old : next));
  });
  const put = (wanted: number) => {
    const next = Math.round(Math.min(Math.max(LEAST, wanted), Math.max(LEAST, room() - LEAST)));
    setHeight(next);
    try { localStorage.setItem(KEPT, String(next)); } catch { /* a private window keeps nothing */ }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const wanted = { ArrowUp: lowerHeight() + STEP, ArrowDown: lowerHeight() - STEP, Home: room(), End: LEAST }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    put(wanted);
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { y: event.clientY, height: lowerHeight() };
  };
  const onPointerMove = (event: PointerEvent) => { if (from.current) put(from.current.height + from.current.y - event.clientY); };
  return (
    <div className="split" ref={box}>
      <div className="split-upper" data-alone={lower === null || undefined} data-free={height === null || undefined}>{upper}</div>
      {lower !== null && (
        <>
          <div role="separator" className="split-bar" tabIndex={0} aria-orientation="horizontal" aria-label={label} aria-valuemin={LEAST} aria-valuemax={drawn.most} aria-valuenow={drawn.now} data-testid="split-bar"
            onKeyDown={onKeyDown} onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={() => { from.current = null; }} onDoubleClick={() => { setHeight(null); try { localStorage.removeItem(KEPT); } catch { /* as above */ } }} />
          <div className="split-lower" style={height === null ? undefined : { flex: `0 0 ${height}px` }}>{lower}</div>
        </>
      )}
    </div>
  );
}
