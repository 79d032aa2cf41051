/** The way back into the table. */

/** Puts the focus on the row that is chosen, else on the one that Tab would reach. */
export function focusRow() {
  const row = document.querySelector<HTMLElement>('.mod-cell[aria-selected="true"]') ?? document.querySelector<HTMLElement>('.mod-cell[tabindex="0"]');
  row?.focus({ preventScroll: true });
}
