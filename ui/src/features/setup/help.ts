import type { StepId } from './model';

/** What "Help for this step" says: what is asked, what the answer does, how to change it later. */
export const HELP: Record<StepId, string> = {
  welcome: 'A new Sanctum is made in a folder of your choice. One that exists is opened, or taken over without changing a file of it. The sample lives in a temporary folder and shows what the app does.',
  look: 'The usual folders are read, nothing is started and nothing is written. Each hit says which files made it look like a Sanctum.',
  folder: 'Everything of this Sanctum lives below one folder: agents, their modules, databases and logs. It is made when the plan is applied. Folders that iCloud or a network keeps are a bad home for databases.',
  python: 'The modules are Python programs. One environment in agents/venv serves all agents. The interpreter is remembered by its full path, so that nothing depends on your shell.',
  letta: 'Letta runs the minds of the agents. Without it everything is set up all the same, and the agents show as not linked until it is there.',
  keychain: 'API keys and your session are kept in the secret store of this computer, never in a file of the Sanctum. Trying it writes one test item, reads it back and deletes it.',
  account: 'This account opens the app, it is not the account of your computer. Its password is stored only as an Argon2id hash in the registry. There is no default password and nobody can send you a new one.',
  modules: 'A module is a program that belongs to an agent, or one that all share. Each gets a port of its own, written down so that nothing else is given it. Ports that somebody holds are left alone.',
  agent: 'A Prime is an agent with a name, a folder and its modules. The name can hold spaces and capitals, the folder gets a plain form of it. More can be added at any time.',
  plan: 'This is all that will be written, in order. Nothing is written before you press the button. Afterwards all of it can be taken back.',
  apply: 'Steps are applied in order, files are written beside their place and moved into it. A failure, a cancel or a crash takes back what was done.',
  done: 'The registry holds what was created, and Activity shows it as one change that can be taken back.',
};
