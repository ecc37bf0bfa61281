import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { problemOf } from '../../../base/errors.ts';
import type { Ingress, Secret } from '../../../kube/kinds/objects.data.ts';
import type { Finding } from './findings.ts';
import type { HostClaims } from './hosts.ts';
import { forHost } from './table.ts';

/** The certificate of a host, PEM. */
export interface HostCertificate {
  /** Lower case; `*.example.com` for names with one label more. */
  readonly host: string;
  readonly cert: string;
  readonly key: string;
}

interface FoundCertificates {
  readonly certificates: readonly HostCertificate[];
  readonly findings: ReadonlyMap<Ingress, readonly Finding[]>;
}

/**
 * The certificates that Ingresses name, the oldest first. Of two Secrets for one host the older Ingress's counts. One that cannot be presented is
 * left out, and the default certificate stands in.
 */
export function certificatesOf(
  ingresses: readonly Ingress[],
  find: (namespace: string, name: string) => Secret | undefined,
  conflictOf: HostClaims,
): FoundCertificates {
  const byHost = new Map<string, HostCertificate & { readonly secret: string; readonly owner: string }>();
  const findings = new Map<Ingress, Finding[]>();
  for (const ingress of ingresses) {
    const { namespace = '', name = '' } = ingress.metadata;
    const say = (reason: Finding['reason'], message: string) =>
      findings.set(ingress, [...(findings.get(ingress) ?? []), { reason, message }]);
    for (const { secretName, hosts } of ingress.spec?.tls ?? []) {
      // Without a Secret the default certificate is asked for.
      if (!secretName) continue;
      const secret = find(namespace, secretName);
      const pair = secret ? pairOf(secret) : undefined;
      if (pair === undefined) say('SecretMissing', `there is no Secret ${namespace}/${secretName}`);
      else if (typeof pair === 'string')
        say('BadCertificate', `the Secret ${namespace}/${secretName}: ${pair}`);
      else {
        for (const host of hosts ?? (ingress.spec?.rules ?? []).flatMap((rule) => rule.host ?? [])) {
          const key = host.toLowerCase();
          // Its rules say so, where it has any.
          if (conflictOf(namespace, key)) continue;
          const before = byHost.get(key);
          const id = `${namespace}/${secretName}`;
          if (!before) byHost.set(key, { host: key, ...pair, secret: id, owner: `${namespace}/${name}` });
          else if (before.secret !== id)
            say(
              'CertificateConflict',
              `${key} has the certificate of the Ingress ${before.owner}, which is older`,
            );
        }
      }
    }
  }
  return { certificates: [...byHost.values()].map(({ host, cert, key }) => ({ host, cert, key })), findings };
}

const judged = new WeakMap<Secret, ReturnType<typeof judge>>();

/** A sentence where it cannot be presented. Each version of a Secret is looked at once. */
export function pairOf(secret: Secret): ReturnType<typeof judge> {
  const known = judged.get(secret) ?? judge(secret);
  judged.set(secret, known);
  return known;
}

function judge({ data = {} }: Secret): { readonly cert: string; readonly key: string } | string {
  const text = (name: string) => Buffer.from(data[name] ?? '', 'base64').toString('utf8');
  const [cert, key] = [text('tls.crt'), text('tls.key')];
  try {
    const leaf = new X509Certificate(cert);
    if (!leaf.checkPrivateKey(createPrivateKey(key)))
      return 'tls.key is not the key of the certificate in tls.crt';
    // OpenSSL has rules of its own, as to the size of keys and the rest of the chain.
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    return `tls.crt and tls.key are no certificate and key in PEM (${problemOf(error).message})`;
  }
}

/** The certificate for a name that a client asks for; undefined: the default one. '' is any name. */
export const certificateFor = <T>(byHost: ReadonlyMap<string, T>, name: string): T | undefined =>
  forHost(byHost, name.toLowerCase()) ?? byHost.get('');
