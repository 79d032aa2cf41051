import type { StatusWord } from '../bindings';
import { type GlyphName, type IconName, glyphs, icons } from './sprite';

function isIcon(name: string): name is IconName {
  return Object.hasOwn(icons, name);
}

/** An icon of the sprite; an unknown name falls back to the module's cube. Decorative: the words stand beside it. */
export function Icon({ name, size }: { name: IconName | (string & {}); size?: 's' | 'l' }) {
  const known = isIcon(name) ? name : 'module';
  return (
    <svg className={size ? `i i-${size}` : 'i'} viewBox="0 0 16 16" aria-hidden="true">
      {icons[known]}
    </svg>
  );
}

const shapes: Record<StatusWord, GlyphName> = {
  Healthy: 'healthy', Degraded: 'degraded', Off: 'off', Ready: 'ready', Unknown: 'unknown', Active: 'healthy',
  Inactive: 'off', Error: 'error',
};

/** The shape of a status word. With `label` it stands alone (sidebar), else the word is beside it. */
export function Glyph({ word, label }: { word: StatusWord; label?: string }) {
  const shape = shapes[word] ?? 'unknown';
  return (
    <svg
      className={`glyph g-${shape}`}
      viewBox="0 0 16 16"
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      {glyphs[shape]}
    </svg>
  );
}
