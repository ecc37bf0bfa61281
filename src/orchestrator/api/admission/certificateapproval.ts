import { after } from '../../../base/awaitable.ts';
import type { CertificateSigningRequest } from '../../../kube/kinds/objects.data.ts';
import type { Authorizer } from '../authorization.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { isAllowedForSigner, isSigningRequest } from './signers.ts';

/** Only who may `approve` for a signer decides on its requests (Kubernetes `plugin/pkg/admission/certificates/approval`). */
export const certificateApproval = (authorize: Authorizer): AdmissionPlugin => ({
  name: 'CertificateApproval',
  validate(attributes) {
    const { operation, subresource, user, kind, live } = attributes;
    if (operation !== 'UPDATE' || subresource !== 'approval' || !isSigningRequest(attributes)) return;
    const { metadata, spec } = live as CertificateSigningRequest;
    return after(isAllowedForSigner(authorize, user, 'approve', spec.signerName), (allowed) => {
      if (allowed) return;
      const why = `user not permitted to approve requests with signerName ${JSON.stringify(spec.signerName)}`;
      throw forbidden(kind, metadata.name ?? '', why);
    });
  },
});
