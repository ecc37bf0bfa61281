import { X509Certificate } from 'node:crypto';
import { type ParsedCertificateRequest, parseCertificateRequest } from '../../../base/certificaterequest.ts';
import type { CertificateSigningRequest } from '../../../kube/kinds/objects.data.ts';
import { isOurs, KUBELET_CLIENT, kubeletClientProblem, problemFor } from './signers.ts';

export type Decision =
  /** Nothing before `afterMs` from now, unless the request changes. */
  | { readonly type: 'wait'; readonly afterMs: number }
  | { readonly type: 'delete'; readonly why: string }
  /** Approved by itself where the asker may `create` one of these subresources, asked in their order. */
  | { readonly type: 'ask'; readonly subresources: readonly ApprovedSubresource[]; readonly afterMs: number }
  | {
      readonly type: 'sign';
      readonly request: ParsedCertificateRequest;
      readonly notBefore: number;
      readonly notAfter: number;
    }
  | { readonly type: 'fail'; readonly message: string };

export type ApprovedSubresource = 'selfnodeclient' | 'nodeclient';

/**
 * What the request needs now. Kubernetes has three loops for it under one account (`pkg/controller/certificates`: `approver`, `signer`
 * and `cleaner`), the last of which looks once an hour.
 */
export function decide(csr: CertificateSigningRequest, now: number): Decision {
  const { end, why } = endOf(csr);
  if (end <= now) return { type: 'delete', why };
  const wait = { type: 'wait', afterMs: end - now } as const;
  if (csr.status?.certificate) return wait;
  const parsed = parseCertificateRequest(Buffer.from(csr.spec.request, 'base64').toString('latin1'));
  if (!parsed.ok) return wait;
  if (!has(csr, 'Approved') && !has(csr, 'Denied')) {
    const subresources = approvedBy(csr, parsed.value);
    return subresources.length > 0 ? { type: 'ask', subresources, afterMs: wait.afterMs } : wait;
  }
  if (!isApproved(csr) || has(csr, 'Failed') || !isOurs(csr.spec.signerName)) return wait;
  const problem = problemFor(csr.spec.signerName, parsed.value, csr.spec.usages ?? []);
  if (problem !== undefined) return { type: 'fail', message: problem };
  return { type: 'sign', request: parsed.value, ...validity(csr.spec.expirationSeconds, now) };
}

const has = ({ status }: CertificateSigningRequest, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type) ?? false;

const isApproved = (csr: CertificateSigningRequest): boolean => has(csr, 'Approved') && !has(csr, 'Denied');

/** `sarapprove.go`, recognizers: certificates for kubelets, first those that renew the asker's own. */
function approvedBy(
  { spec }: CertificateSigningRequest,
  request: ParsedCertificateRequest,
): readonly ApprovedSubresource[] {
  if (spec.signerName !== KUBELET_CLIENT || kubeletClientProblem(request, spec.usages ?? []) !== undefined)
    return [];
  return spec.username === request.commonName ? ['selfnodeclient', 'nodeclient'] : ['nodeclient'];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** kube-controller-manager's --cluster-signing-duration. */
const LONGEST = 365 * DAY;
const SHORTEST = 10 * MINUTE;
/** Clocks of other machines may be behind. */
const BACKDATE = 5 * MINUTE;
const SHORT = 8 * HOUR;

/** `signer.go` duration, and `authority/policies.go` PermissiveSigningPolicy: what lasts for hours only is not shortened by the backdating. */
function validity(seconds: number | undefined, now: number): { notBefore: number; notAfter: number } {
  const asked = seconds === undefined ? LONGEST : seconds * SECOND;
  const ttl = Math.min(LONGEST, Math.max(SHORTEST, asked));
  return { notBefore: now - BACKDATE, notAfter: now + (ttl < SHORT ? ttl : ttl - BACKDATE) };
}

interface End {
  readonly end: number;
  readonly why: string;
}

/** When the request has served its time, and how that is said (`cleaner/cleaner.go`). */
function endOf(csr: CertificateSigningRequest): End {
  const { conditions = [], certificate } = csr.status ?? {};
  const created = timeOf(csr.metadata.creationTimestamp);
  const ends = conditions.flatMap(({ type, lastUpdateTime }): readonly End[] => {
    const at = timeOf(lastUpdateTime);
    if (type === 'Denied') return [{ end: at + HOUR, why: 'it was denied an hour ago' }];
    if (type === 'Failed') return [{ end: at + HOUR, why: 'it failed an hour ago' }];
    if (type !== 'Approved') return [];
    if (!certificate) return [{ end: at + DAY, why: 'it was approved a day ago, and nobody signed it' }];
    return [
      { end: at + HOUR, why: 'its certificate was issued an hour ago' },
      { end: expiryOf(certificate), why: 'its certificate has expired' },
    ];
  });
  const pending = { end: created + DAY, why: 'nobody decided on it for a day' };
  const all = conditions.length === 0 ? [pending] : ends;
  return all.reduce((first, one) => (one.end < first.end ? one : first), {
    end: Number.POSITIVE_INFINITY,
    why: '',
  });
}

/** What has no time never grows old. */
const timeOf = (text: string | null | undefined): number =>
  text === undefined || text === null ? Number.POSITIVE_INFINITY : Date.parse(text);

/** What somebody else's signer has written may be anything. */
function expiryOf(base64: string): number {
  try {
    return Date.parse(new X509Certificate(Buffer.from(base64, 'base64')).validTo);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
