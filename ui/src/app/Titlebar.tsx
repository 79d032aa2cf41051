import type { ReactNode } from 'react';
import { IconButton } from '../ui';
import { goBack, goForward, useHistory } from './router';
import { useShell } from './shell-context';

/** Where am I: back and forward, the name of the view, at the right what can be done with all of it. */
export function Titlebar({ title, path, sub, children, inspector }: {
  title: ReactNode;
  /** Where it stands: "Tools › Athena ›". */
  path?: { label: ReactNode; href: string }[];
  sub?: ReactNode;
  children?: ReactNode;
  /** The view has an inspector that can be hidden. */
  inspector?: boolean;
}) {
  const shell = useShell();
  const { canBack, canForward } = useHistory();
  return (
    <header className="titlebar" data-tauri-drag-region>
      {!shell.sidebarShown && <span className="lights-room" data-tauri-drag-region />}
      {!shell.sidebarShown && <IconButton icon="sidebar" label="Show the sidebar" keys={shell.keys('view.sidebar')} onClick={shell.toggleSidebar} />}
      <span className="row history">
        <IconButton icon="left" label="Back" keys={shell.keys('nav.back')} disabled={!canBack} onClick={goBack} />
        <IconButton icon="right" label="Forward" keys={shell.keys('nav.forward')} disabled={!canForward} onClick={goForward} />
      </span>
      <h1 className="cut" data-tauri-drag-region>
        {path?.map((part, i) => <span key={i} className="crumb"><a href={part.href}>{part.label}</a><span aria-hidden="true" className="crumb-sep">›</span></span>)}
        {title}
      </h1>
      {sub && <span className="sub cut" data-tauri-drag-region>{sub}</span>}
      <span className="grow" data-tauri-drag-region />
      {children}
      {inspector && (
        <>
          {children && <span className="sep" />}
          <IconButton icon="inspector" label={shell.inspector ? 'Hide the inspector' : 'Show the inspector'} keys={shell.keys('view.inspector')} aria-pressed={shell.inspector} onClick={shell.toggleInspector} />
        </>
      )}
    </header>
  );
}
