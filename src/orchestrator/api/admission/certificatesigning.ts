import { after } from '../../../base/awaitable.ts';
import type { CertificateSigningRequest } from '../../../kube/kinds/objects.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import type { Authorizer } from '../authorization.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { isAllowedForSigner, isSigningRequest } from './signers.ts';

/** Only who may `sign` for a signer writes its certificates and what it says of them (Kubernetes `plugin/pkg/admission/certificates/signing`). */
export const certificateSigning = (authorize: Authorizer): AdmissionPlugin => ({
  name: 'CertificateSigning',
  validate(attributes) {
    const { operation, subresource, user, kind, object } = attributes;
    if (operation !== 'UPDATE' || subresource !== 'status' || !isSigningRequest(attributes)) return;
    const live = attributes.live as CertificateSigningRequest;
    if (deepEqual(said(object as CertificateSigningRequest), said(live))) return;
    const { signerName } = live.spec;
    return after(isAllowedForSigner(authorize, user, 'sign', signerName), (allowed) => {
      if (allowed) return;
      const why = `user not permitted to sign requests with signerName ${JSON.stringify(signerName)}`;
      throw forbidden(kind, live.metadata.name ?? '', why);
    });
  },
});

const said = ({ status }: CertificateSigningRequest) => [status?.certificate ?? '', status?.conditions ?? []];
