import { X509Certificate } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { addressOf } from '../base/authority.ts';
import { ProblemError } from '../base/errors.ts';
import { keepAuthority, keptAuthority, readAuthority } from './authorities.ts';
import type { CliContext } from './context.ts';
import { connectionProblem, isUnknownAuthority } from './daemon/connectionproblem.ts';
import { type ClientOptions, originOf, serverOf } from './daemon/face.ts';
import type { Keyboard } from './password.ts';

/**
 * Settles by whom a daemon elsewhere proves who it is, before anything is sent to it: the authority that `--ca` names, which is kept from
 * then on; one that was kept; one that this machine trusts; or, in a terminal, the one whose fingerprint a person has compared.
 * @throws ProblemError UntrustedServer, WrongServer, …: nothing is kept then
 */
export async function settleTrust(
  { surroundings, stderr }: CliContext,
  keyboard: Keyboard,
  options: ClientOptions,
): Promise<void> {
  const server = serverOf(surroundings, options);
  if (server === undefined) return;
  const url = originOf(server);
  if (!url.startsWith('https:')) return;
  const { credentials } = surroundings;
  const given = options.ca === undefined ? undefined : await readAuthority(options.ca);
  if (given === undefined && (await keptAuthority(credentials, url)) !== undefined) return;
  try {
    await shakeHands(url, given);
    if (given !== undefined) await keepAuthority(credentials, url, given);
  } catch (error) {
    if (given !== undefined || !isUnknownAuthority(error) || !keyboard.isTTY) throw readable(error, url);
    const shown = await authorityShown(url);
    if (!(await isConfirmed(shown, url, keyboard, stderr))) throw readable(error, url);
    const pem = shown.toString();
    await shakeHands(url, pem).catch((again: unknown) => {
      throw readable(again, url);
    });
    await keepAuthority(credentials, url, pem);
  }
}

function readable(error: unknown, url: string): unknown {
  const problem = error instanceof Error ? connectionProblem(error, url) : undefined;
  return problem ? new ProblemError(problem, { cause: error }) : error;
}

async function isConfirmed(
  authority: X509Certificate,
  url: string,
  keyboard: Keyboard,
  output: CliContext['stderr'],
): Promise<boolean> {
  output.write(
    `The certificate of ${url} comes from an authority that this machine does not know:\n` +
      `  ${authority.subject.replaceAll('\n', ', ')}, valid until ${authority.validTo}\n` +
      `  SHA-256 ${authority.fingerprint256}\n` +
      'Compare it with what `pilotage up` printed there.\n',
  );
  const lines = createInterface({ input: keyboard, output, terminal: false });
  try {
    return (await lines.question('Trust it for this address, from now on? (yes/no) ')).trim() === 'yes';
  } finally {
    lines.close();
  }
}

/** Resolves once the server has proved to be the one of the URL. */
const shakeHands = (url: string, ca?: string): Promise<void> =>
  met(url, { ...(ca === undefined ? {} : { ca }) }, () => undefined);

/** The last certificate of the chain that the server shows; nothing is sent to it. */
const authorityShown = (url: string): Promise<X509Certificate> =>
  met(url, { rejectUnauthorized: false }, (socket) => {
    let last: DetailedPeerCertificate = socket.getPeerCertificate(true);
    while (last.issuerCertificate && last.issuerCertificate !== last) last = last.issuerCertificate;
    return new X509Certificate(last.raw);
  });

function met<T>(
  url: string,
  terms: { readonly ca?: string; readonly rejectUnauthorized?: boolean },
  take: (socket: TLSSocket) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...terms, ...addressOf(url) }, () => {
      resolve(take(socket));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
