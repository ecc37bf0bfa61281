import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseCertificateRequest } from '../../../../src/base/certificaterequest.ts';
import { rfc3339 } from '../../../../src/base/clock.ts';
import type { CertificateSigningRequest } from '../../../../src/kube/kinds/objects.data.ts';
import { openPki } from '../../../../src/orchestrator/api/auth/pki.ts';
import { decide } from '../../../../src/orchestrator/controllers/certificates/decide.ts';
import { newRequest, REQUEST_PEM, signingRequest } from '../../../contract/signingrequest.ts';
import { FakeClock } from '../../../fakes/clock.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const API_CLIENT = 'kubernetes.io/kube-apiserver-client';
const SERVING = 'kubernetes.io/kubelet-serving';

const csr = (
  spec: Partial<CertificateSigningRequest['spec']>,
  types: readonly string[] = ['Approved'],
  status: CertificateSigningRequest['status'] = {},
): CertificateSigningRequest => ({
  ...signingRequest('csr', spec),
  metadata: { name: 'csr', creationTimestamp: rfc3339(NOW) },
  status: {
    ...status,
    conditions: types.map((type) => ({ type, status: 'True', lastUpdateTime: rfc3339(NOW) })),
  },
});

const problemOf = (
  signerName: string,
  usages: readonly string[],
  request: Parameters<typeof newRequest>[0] | string,
): string => {
  const text = typeof request === 'string' ? request : newRequest(request);
  const decision = decide(csr({ signerName, usages, request: text }), NOW);
  return decision.type === 'fail' ? decision.message : decision.type;
};

describe('what a CertificateSigningRequest needs', () => {
  const node = { commonName: 'system:node:n1', organizations: ['system:nodes'] };

  it('a client of the API is signed for client usages alone', () => {
    const jane = { commonName: 'jane' };
    expect(problemOf(API_CLIENT, ['client auth', 'digital signature'], jane)).to.equal('sign');
    expect(problemOf(API_CLIENT, ['client auth', 'server auth'], jane)).to.equal(
      'invalid usage for client certificate: server auth',
    );
    expect(problemOf(API_CLIENT, ['digital signature'], jane)).to.equal(
      'missing required usage for client certificate: client auth',
    );
  });

  it('a server of a node is signed for names of machines alone', () => {
    const usages = ['digital signature', 'server auth'];
    const dnsNames = ['n1'];
    expect(problemOf(SERVING, usages, { ...node, dnsNames })).to.equal('sign');
    expect(problemOf(SERVING, [...usages, 'key encipherment'], { ...node, dnsNames })).to.equal('sign');
    expect(problemOf(SERVING, usages, node)).to.equal('DNS or IP subjectAltName is required');
    expect(problemOf(SERVING, ['server auth'], { ...node, dnsNames })).to.equal(
      'usages did not match [digital signature key encipherment server auth]',
    );
    expect(problemOf(SERVING, usages, { ...node, commonName: 'n1', dnsNames })).to.equal(
      'subject common name does not begin with system:node:',
    );
    expect(problemOf(SERVING, usages, Buffer.from(REQUEST_PEM).toString('base64'))).to.equal(
      'subject organization is not system:nodes',
    );
  });

  it('a client certificate of a node holds nothing but its name', () => {
    const signer = 'kubernetes.io/kube-apiserver-client-kubelet';
    const usages = ['digital signature', 'client auth'];
    expect(problemOf(signer, usages, node)).to.equal('sign');
    expect(problemOf(signer, usages, { ...node, dnsNames: ['n1'] })).to.equal(
      'DNS subjectAltNames are not allowed',
    );
    expect(problemOf(signer, [...usages, 'server auth'], node)).to.equal(
      'usages did not match [client auth digital signature key encipherment]',
    );
  });

  it('a certificate lasts as long as was asked, ten minutes at least and a year at most', () => {
    const request = newRequest({ commonName: 'jane' });
    const lasts = (expirationSeconds?: number) => {
      const asked = { signerName: API_CLIENT, request, ...(expirationSeconds ? { expirationSeconds } : {}) };
      const decision = decide(csr(asked), NOW);
      return decision.type === 'sign' ? [NOW - decision.notBefore, decision.notAfter - NOW] : [];
    };
    expect(lasts(600)).to.deep.equal([5 * MINUTE, 10 * MINUTE]);
    expect(lasts(86_400)).to.deep.equal([5 * MINUTE, DAY - 5 * MINUTE]);
    expect(lasts()).to.deep.equal([5 * MINUTE, 365 * DAY - 5 * MINUTE]);
    expect(lasts(10 ** 9)).to.deep.equal(lasts());
  });

  it('a denied or failed one is never signed', () => {
    const spec = { signerName: API_CLIENT, request: newRequest({ commonName: 'jane' }) };
    expect(decide(csr(spec, ['Denied']), NOW).type).to.equal('wait');
    expect(decide(csr(spec, ['Approved', 'Failed']), NOW).type).to.equal('wait');
    expect(decide(csr(spec, []), NOW)).to.deep.equal({ type: 'wait', afterMs: DAY });
  });

  it('one that nobody decides on goes after a day, and what is done after an hour', () => {
    const certificate = Buffer.from('by another signer').toString('base64');
    const goes = (types: readonly string[], status: CertificateSigningRequest['status'] = {}) => {
      const request = csr({}, types, status);
      const left = decide(request, NOW);
      const after = left.type === 'wait' ? left.afterMs : 0;
      expect(decide(request, NOW + after - 1).type).to.equal('wait');
      expect(decide(request, NOW + after).type).to.equal('delete');
      return after;
    };
    expect(goes([])).to.equal(DAY);
    expect(goes(['Denied'])).to.equal(HOUR);
    expect(goes(['Approved', 'Failed'])).to.equal(HOUR);
    expect(goes(['Approved'])).to.equal(DAY);
    expect(goes(['Approved'], { certificate })).to.equal(HOUR);
  });

  it('one whose certificate has expired goes at once', () => {
    const dir = mkdtempSync(join(tmpdir(), 'pilotage-signing-'));
    try {
      const parsed = parseCertificateRequest(REQUEST_PEM);
      if (!parsed.ok) throw new Error('the request is bad');
      const times = { notBefore: NOW, notAfter: NOW + 10 * MINUTE };
      const pem = openPki({ dir, clock: new FakeClock(NOW) }).sign(parsed.value, { usages: [], ...times });
      expect(new X509Certificate(pem).subjectAltName).to.contain('DNS:n1.example.com');
      const issued = csr({}, ['Approved'], { certificate: Buffer.from(pem).toString('base64') });
      expect(decide(issued, NOW)).to.deep.equal({ type: 'wait', afterMs: 10 * MINUTE });
      expect(decide(issued, NOW + 10 * MINUTE).type).to.equal('delete');
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
