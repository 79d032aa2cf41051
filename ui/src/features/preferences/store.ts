import type { SecretStoreInfo } from '../../bindings';

/** The place secrets go to, in a sentence. */
export function storeWords(store: Pick<SecretStoreInfo, 'kind' | 'name'>): string {
  if (store.kind === 'os') return 'the keychain';
  return store.kind === 'file' ? 'the encrypted file' : store.name;
}
