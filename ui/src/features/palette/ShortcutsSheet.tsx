import { useShell } from '../../app/shell-context';
import { catalog, keysOf } from '../../commands/catalog';
import { Button, Sheet } from '../../ui';

interface Line { title: string; keys: string }

const inPlace: Line[] = [
  { title: 'Open a card', keys: '1 … 9' },
  { title: 'Open the first card, or the chosen one', keys: '↩' },
  { title: 'Clear the search, then close', keys: 'esc' },
  { title: 'Move in a list or grid', keys: '↑ ↓ ← →' },
  { title: 'To the first or last', keys: 'Home, End' },
];

/** With the focus on a row of the modules. */
const onModules: Line[] = [
  { title: 'Details of a module', keys: '↩' }, { title: 'Show or hide its details', keys: 'Space' }, { title: 'Start or stop it', keys: 'S' }, { title: 'Restart it', keys: 'R' }, { title: 'Show or hide its log', keys: 'L' },
];

function Column({ title, lines }: { title: string; lines: Line[] }) {
  return (
    <section>
      <h2>{title}</h2>
      <dl className="shortcuts">{lines.map((line) => <div key={line.title}><dt>{line.title}</dt><dd className="kbd">{line.keys}</dd></div>)}</dl>
    </section>
  );
}

/** All shortcuts, from the same list that the keys and the menu use. */
export function ShortcutsSheet({ onClose }: { onClose: () => void }) {
  const { platform } = useShell();
  const lines = catalog.map((command) => ({ title: command.title, menu: command.menu ?? 'Tools', keys: keysOf(command.id, platform) })).filter((line) => line.keys);
  const tabs = lines.filter((line) => line.title.startsWith('Tools: tab'));
  const rest = lines.filter((line) => !tabs.includes(line));
  const menus = [...new Set(rest.map((line) => line.menu))];
  const first = tabs[0];
  const last = tabs[tabs.length - 1];
  const inTools = first && last ? [{ title: 'Tools: go to a tab', keys: `${first.keys} … ${last.keys}` }, ...inPlace] : inPlace;
  return (
    <Sheet label="Keyboard shortcuts" onClose={onClose} className="form-sheet" data-testid="shortcuts-sheet">
      <header><h1>Keyboard shortcuts</h1></header>
      <div className="sheet-body shortcut-columns">
        <Column title="In a view" lines={inTools} />
        <Column title="On a module" lines={onModules} />
        {menus.map((menu) => <Column key={menu} title={menu} lines={rest.filter((line) => line.menu === menu)} />)}
      </div>
      <footer><span className="grow" /><Button kind="primary" onClick={onClose} autoFocus keys="esc">Close</Button></footer>
    </Sheet>
  );
}
