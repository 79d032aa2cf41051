import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { eventually, expectClean, look, seen } from '../../test/kit';
import { answers, openChat, transcript } from './test-kit';

const one = (text: string) => ({ said: [{ side: 'user' as const, text: 'Go on.' }, { side: 'agent' as const, text }] });

const cases: [string, string, RegExp][] = [
  ['a script', '<script>window.pwned = 1</script>', /<script>window\.pwned = 1<\/script>/],
  ['an image with a handler', '<img src=x onerror="window.pwned = 1">', /<img src=x onerror/],
  ['an image from elsewhere', '![dot](http://127.0.0.1:9/dot.png)', /Picture not loaded: dot, http:\/\/127\.0\.0\.1:9\/dot\.png/],
  ['an image as data', '![d](data:image/svg+xml,<svg/onload=alert(1)>)', /data:image\/svg\+xml/],
  ['a javascript link', '[press](javascript:window.pwned=1)', /press javascript:window\.pwned=1/],
  ['a data link', '[press](data:text/html,<script>window.pwned=1</script>)', /data:text\/html/],
  ['a link that says another one', '[https://bank.example](https://evil.example/x)', /https:\/\/bank\.example https:\/\/evil\.example\/x/],
  ['a frame', '<iframe src="http://127.0.0.1:9/"></iframe>', /<iframe src/],
  ['a style', '<style>body{display:none}</style>', /<style>body/],
  ['a form', '<form action="http://127.0.0.1:9"><input autofocus onfocus=alert(1)></form>', /<form action/],
  ['svg', '<svg><use href="http://127.0.0.1:9/x#y"/></svg>', /<svg><use/],
  ['entities', '&lt;script&gt;window.pwned=1&lt;/script&gt;', /<script>window\.pwned=1<\/script>/],
  ['an entity that hides a scheme', '[x](java&#115;cript:window.pwned=1)', /javascript:window\.pwned=1/],
  ['a picture in a reference', '[a]: http://127.0.0.1:9/a.png\n\n![a]', /Picture not loaded/],
  ['turned writing', 'file\u202Egpj.exe', /file⟨U\+202E⟩gpj\.exe/],
  ['terminal codes', '\u001b[31mred\u001b[0m \u0007', /␛\[31mred␛\[0m ␇/],
  ['code with a fence inside', '````\n```\n<script>window.pwned=1</script>\n```\n````', /<script>/],
  ['a language with quotes', '```"><img src=x onerror=window.pwned=1>\nx\n```', /"><img/],
  ['a table of tags', '| <b onclick=x>a</b> |\n|---|\n| <img src=x onerror=window.pwned=1> |', /<img src=x/],
  ['nested quotes', '>'.repeat(9_000), />>>>/],
  ['nested lists', Array.from({ length: 120 }, (_, i) => `${'  '.repeat(i)}- item ${i}`).join('\n'), /item 119/],
  ['nested emphasis', '*_**__a'.repeat(2_800), /\*_\*\*__a/],
  ['open brackets', '['.repeat(10_000), /\[\[\[/],
  ['null bytes', 'a\u0000b', /a(␀|\ufffd)b/],
  ['a prototype', '&constructor; __proto__ {{7-7}} ${7-7}', /\{\{7-7\}\} \$\{7-7\}/],
];

const dangerous = 'script, img, iframe, object, embed, form, style, link, svg:not(.i):not(.glyph), a[href], video, audio, base, meta, [onclick], [onerror], [onload], [style*="url"]';

test.each(cases)('%s is shown as text; it runs nothing and loads nothing', async (_, text, shown) => {
  performance.clearResourceTimings();
  await openChat(one(text));
  await eventually(() => answers().length, 'the answer is there').toBe(1);
  const body = answers()[0]!.querySelector('.body')!;
  expect(body.textContent, 'shown as it was written').toMatch(shown);
  expect([...body.querySelectorAll(dangerous)].map((each) => each.outerHTML), 'no element of it').toEqual([]);
  expect((window as { pwned?: number }).pwned, 'nothing ran').toBeUndefined();
  expect(performance.getEntriesByType('resource').filter((entry) => entry.name.includes(':9/') || entry.name.includes('evil')).map((entry) => entry.name), 'nothing was asked for').toEqual([]);
});

test('all of it at once is clean for assistive technology', async () => {
  await openChat(one(cases.filter(([, text]) => text.length < 300).map(([, text]) => text).join('\n\n')));
  await eventually(() => answers().length, 'the answer is there').toBe(1);
  await expectClean('a hostile answer');
});

test('hostile names, tools, reasons and pictures are text too', async () => {
  const evil = '<img src=x onerror="window.pwned=1">\u202Etxt';
  const part = { id: 'c', text: evil, name: evil, arguments: evil, ok: false };
  await openChat({ said: [
    { side: 'user', text: evil, images: [evil], state: 'failed', reason: evil, message_id: 1 },
    { side: 'agent', state: 'interrupted', reason: evil, text: '', parts: [{ ...part, kind: 'tool_call' }, { ...part, kind: 'tool_return' }, { ...part, kind: 'reasoning' }, { ...part, kind: 'error' }] },
  ] });
  await look(seen('chat-tool'), 'the tool').toHaveTextContent(/Used <img src=x.*⟨U\+202E⟩/);
  await seen('chat-tool').getByText('Used').click();
  await look(page.getByText('Asked with'), 'opened').toBeVisible();
  await seen('chat-reasoning').getByText('Thought').click();
  expect([...transcript().querySelectorAll(dangerous)].map((each) => each.outerHTML), 'no element of it').toEqual([]);
  expect((window as { pwned?: number }).pwned, 'nothing ran').toBeUndefined();
  await expectClean('a hostile tool call');
});

test('one line of a megabyte is shown in part, the rest step by step, and can be copied whole', async () => {
  const { platform } = await openChat(one(`start ${'x'.repeat(1_048_570)}`));
  await eventually(() => answers().length, 'the answer is there').toBe(1);
  await look(page.getByText(/Long text: 20,000 of 1,048,576 characters are shown/), 'how much is shown').toBeVisible();
  expect(answers()[0]!.textContent!.length, 'not more than that').toBeLessThan(21_000);
  await seen('chat-more-text').click();
  await look(page.getByText(/Long text: 40,000 of/), 'more on demand').toBeInTheDocument();
  await page.getByRole('button', { name: 'Copy all of it' }).click();
  await eventually(() => platform.memory.world.copied[0]?.length, 'the whole').toBe(1_048_576);
  expect(transcript().scrollWidth, 'nothing is wider than the window').toBeLessThanOrEqual(transcript().clientWidth);
});

test('code, links and answers are copied as they are shown', async () => {
  const { platform } = await openChat(one('Run [this](https://example.org/a?b=1&c=2):\n\n```sh\nls -l\necho "\u202E"\n```'));
  await page.getByRole('button', { name: 'Copy the code' }).click();
  await page.getByRole('button', { name: /^Copy the address/ }).click();
  await page.getByRole('button', { name: 'Copy the answer' }).click();
  await eventually(() => platform.memory.world.copied.slice(0, 2), 'code without what hides in it, the address whole').toEqual(['ls -l\necho "⟨U+202E⟩"', 'https://example.org/a?b=1&c=2']);
  await eventually(() => platform.memory.world.copied[2]?.startsWith('Run [this]'), 'the answer as Markdown').toBe(true);
  await look(page.getByText('sh', { exact: true }), 'the language is named').toBeVisible();
});

test('right-to-left text keeps its direction inside its own paragraph', async () => {
  await openChat(one('مرحبا بالعالم\n\nplain English'));
  await eventually(() => answers().length, 'the answer is there').toBe(1);
  const [arabic, english] = [...answers()[0]!.querySelectorAll('p')];
  expect(getComputedStyle(arabic!).direction, 'right to left').toBe('rtl');
  expect(getComputedStyle(english!).direction, 'left to right').toBe('ltr');
});
