/** What is wrong with an Ingress, in reasons of its events; `INGRESS_PROBLEMS` of the Ingress lists those that keep a part of it from being served. */
export const REASONS = [
  'ClassMissing',
  'HostConflict',
  'PathConflict',
  'CertificateConflict',
  'ServiceMissing',
  'ServicePortMissing',
  'BackendNotSupported',
  'SecretMissing',
  'BadCertificate',
  'BadPattern',
  'BadAnnotation',
  'NotProtected',
  'UnknownAnnotations',
] as const;

export interface Finding {
  readonly reason: (typeof REASONS)[number];
  /** A sentence without its full stop. */
  readonly message: string;
}

/** Everything is served as it would be without: nothing is amiss. */
const HINTS: readonly string[] = ['UnknownAnnotations'] satisfies Finding['reason'][];

/** The text of `INGRESS_PROBLEMS`; undefined: there are none. */
export function problemsText(findings: readonly Finding[]): string | undefined {
  const problems = findings.filter(({ reason }) => !HINTS.includes(reason));
  if (problems.length === 0) return undefined;
  return problems
    .map(({ reason, message }) => `${reason}: ${message}`)
    .join('; ')
    .slice(0, LONGEST);
}

const LONGEST = 2_048;
