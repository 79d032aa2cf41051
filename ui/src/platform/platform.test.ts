import { expect, test } from 'vitest';
import { visible } from '../ui/text';
import { PlatformError, toPlatformError } from './platform';

test('errors of the api keep their code, bare strings become internal', () => {
  const named = toPlatformError({ code: 'plan_stale', message: 'm', hint: 'h', details: ['d'] });
  expect([named.code, named.message, named.hint, named.details], 'kept').toEqual(['plan_stale', 'm', 'h', ['d']]);
  const bare = toPlatformError('command app_state not found');
  expect([bare.code, bare.details], 'normalised').toEqual(['internal', ['command app_state not found']]);
  expect(toPlatformError(named), 'once is enough').toBe(named);
  expect(toPlatformError(undefined), 'even nothing is an error').toBeInstanceOf(PlatformError);
});

test('invisible characters are written out, letters of any script stay', () => {
  expect(visible('a\u202Eb\u0000'), 'direction and control').toBe('a⟨U+202E⟩b␀');
  expect(visible('Ἀθηνᾶ 🦉 שלום'), 'other scripts').toBe('Ἀθηνᾶ 🦉 שלום');
});
