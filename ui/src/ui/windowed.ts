/** Where the rows of a long sectioned grid stand, without building them. Pure. */

export interface Section {
  key: string;
  /** `null`: no heading. */
  title: string | null;
  /** Cells in the section. */
  count: number;
  /** Shown beside the title; `null` while it is not known. */
  shown?: number | null;
}

export interface Metrics { columns: number; rowHeight: number; gap: number; headHeight: number; sectionGap: number; top: number; bottom: number }

export interface Placed {
  section: Section;
  /** Index of the section's first cell in the whole list. */
  start: number;
  headTop: number;
  rowsTop: number;
  rows: number;
}

export interface Layout { placed: Placed[]; height: number; total: number; rows: number }

export function layOut(sections: Section[], m: Metrics): Layout {
  let y = m.top;
  let start = 0;
  let rowCount = 0;
  const placed: Placed[] = [];
  for (const section of sections) {
    if (section.count === 0) continue;
    if (placed.length > 0) y += m.sectionGap;
    const rows = Math.ceil(section.count / m.columns);
    const head = section.title === null ? 0 : m.headHeight;
    placed.push({ section, start, headTop: y, rowsTop: y + head, rows });
    y += head + rows * (m.rowHeight + m.gap) - m.gap;
    start += section.count;
    rowCount += rows + (head ? 1 : 0);
  }
  return { placed, height: y + m.bottom, total: start, rows: rowCount };
}

export interface Row { key: string; top: number; from: number; to: number; section: Placed; nth: number }

/** The rows that touch the window from `y0` to `y1`, with `over` more on each side. */
export function rowsWithin(layout: Layout, m: Metrics, y0: number, y1: number, over: number): Row[] {
  const pitch = m.rowHeight + m.gap;
  const found: Row[] = [];
  for (const section of layout.placed) {
    const first = Math.max(0, Math.floor((y0 - section.rowsTop) / pitch) - over);
    const last = Math.min(section.rows - 1, Math.floor((y1 - section.rowsTop) / pitch) + over);
    for (let nth = first; nth <= last; nth += 1) found.push(rowOf(section, m, nth));
  }
  return found;
}

function rowOf(section: Placed, m: Metrics, nth: number): Row {
  const from = section.start + nth * m.columns;
  return {
    key: `${section.section.key}:${nth}`, top: section.rowsTop + nth * (m.rowHeight + m.gap), from,
    to: Math.min(from + m.columns, section.start + section.section.count), section, nth,
  };
}

/** The row a cell stands in. */
export function rowOfCell(layout: Layout, m: Metrics, index: number): Row | null {
  const section = layout.placed.find((entry) => index >= entry.start && index < entry.start + entry.section.count);
  return section ? rowOf(section, m, Math.floor((index - section.start) / m.columns)) : null;
}

/** Where a key leads from a cell; columns are kept over rows and sections. `null`: the key is not for the grid. */
export function cellAfter(layout: Layout, m: Metrics, index: number, key: string, pageRows: number): number | null {
  const last = layout.total - 1;
  const vertical = (rows: number) => {
    let at = index;
    for (let i = 0; i < Math.abs(rows); i += 1) {
      const row = rowOfCell(layout, m, at);
      if (!row) return at;
      const column = at - row.from;
      const down = rows > 0;
      if (down ? row.to > last : row.from === 0) return at;
      const next = rowOfCell(layout, m, down ? row.to : row.from - 1);
      if (!next) return at;
      at = Math.min(next.from + column, next.to - 1);
    }
    return at;
  };
  switch (key) {
    case 'ArrowRight': return m.columns > 1 ? Math.min(last, index + 1) : null;
    case 'ArrowLeft': return m.columns > 1 ? Math.max(0, index - 1) : null;
    case 'ArrowDown': return vertical(1);
    case 'ArrowUp': return vertical(-1);
    case 'PageDown': return vertical(pageRows);
    case 'PageUp': return vertical(-pageRows);
    case 'Home': return 0;
    case 'End': return Math.max(0, last);
    default: return null;
  }
}
