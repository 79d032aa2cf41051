import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { eventually, expectClean, look, seen } from '../../test/kit';
import { MOST_BYTES } from './pictures';
import { field, mine, openChat, send } from './test-kit';

const PNG = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), (char) => char.charCodeAt(0));
const png = (name: string) => new File([PNG], name, { type: 'image/png' });

/** Hands files in as a paste would. */
function paste(files: File[]) {
  const data = new DataTransfer();
  files.forEach((file) => data.items.add(file));
  field().element().dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}

function choose(files: File[]) {
  const data = new DataTransfer();
  files.forEach((file) => data.items.add(file));
  const picker = seen('chat-picker').element() as HTMLInputElement;
  picker.files = data.files;
  picker.dispatchEvent(new Event('change', { bubbles: true }));
}

test('pictures are chosen, pasted and dropped, named, taken out, and go with the message', async () => {
  const { calls, platform } = await openChat({ images: true });
  await look(seen('chat-attach'), 'offered').toBeVisible();
  choose([png('one.png')]);
  await look(seen('chat-picture').first(), 'chosen').toHaveTextContent(/one\.png/);
  paste([png('two.png')]);
  await eventually(() => document.querySelectorAll('[data-testid="chat-picture"]').length, 'pasted').toBe(2);
  platform.memory.dragOver(true);
  await eventually(() => document.querySelector('.composer-over') !== null, 'it takes what is held over it').toBe(true);
  platform.memory.drop(['/Users/mara/three.png']);
  await eventually(() => document.querySelectorAll('[data-testid="chat-picture"]').length, 'pasted and dropped').toBe(3);
  await expectClean('a message with pictures');
  await page.getByRole('button', { name: 'Take out two.png' }).click();
  await send('Look');
  await eventually(() => (calls('chatSend').at(-1)?.[2] as { name: string; media_type: string; data: string }[] | undefined)?.map((image) => [image.name, image.media_type, image.data.length > 20]), 'with the rest').toEqual([['one.png', 'image/png', true], ['three.png', 'image/png', true]]);
  await eventually(() => mine().at(-1)?.textContent, 'the message names them').toMatch(/Look.*one\.png.*three\.png/);
  await look(seen('chat-picture'), 'the field is free').not.toBeInTheDocument();
});

test('what is no picture, too big or one too many is refused with the reason', async () => {
  const { calls, platform } = await openChat({ images: true });
  paste([new File(['<svg onload=alert(1)>'], 'evil.png', { type: 'image/png' })]);
  await look(page.getByRole('alert'), 'its bytes are looked at').toHaveTextContent('“evil.png” is no PNG, JPEG, GIF or WebP picture. It was not attached.');
  paste([new File([PNG, new Uint8Array(MOST_BYTES)], 'huge.png', { type: 'image/png' })]);
  await look(page.getByRole('alert'), 'its size too').toHaveTextContent(/“huge.png” has 5\.0 MB. At most 5 MB/);
  paste(Array.from({ length: 9 }, (_, i) => png(`p${i}.png`)));
  await look(page.getByRole('alert'), 'and how many').toHaveTextContent(/At most 8 pictures/);
  await eventually(() => document.querySelectorAll('[data-testid="chat-picture"]').length, 'eight stay').toBe(8);
  platform.memory.drop(['/Users/mara/notes.txt']);
  await look(page.getByRole('alert'), 'what is dropped is looked at by the shell').toHaveTextContent(/“notes.txt” is no PNG/);
  expect(calls('chatSend'), 'nothing went out').toEqual([]);
});

test('where the other side takes text only, pictures are not offered and a dropped one is refused', async () => {
  const { platform, calls } = await openChat({ images: false });
  await look(seen('chat-attach'), 'not offered').not.toBeInTheDocument();
  platform.memory.drop(['/Users/mara/one.png']);
  await look(page.getByRole('alert'), 'refused').toHaveTextContent(/the other side takes text only/);
  expect(calls('chatDropped'), 'nothing was read').toEqual([]);
});

test('a picture that is chosen while a message is on its way belongs to the next one', async () => {
  let let_go = () => {};
  const { calls, platform } = await openChat({ images: true });
  const really = platform.chatSend;
  platform.chatSend = async (uid, text, images) => { await new Promise<void>((done) => { let_go = done; }); return really(uid, text, images); };
  choose([png('one.png')]);
  await look(seen('chat-picture').first(), 'chosen').toHaveTextContent(/one\.png/);
  await send('Look');
  choose([png('two.png')]);
  await eventually(() => document.querySelectorAll('[data-testid="chat-picture"]').length, 'both are seen').toBe(2);
  let_go();
  await eventually(() => mine().at(-1)?.textContent, 'the first went').toMatch(/Look.*one\.png/);
  await eventually(() => [...document.querySelectorAll('[data-testid="chat-picture"]')].map((each) => each.textContent?.includes('two.png')), 'the second is kept').toEqual([true]);
  expect((calls('chatSend').at(-1)?.[2] as { name: string }[]).map((image) => image.name), 'and did not go unasked').toEqual(['one.png']);
});
