import { expect, test } from 'vitest';
import { render } from 'vitest-browser-react';
import { Prose } from './text';

test('what a machine reads is set apart, and hostile text stays text', async () => {
  const { container } = await render(<Prose>{'`.env`, line 3: put `A=\u202E<b>` there.'}</Prose>);
  expect([...container.querySelectorAll('code')].map((code) => code.textContent), 'paired marks').toEqual(['.env', 'A=⟨U+202E⟩<b>']);
  expect(container.textContent, 'the sentence').toBe('.env, line 3: put A=⟨U+202E⟩<b> there.');
  expect(container.querySelector('b'), 'no element comes from text').toBeNull();
});

test('an unpaired mark stays as it is', async () => {
  const { container } = await render(<Prose>{'one ` alone'}</Prose>);
  expect(container.textContent, 'unchanged').toBe('one ` alone');
});
