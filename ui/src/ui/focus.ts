/** The focus, where what had it is gone. */

/** Runs once the window has drawn what follows, and only where nothing has the focus then and no sheet is open. */
export function ifFocusIsLost(run: () => void) {
  // Sheets and menus give the focus back by themselves with the next picture; this comes after it.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (lost && !document.querySelector('.scrim')) run();
  }));
}
