import { blotter } from '../../../../base/blot.ts';
import type { RegistryCredential } from '../runtime.ts';

/** What a registry or an engine says, without the credential that it may repeat: more people read events and pushes than Secrets. */
export function withoutCredential(text: string, credential: RegistryCredential | undefined): string {
  if (!credential || credential.password === '') return text;
  const { username, password } = credential;
  return blotter([Buffer.from(`${username}:${password}`).toString('base64'), password])(text);
}
