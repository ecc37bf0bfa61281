import type { Again } from '../../../base/queue.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import { createInformer } from '../../../kube/client/informer.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestStatus,
} from '../../../kube/kinds/objects.data.ts';
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../../kube/values/types.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { type ApprovedSubresource, type Decision, decide } from './decide.ts';
import { NAME_TAKEN, nameTaken } from './nametaken.ts';

interface AccessReview extends KubeObject {
  readonly status?: { readonly allowed?: boolean };
}

const ACCESS_REVIEWS: Resource<AccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
};

const MESSAGES: Readonly<Record<ApprovedSubresource, string>> = {
  selfnodeclient: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  nodeclient: 'Auto approving kubelet client certificate after SubjectAccessReview.',
};

/** Roles may change later; a timer reaches no further than this, either. */
const ASK_AGAIN_MS = 60_000;
const LOOK_AGAIN_MS = 60 * 60_000;

/**
 * CertificateSigningRequests: approves those of nodes that may have them, signs what is approved for the signers whose key is the
 * cluster's authority, and deletes what has served its time. `decide.ts` says when.
 */
export function createCertificateController(context: ControllerContext): Controller {
  const { client, reader, clock, logger, authority } = context;
  const { nodes } = context.informers;
  const requests = createInformer({ client: reader, resource: CERTIFICATE_SIGNING_REQUESTS, clock, logger });

  async function reconcile(name: string): Promise<Again> {
    const csr = requests.get({ name });
    return csr && carryOut(csr, decide(csr, clock.now()));
  }

  async function carryOut(csr: CertificateSigningRequest, decision: Decision): Promise<Again> {
    switch (decision.type) {
      case 'wait':
        return { afterMs: Math.min(decision.afterMs, LOOK_AGAIN_MS) };
      case 'ask':
        return approve(csr, decision.subresources, Math.min(decision.afterMs, ASK_AGAIN_MS));
      case 'sign':
        return write(csr, 'status', { certificate: sign(csr, decision) });
      case 'fail':
        return write(csr, 'status', {
          conditions: withCondition(csr, 'Failed', 'SignerValidationFailure', decision.message),
        });
      case 'delete':
        return remove(csr, decision.why);
    }
  }

  async function approve(
    csr: CertificateSigningRequest,
    subresources: readonly ApprovedSubresource[],
    afterMs: number,
  ): Promise<Again> {
    for (const subresource of subresources) {
      if (!(await mayCreate(csr, subresource))) continue;
      const taken = subresource === 'nodeclient' ? nameTaken(csr, (name) => nodes.get({ name })) : undefined;
      if (taken !== undefined) {
        const denied = withCondition(csr, 'Denied', NAME_TAKEN, taken);
        return write(csr, 'approval', { conditions: denied });
      }
      const conditions = withCondition(csr, 'Approved', 'AutoApproved', MESSAGES[subresource]);
      return write(csr, 'approval', { conditions });
    }
    return { afterMs };
  }

  async function mayCreate({ spec }: CertificateSigningRequest, subresource: string): Promise<boolean> {
    const { username: user, uid, groups, extra } = spec;
    const resourceAttributes = {
      group: 'certificates.k8s.io',
      version: '*',
      resource: 'certificatesigningrequests',
      verb: 'create',
      subresource,
    };
    const answer = await client.create(ACCESS_REVIEWS, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: { user, groups, resourceAttributes, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) },
    });
    return answer.status?.allowed === true;
  }

  function sign(
    { spec }: CertificateSigningRequest,
    { request, ...times }: Extract<Decision, { type: 'sign' }>,
  ): string {
    const { notBefore, notAfter } = times;
    const certificate = authority.sign(request, { usages: spec.usages ?? [], notBefore, notAfter });
    return Buffer.from(certificate).toString('base64');
  }

  async function write(
    csr: CertificateSigningRequest,
    subresource: 'approval' | 'status',
    status: CertificateSigningRequest['status'],
  ): Promise<Again> {
    const wanted = { ...csr, status: { ...csr.status, ...status } };
    await client
      .update(CERTIFICATE_SIGNING_REQUESTS, wanted, { subresource, fieldManager: MANAGER })
      .catch(notFoundAsUndefined);
    return undefined;
  }

  async function remove({ metadata }: CertificateSigningRequest, why: string): Promise<Again> {
    const { name = '', uid = '' } = metadata;
    logger.info({ request: name, why }, 'deleting a certificate signing request');
    await client
      .delete(CERTIFICATE_SIGNING_REQUESTS, { name }, { preconditions: { uid } })
      .catch(notFoundAsUndefined);
    return undefined;
  }

  return createController({
    name: 'certificates',
    clock,
    logger,
    watches: [watch(requests, ({ metadata }) => [metadata.name ?? '']), watch(nodes, () => [])],
    reconcile,
  });
}

/** The API says when. */
const withCondition = (
  { status }: CertificateSigningRequest,
  type: string,
  reason: string,
  message: string,
): CertificateSigningRequestStatus['conditions'] => [
  ...(status?.conditions ?? []),
  { type, status: 'True', reason, message },
];
