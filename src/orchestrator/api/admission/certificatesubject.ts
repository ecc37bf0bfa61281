import { parseCertificateRequest } from '../../../base/certificaterequest.ts';
import type { CertificateSigningRequest } from '../../../kube/kinds/objects.data.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { isSigningRequest } from './signers.ts';

const SIGNER = 'kubernetes.io/kube-apiserver-client';
const ADMINS = 'system:masters';

/** No certificate makes its bearer an administrator whom no role restrains (Kubernetes `plugin/pkg/admission/certificates/subjectrestriction`). */
export const certificateSubject: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  validate(attributes) {
    const { operation, subresource, kind, object } = attributes;
    if (operation !== 'CREATE' || subresource !== undefined || !isSigningRequest(attributes)) return;
    const { metadata, spec } = object as CertificateSigningRequest;
    if (spec.signerName !== SIGNER) return;
    const parsed = parseCertificateRequest(Buffer.from(spec.request, 'base64').toString('latin1'));
    const why = parsed.ok
      ? parsed.value.organizations.includes(ADMINS)
        ? `use of ${SIGNER} signer with ${ADMINS} group is not allowed`
        : undefined
      : `failed to parse CSR: ${parsed.problems.map(({ message }) => message).join()}`;
    if (why !== undefined) throw forbidden(kind, metadata.name ?? '', why);
  },
};
