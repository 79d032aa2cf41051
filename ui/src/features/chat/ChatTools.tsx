import { useState, type FormEvent } from 'react';
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import type { ChatState } from '../../bindings';
import { usePlatform } from '../../platform/context';
import { Button, Icon, IconButton, MenuButton, TextField, useToasts } from '../../ui';
import { useShell } from '../../app/shell-context';
import { navigate } from '../../app/router';
import { useAsked } from './asks';

function DayForm({ state, onDay, close }: { state: ChatState; onDay: (day: string) => void; close: () => void }) {
  const [day, setDay] = useState(state.last_day ?? '');
  const first = state.first_day ?? '';
  const last = state.last_day ?? '';
  const wrong = day === '' ? 'Enter a day first.' : day < first || day > last ? `Something was said from ${first} to ${last}.` : null;
  const submit = (event: FormEvent) => { event.preventDefault(); if (wrong === null) { onDay(day); close(); } };
  return (
    <form className="day-form" onSubmit={submit} noValidate>
      <TextField label="Go to day" type="date" value={day} min={first} max={last} onChange={setDay} error={day !== '' ? wrong : null} autoFocus data-testid="chat-day-field" help="The first message of that day, or of the next one with any." />
      <Button type="submit" kind="primary" why={wrong} data-testid="chat-day-go">Go</Button>
    </form>
  );
}

/** A day to go to, between the first and the last with anything said. */
function DayPicker({ state, onDay }: { state: ChatState; onDay: (day: string) => void }) {
  const [open, setOpen] = useState(false);
  if (state.first_day === null) return null;
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <AriaButton className="btn btn-icon btn-quiet" aria-label="Go to a day…" data-testid="chat-day-open"><Icon name="clock" /></AriaButton>
      <Popover className="popover day-pop" placement="bottom end">
        <Dialog className="day-dialog" aria-label="Go to a day">{({ close }) => <DayForm state={state} onDay={onDay} close={close} />}</Dialog>
      </Popover>
    </DialogTrigger>
  );
}

const forms = { markdown: { ending: 'md', words: 'Markdown' }, json: { ending: 'json', words: 'JSON' } } as const;
type Form = keyof typeof forms;

/** A name for a file, whatever the agent is called. */
const fileName = (uid: string, form: Form) => `chat-${uid.replace(/[^a-z0-9_-]+/gi, '-').slice(0, 60)}.${forms[form].ending}`;

function useExport(uid: string) {
  const platform = usePlatform();
  const toasts = useToasts();
  const toFile = async (form: Form) => {
    const path = await platform.pickSave(fileName(uid, form));
    if (path === null) return;
    const count = await platform.chatExportTo(uid, form, path);
    toasts.show({ title: `Exported ${count.toLocaleString('en')} ${count === 1 ? 'entry' : 'entries'} as ${forms[form].words}.`, text: `Written to ${path}.` });
  };
  const toClipboard = async (form: Form) => {
    await platform.copyText(await platform.chatExport(uid, form));
    toasts.show({ title: `Copied the conversation as ${forms[form].words}.` });
  };
  const fail = (thrown: unknown) => toasts.fail(thrown);
  return { save: (form: Form) => { toFile(form).catch(fail); }, copy: (form: Form) => { toClipboard(form).catch(fail); } };
}

/** Find, go to a day, export, the agent's own page. */
export function ChatTools({ state, onFind, onDay }: { state: ChatState; onFind: () => void; onDay: (day: string) => void }) {
  const shell = useShell();
  const { uid } = state.row;
  const out = useExport(uid);
  useAsked('export', () => out.save('markdown'));
  return (
    <>
      <IconButton icon="search" label="Find in this chat" keys={shell.keys('find.here')} onClick={onFind} data-testid="chat-find-open" />
      <DayPicker state={state} onDay={onDay} />
      <MenuButton label="Export this chat" className="btn btn-icon btn-quiet" data-testid="chat-export"
        items={[
          { id: 'save-markdown', label: 'Save as Markdown…', text: 'Save as Markdown', icon: 'download' }, { id: 'save-json', label: 'Save as JSON…', text: 'Save as JSON', icon: 'code' },
          { id: 'copy-markdown', label: 'Copy as Markdown', text: 'Copy as Markdown', icon: 'copy' }, { id: 'copy-json', label: 'Copy as JSON', text: 'Copy as JSON', icon: 'copy' },
        ]}
        onAction={(id) => { const [what, form] = id.split('-') as ['save' | 'copy', Form]; out[what](form); }}><Icon name="download" /></MenuButton>
      <IconButton icon="gear" label="Page of this agent" onClick={() => navigate({ view: 'agents', uid })} data-testid="chat-agent" />
    </>
  );
}
