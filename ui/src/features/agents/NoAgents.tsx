import { useShell } from '../../app/shell-context';
import { Button, Icon } from '../../ui';
import { FromLetta } from './InLetta';

function Box({ icon, name, text, mind }: { icon: 'user' | 'chat' | 'filter' | 'service'; name: string; text: string; mind?: boolean }) {
  return (
    <span className={mind ? 'tree-box tree-mind' : 'tree-box'}>
      <span className="row"><Icon name={icon} /><b>{name}</b></span>
      <span className="caption faint">{text}</span>
    </span>
  );
}

/** What an agent is and how it fits together, with the one thing to do. */
export function NoAgents() {
  const shell = useShell();
  return (
    <div className="scroll">
      <div className="empty empty-fill" data-testid="no-agents">
        <div className="tree" aria-hidden="true">
          <Box icon="user" name="Your agent" text="one mind in Letta" mind />
          <svg className="tree-lines" viewBox="0 0 468 38"><path d="M234 0v18M234 18H73v20M234 18v20M234 18h161v20" /></svg>
          <span className="tree-row">
            <Box icon="chat" name="Broca" text="speaks on platforms" />
            <Box icon="filter" name="Thalamus" text="prepares what comes in" />
            <Box icon="service" name="SMCP" text="shared tool server" />
          </span>
        </div>
        <h2>No agents here yet</h2>
        <p>An agent lives in Letta. {shell.state.brand} gives it modules, so that it can listen, speak and use tools.</p>
        <div className="group opts">
          <div className="orow">
            <span className="tile"><Icon name="plus" /></span>
            <div className="grow"><b className="strong">Add an agent</b><p className="small muted">Name and modules. You see every file before it is written.</p></div>
            <Button kind="primary" onClick={shell.addAgent} data-testid="add-agent">Add agent…</Button>
          </div>
          <FromLetta />
        </div>
      </div>
    </div>
  );
}
