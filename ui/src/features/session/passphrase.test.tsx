import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { status } from '../../platform/sample/data';
import { expectClean, look, openApp, press, seen, type } from '../../test/kit';
import { at, enterTo, openWizard } from '../setup/test-kit';

const closed = { kind: 'file', name: 'encrypted file', status: status('Unknown', 'not looked at yet', null) };

test('sign-in asks for the passphrase of an encrypted file, says when it is wrong, and forgets it', async () => {
  const { calls } = await openApp({ phase: 'sign_in', state: { secret_store: closed }, overrides: { sessionRestore: async () => ({ ...(await import('../../platform/sample/data')).sampleState, phase: 'sign_in', user: null, secret_store: closed }) } });
  await look(seen('signin-store'), 'what it is for, and what goes without it').toHaveTextContent(/Asked once per start.*cannot be recovered.*the sign-in is not remembered/);
  await look(seen('signin-user'), 'the sign-in keeps the focus').toHaveFocus();
  await expectClean('sign-in with a passphrase');
  await seen('passphrase-field').click();
  await type('wrong');
  await press('{Enter}');
  await look(seen('signin-store'), 'the reason of the status').toHaveTextContent(/does not open the encrypted secrets file/);
  await look(seen('passphrase-field'), 'the value is gone').toHaveValue('');
  expect(calls('sessionSignIn').length, 'Enter in this field does not sign in').toBe(0);
  await type('correct horse');
  await seen('passphrase-open').click();
  await look(seen('signin-store'), 'an open file asks no more').not.toBeInTheDocument();
  expect(calls('secretsUnlock'), 'two passphrases were given').toEqual([['wrong'], ['correct horse']]);
  expect(calls('sessionRestore').length, 'the session that the file may hold is looked for again').toBe(2);
});

test('other stores ask for no passphrase', async () => {
  await openApp({ phase: 'sign_in', state: { secret_store: { ...closed, kind: 'os', name: 'Keychain' } } });
  await look(seen('signin-user'), 'the form is there').toBeVisible();
  await look(seen('passphrase'), 'no passphrase').not.toBeInTheDocument();
});

test('the wizard opens the encrypted file and goes on without it', async () => {
  const { calls } = await openWizard({}, { secret_store: closed });
  await enterTo('look');
  await enterTo('folder');
  await enterTo('python');
  await look(page.getByTestId('wizard-python-0'), 'interpreters are listed').toBeInTheDocument();
  await enterTo('letta');
  await enterTo('keychain');
  await look(seen('passphrase-field'), 'the passphrase has the focus').toHaveFocus();
  await expectClean('the keychain step with a passphrase');
  await type('wrong');
  await press('{Enter}');
  await look(seen('wizard-secrets-status'), 'the status says why').toHaveTextContent(/does not open/);
  await type('correct horse');
  await press('{Enter}');
  await look(seen('wizard-secrets-status'), 'it is open').toHaveTextContent(/Healthy/);
  await look(seen('passphrase'), 'and is not asked for again').not.toBeInTheDocument();
  expect(calls('secretsUnlock').length, 'two tries').toBe(2);
  await seen('wizard-next').click();
  await at('account');
});
