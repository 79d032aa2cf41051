/* The drawings of the design sheet, one place for all. Icons are stroked with the text colour, glyphs are filled. */
import type { ReactNode } from 'react';

/** Icon name to its drawing on a 16 by 16 grid. */
const icons = {
  search: <><circle cx="7" cy="7" r="4.25"/><path d="m10.25 10.25 3.25 3.25"/></>,
  tools: <><path d="M2.5 4.5h6.25M12.25 4.5h1.25M2.5 11.5h1.25M7.25 11.5h6.25"/><circle cx="10.5" cy="4.5" r="1.75"/><circle cx="5.5" cy="11.5" r="1.75"/></>,
  plugin: <><path d="M5.75 2v3M10.25 2v3M3.75 5h8.5v2.75a4.25 4.25 0 0 1-8.5 0zM8 12v2"/></>,
  module: <><path d="m8 1.9 5.25 3v6.2L8 14.1l-5.25-3V4.9zM2.9 5 8 7.9 13.1 5M8 7.9v6"/></>,
  service: <><rect x="2" y="2.75" width="12" height="4.5" rx="1.5"/><rect x="2" y="8.75" width="12" height="4.5" rx="1.5"/><path d="M4.75 5h.01M4.75 11h.01M9 5h2.25M9 11h2.25"/></>,
  activity: <><path d="M2.5 8a5.5 5.5 0 1 0 1.7-3.97L2.5 5.6"/><path d="M2.5 2.5v3.1h3.1M8 5v3.2l2.1 1.3"/></>,
  chat: <><path d="M13.5 9.25a2 2 0 0 1-2 2H6.75L3.5 13.75v-2.5a1.5 1.5 0 0 1-1-1.4V4.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2z"/></>,
  user: <><circle cx="8" cy="5.25" r="2.75"/><path d="M2.75 13.5c.5-2.6 2.6-4 5.25-4s4.75 1.4 5.25 4"/></>,
  users: <><circle cx="6" cy="5.5" r="2.5"/><path d="M1.5 13c.4-2.3 2.2-3.6 4.5-3.6s4.1 1.3 4.5 3.6M10.75 3.3a2.4 2.4 0 0 1 0 4.4M12.4 9.8c1.2.5 1.9 1.6 2.1 3.2"/></>,
  plus: <><path d="M8 3v10M3 8h10"/></>,
  check: <><path d="m3 8.5 3.25 3.25L13 4.75"/></>,
  x: <><path d="m4 4 8 8M12 4l-8 8"/></>,
  right: <><path d="m6 3.5 4.5 4.5L6 12.5"/></>,
  left: <><path d="M10 3.5 5.5 8l4.5 4.5"/></>,
  down: <><path d="M3.5 6 8 10.5 12.5 6"/></>,
  up: <><path d="M3.5 10 8 5.5l4.5 4.5"/></>,
  updown: <><path d="m5 6 3-3 3 3M5 10l3 3 3-3"/></>,
  arrow: <><path d="M2.75 8h10.5M9.25 4l4 4-4 4"/></>,
  send: <><path d="M8 13.25V2.75M3.75 7 8 2.75 12.25 7"/></>,
  undo: <><path d="M3 6.25h6.5a3.5 3.5 0 0 1 0 7H6.25M5.75 3.25 2.75 6.25l3 3"/></>,
  refresh: <><path d="M13 6.5A5.25 5.25 0 0 0 3.3 5.6M3 9.5a5.25 5.25 0 0 0 9.7.9"/><path d="M3 2.75v3h3M13 13.25v-3h-3"/></>,
  play: <><path d="M5 3.2v9.6a.5.5 0 0 0 .77.42l7.3-4.8a.5.5 0 0 0 0-.84l-7.3-4.8A.5.5 0 0 0 5 3.2z"/></>,
  stop: <><rect x="3.5" y="3.5" width="9" height="9" rx="1.5"/></>,
  pause: <><path d="M5.5 3.5v9M10.5 3.5v9"/></>,
  folder: <><path d="M2 12V4.25a1.25 1.25 0 0 1 1.25-1.25h2.9l1.6 1.75h5A1.25 1.25 0 0 1 14 6v6a1.25 1.25 0 0 1-1.25 1.25h-9.5A1.25 1.25 0 0 1 2 12z"/></>,
  file: <><path d="M9.25 1.75h-5a1.25 1.25 0 0 0-1.25 1.25v10a1.25 1.25 0 0 0 1.25 1.25h7.5A1.25 1.25 0 0 0 13 13V5.5zM9 2v3.75h3.75"/></>,
  key: <><circle cx="5" cy="11" r="2.75"/><path d="m7 9 6-6M11 5l2 2M9.25 6.75l1.5 1.5"/></>,
  lock: <><rect x="3" y="7" width="10" height="6.75" rx="1.5"/><path d="M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2"/></>,
  shield: <><path d="M8 1.75 13 3.5v4c0 3.2-2.1 5.5-5 6.75C5.1 13 3 10.7 3 7.5v-4z"/></>,
  terminal: <><rect x="1.75" y="2.75" width="12.5" height="10.5" rx="1.75"/><path d="m4.5 6 2 2-2 2M8.25 10.25h3"/></>,
  link: <><path d="M6.75 9.25 9.25 6.75M7 4.75l1.4-1.4a3 3 0 0 1 4.25 4.25L11.25 9M9 11.25l-1.4 1.4A3 3 0 0 1 3.35 8.4L4.75 7"/></>,
  copy: <><rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 3.6V3.5A1.25 1.25 0 0 0 9.25 2.25H3.5A1.25 1.25 0 0 0 2.25 3.5v5.75a1.25 1.25 0 0 0 1.25 1.25h.1"/></>,
  trash: <><path d="M2.75 4.25h10.5M6 4V2.75a.75.75 0 0 1 .75-.75h2.5a.75.75 0 0 1 .75.75V4M4 4.5l.55 8.3A1.3 1.3 0 0 0 5.85 14h4.3a1.3 1.3 0 0 0 1.3-1.2L12 4.5M6.75 7v4M9.25 7v4"/></>,
  download: <><path d="M8 2.5v7.75M4.75 7.25 8 10.5l3.25-3.25M2.75 13.25h10.5"/></>,
  archive: <><rect x="2" y="2.75" width="12" height="3.25" rx="1"/><path d="M3.25 6.25v5.5A1.5 1.5 0 0 0 4.75 13.25h6.5a1.5 1.5 0 0 0 1.5-1.5v-5.5M6.5 8.75h3"/></>,
  info: <><circle cx="8" cy="8" r="6.25"/><path d="M8 7.5v3.25M8 5.25h.01"/></>,
  filter: <><path d="M2.25 4.25h11.5M4.5 8h7M6.75 11.75h2.5"/></>,
  more: <><path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.1"/></>,
  sidebar: <><rect x="1.75" y="2.75" width="12.5" height="10.5" rx="2"/><path d="M6.25 3v10M3.75 5.5h.6M3.75 7.75h.6"/></>,
  inspector: <><rect x="1.75" y="2.75" width="12.5" height="10.5" rx="2"/><path d="M9.75 3v10M11.65 5.5h.6M11.65 7.75h.6"/></>,
  globe: <><circle cx="8" cy="8" r="6.25"/><path d="M1.9 8h12.2M8 1.75c1.9 1.8 2.75 3.9 2.75 6.25S9.9 12.45 8 14.25C6.1 12.45 5.25 10.35 5.25 8S6.1 3.55 8 1.75z"/></>,
  ports: <><circle cx="8" cy="3.25" r="1.5"/><circle cx="3.25" cy="12" r="1.5"/><circle cx="12.75" cy="12" r="1.5"/><path d="M8 4.75V8M8 8 4.2 10.85M8 8l3.8 2.85"/></>,
  database: <><ellipse cx="8" cy="3.75" rx="5" ry="2"/><path d="M3 3.75v8.5c0 1.1 2.24 2 5 2s5-.9 5-2v-8.5M3 8c0 1.1 2.24 2 5 2s5-.9 5-2"/></>,
  code: <><path d="M5.5 4.25 1.75 8l3.75 3.75M10.5 4.25 14.25 8l-3.75 3.75"/></>,
  clock: <><circle cx="8" cy="8" r="6.25"/><path d="M8 4.5V8l2.4 1.5"/></>,
  bell: <><path d="M4 10.75V7a4 4 0 0 1 8 0v3.75l1 1.25H3zM6.5 12.25a1.6 1.6 0 0 0 3 0"/></>,
  power: <><path d="M8 2v5.5M4.6 4.2a5.25 5.25 0 1 0 6.8 0"/></>,
  clip: <><path d="m13 7.5-5.4 5.3a3.2 3.2 0 0 1-4.5-4.5l5.6-5.5a2.1 2.1 0 0 1 3 3L6.2 11.2a1 1 0 0 1-1.5-1.5L9.5 5"/></>,
  branch: <><circle cx="4.5" cy="3.75" r="1.5"/><circle cx="4.5" cy="12.25" r="1.5"/><circle cx="11.5" cy="5.25" r="1.5"/><path d="M4.5 5.25v5.5M11.5 6.75c0 2.2-2.6 2.2-5 3.1"/></>,
  mail: <><rect x="1.75" y="3" width="12.5" height="10" rx="1.75"/><path d="m2.25 4.5 5.1 4a1 1 0 0 0 1.3 0l5.1-4"/></>,
  plane: <><path d="M13.75 2.25 2.2 6.6a.4.4 0 0 0 0 .75l4.6 1.85 1.85 4.6a.4.4 0 0 0 .75 0zM6.9 9.1l2.85-2.85"/></>,
  out: <><path d="M9.5 2.5h4v4M13.25 2.75 7.5 8.5M6.75 3.5H4A1.5 1.5 0 0 0 2.5 5v7A1.5 1.5 0 0 0 4 13.5h7a1.5 1.5 0 0 0 1.5-1.5V9.25"/></>,
  question: <><circle cx="8" cy="8" r="6.25"/><path d="M6.2 6.5c.1-1 .8-1.6 1.8-1.6s1.8.65 1.8 1.55c0 1.3-1.8 1.4-1.8 2.7M8 11.1h.01"/></>,
  spark: <><path d="M8 2v3.25M8 10.75V14M2 8h3.25M10.75 8H14M4 4l1.75 1.75M10.25 10.25 12 12M12 4l-1.75 1.75M5.75 10.25 4 12"/></>,
} as const satisfies Record<string, ReactNode>;

/** Status shape to its drawing: shape first, colour second. */
const glyphs = {
  healthy: <><circle cx="8" cy="8" r="6.75" fill="currentColor"/><path d="m4.9 8.25 2.15 2.15 4.05-4.5" stroke="var(--glyph-cut)" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round"/></>,
  degraded: <><path d="M6.8 2.1a1.4 1.4 0 0 1 2.4 0l5.6 9.9a1.4 1.4 0 0 1-1.2 2.1H2.4A1.4 1.4 0 0 1 1.2 12z" fill="currentColor"/><path d="M8 5.9v3.4M8 11.75h.01" stroke="var(--glyph-cut)" strokeWidth="1.75" strokeLinecap="round"/></>,
  off: <><rect x="2.75" y="2.75" width="10.5" height="10.5" rx="2.25" stroke="currentColor" strokeWidth="1.6"/><path d="M5.75 8h4.5" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round"/></>,
  ready: <><circle cx="8" cy="8" r="6" stroke="currentColor" strokeWidth="1.6"/><path d="M6.6 5.6v4.8l3.9-2.4z" fill="currentColor" stroke="currentColor" strokeWidth=".8" strokeLinejoin="round"/></>,
  unknown: <><path d="M8 1.4 14.6 8 8 14.6 1.4 8z" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round"/><path d="M6.5 6.6c.1-.8.7-1.3 1.5-1.3s1.5.5 1.5 1.25c0 1-1.5 1.1-1.5 2.1M8 10.7h.01" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round"/></>,
  error: <><path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" strokeWidth=".8"/><path d="m5.75 5.75 4.5 4.5M10.25 5.75l-4.5 4.5" stroke="var(--glyph-cut)" strokeWidth="1.75" strokeLinecap="round"/></>,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof icons;
export type GlyphName = keyof typeof glyphs;
export { icons, glyphs };
