/** What the HTTP face proves to be with: a certificate that was given, or one of the data directory's own authority. */
import { X509Certificate } from 'node:crypto';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { type Problem, problemOf } from '../base/errors.ts';
import type { Address, Encryption } from '../cli/context.ts';
import { LOCAL_NAMES, openAuthority } from '../orchestrator/servedcontrolplane.ts';
import { endsSoon, type Presented, readGivenCertificate } from '../server/tls/certificate.ts';

export interface Certificates {
  /** @throws ProblemError BadCertificate */
  read(): Promise<Presented>;
  /** What a person should see to, as of the last reading. */
  problem(): Problem | undefined;
  /** What a given certificate is for, lower case. */
  readonly names: readonly string[];
  /** By which people call it, where that is not its address. */
  readonly name?: string;
  /** Whether the authority below signed what others are shown. */
  readonly own: boolean;
  /** The own authority: its file, and the fingerprint of its certificate. */
  readonly ca: string;
  readonly fingerprint: string;
}

export interface CertificatesOptions {
  readonly dataDir: string;
  readonly encryption: Encryption;
  readonly http: Address;
  /** Lower case. */
  readonly httpNames: readonly string[];
  readonly clock: Clock;
}

/** undefined: the face speaks plain HTTP. @throws ProblemError BadCertificate, CertificateUnreadable */
export async function openCertificates(options: CertificatesOptions): Promise<Certificates | undefined> {
  const { dataDir, encryption, http, httpNames, clock } = options;
  if (encryption.type === 'none') return undefined;
  const dir = join(dataDir, 'pki');
  const authority = openAuthority({ dir, clock });
  const own = (names: readonly string[]) => {
    const { cert, key } = authority.server('face', { name: 'pilotage-face' }, names);
    // With the authority, so that who does not know it yet can be shown whom to trust.
    return { cert: `${cert}${authority.ca}`, key };
  };
  const common = {
    ca: join(dir, 'ca.crt'),
    fingerprint: new X509Certificate(authority.ca).fingerprint256,
  };
  if (encryption.type === 'own') {
    const read = async () => ({ certificate: own(namesOf(http.host, httpNames, networkInterfaces())) });
    return { ...common, own: true, names: [], read, problem: () => undefined };
  }
  let problem: Problem | undefined;
  const read = async () => {
    try {
      const certificate = await readGivenCertificate(encryption, clock.now());
      problem = endsSoon(encryption.certFile, certificate.cert, clock.now());
      return { certificate, local: own(LOCAL_NAMES) };
    } catch (error) {
      problem = problemOf(error);
      throw error;
    }
  };
  const names = dnsNamesOf((await read()).certificate.cert);
  const name = names.find((one) => httpNames.includes(one)) ?? names[0];
  const named = name === undefined ? {} : { name };
  return { ...common, ...named, own: false, names, read, problem: () => problem };
}

/** By which the face is reached: who listens everywhere is reached by every address of the machine. */
export function namesOf(
  host: string,
  names: readonly string[],
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
): readonly string[] {
  const isEverywhere = (name: string) => name === '0.0.0.0' || name === '::';
  const addresses = Object.values(interfaces)
    .flatMap((list) => list ?? [])
    // An address that needs the name of an interface with it is in no URL.
    .filter(({ internal, scopeid }) => !internal && !scopeid)
    .map(({ address }) => address);
  const named = [host, ...names].filter((name) => name !== '' && !isEverywhere(name));
  return [...new Set([...LOCAL_NAMES, ...named, ...(isEverywhere(host) ? addresses.sort() : [])])];
}

/** The names of a certificate that stand for one host each. */
const dnsNamesOf = (cert: string): readonly string[] =>
  [...(new X509Certificate(cert).subjectAltName ?? '').matchAll(/(?:^|, )DNS:([\w.-]+)(?=,|$)/g)].map(
    ([, name = '']) => name.toLowerCase(),
  );
