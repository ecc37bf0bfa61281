import { X509Certificate } from 'node:crypto';
import type { Problem } from '../../base/errors.ts';
import { type Generated, type GeneratedValues, generatedName, textsOf } from '../../render/recorded.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/;
const DAY = 86_400_000;
/** What is left when it is time to warn: this long, or a third of the life of a certificate that lives less than three months. */
const NOTICE = 30 * DAY;

/** From when to when the certificate among the texts of a value holds; undefined for other values. Milliseconds since 1970. */
function lifeOf({ value }: Generated): { readonly from: number; readonly to: number } | undefined {
  const text = textsOf(value).find((one) => PEM.test(one));
  if (text === undefined) return undefined;
  try {
    const { validFrom, validTo } = new X509Certificate(text);
    return { from: Date.parse(validFrom), to: Date.parse(validTo) };
  } catch {
    return undefined;
  }
}

/** When the certificate that was made ends, RFC 3339; undefined for other values. */
export function endOf(generated: Generated): string | undefined {
  const life = lifeOf(generated);
  return life && new Date(life.to).toISOString();
}

/**
 * Certificates that end soon. Helm makes others with each upgrade; what is made once is not renewed by itself, because whoever trusts it
 * would have to be told. `holders`: by the keys of `generated`, `Secret/tls` each.
 */
export function endingCertificates(
  environment: string,
  generated: GeneratedValues,
  holders: Readonly<Record<string, readonly string[]>>,
  now: Date,
): readonly Problem[] {
  return Object.entries(generated).flatMap(([site, one]) => {
    const life = lifeOf(one);
    if (!life || life.to - now.getTime() > Math.min(NOTICE, (life.to - life.from) / 3)) return [];
    const of = holders[site]?.length ? ` for ${holders[site].join(', ')}` : '';
    const end = life.to < now.getTime() ? 'has ended' : 'ends';
    return [
      {
        reason: 'CertificateEnds',
        message: `the certificate that ${one.function} made${of} ${end} at ${new Date(life.to).toISOString()}`,
        place: { file: one.template },
        remedy: `pilotage generated ${environment} --renew ${generatedName(one)}`,
      },
    ];
  });
}
