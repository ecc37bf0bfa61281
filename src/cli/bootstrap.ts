import type { BootstrapCode } from '../model/identityfaces.ts';
import type { FaceClient } from './daemon/face.ts';
import { type AskSecret, newPassword } from './password.ts';

/** What a person opens in a browser. What is behind # is sent to no server. */
export const bootstrapUrl = (http: string, { code }: Pick<BootstrapCode, 'code'>): string =>
  `${http}/bootstrap#${code}`;

/** Makes the first administrator with a code, or the address that brought it, which are asked for: others see what a command line says. */
export async function bootstrapAccount(
  daemon: Pick<FaceClient, 'post'>,
  name: string,
  ask: AskSecret,
  isTerminal: boolean,
): Promise<string> {
  const given = (await ask('Code, or the address with it: ')).trim();
  const password = await newPassword(ask, isTerminal);
  await daemon.post('/bootstrap', { code: given.slice(given.indexOf('#') + 1), name, password });
  return password;
}
