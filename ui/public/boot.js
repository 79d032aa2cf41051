// Sets theme and contrast before the first paint, so that the window never flashes. A file of its own: the content
// security policy forbids inline scripts. src/app/appearance.ts keeps it up to date afterwards.
(function () {
  var root = document.documentElement;
  var kept = 'auto';
  try { kept = localStorage.getItem('sanctum.appearance') || 'auto'; } catch (e) { /* a private window keeps nothing */ }
  var dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.setAttribute('data-theme', dark ? 'dark' : 'light');
  if (matchMedia('(prefers-contrast: more)').matches) root.setAttribute('data-contrast', 'more');
})();
