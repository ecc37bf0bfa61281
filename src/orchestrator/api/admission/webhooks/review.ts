import type { MutatingWebhook } from '../../../../kube/kinds/objects.data.ts';
import { isObject } from '../../../../kube/values/equal.ts';
import type { Json, JsonObject, KubeObject } from '../../../../kube/values/types.ts';
import { type Kind, rowKind } from '../../kinds/kind.ts';
import { nameOf, namespaceOf } from '../matching.ts';
import type { AdmissionAttributes } from '../plugin.ts';

const VERSIONS = ['v1', 'v1beta1'];

export interface Review {
  readonly version: string;
  readonly uid: string;
  readonly body: JsonObject;
}

/** The request as the webhook, or an expression, sees it; in the version of `seen`. */
export interface Seen {
  readonly kind: Kind;
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
}

export const reviewVersion = ({
  admissionReviewVersions,
}: Pick<MutatingWebhook, 'admissionReviewVersions'>) =>
  admissionReviewVersions.find((version) => VERSIONS.includes(version));

export function reviewOf(version: string, uid: string, attributes: AdmissionAttributes, seen: Seen): Review {
  const request = { uid, ...requestOf(attributes, seen.kind), ...contentOf(seen) };
  return {
    version,
    uid,
    body: { apiVersion: `admission.k8s.io/${version}`, kind: 'AdmissionReview', request },
  };
}

const contentOf = ({ object, oldObject }: Seen): JsonObject => ({
  object: (object ?? null) as unknown as Json,
  oldObject: (oldObject ?? null) as unknown as Json,
});

/** AdmissionRequest without the objects (apiserver `webhook/request/admissionreview.go`). */
export function requestOf(attributes: AdmissionAttributes, seenAs: Kind): JsonObject {
  const { kind, subresource, operation, user, dryRun } = attributes;
  const namespace = namespaceOf(attributes);
  const name = nameOf(attributes);
  return {
    kind: gvk(seenAs, subresource),
    resource: gvr(seenAs),
    ...(subresource === undefined ? {} : { subResource: subresource, requestSubResource: subresource }),
    requestKind: gvk(kind, subresource),
    requestResource: gvr(kind),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid === undefined ? {} : { uid: user.uid }),
      groups: user.groups,
      ...(user.extra ? { extra: user.extra } : {}),
    },
    dryRun,
    options: optionsOf(attributes),
  };
}

const gvr = ({ group, version, plural }: Kind): JsonObject => ({ group, version, resource: plural });

function gvk(kind: Kind, subresource: string | undefined): JsonObject {
  const { group, version, kind: name } = rowKind(kind, subresource);
  return { group, version, kind: name };
}

const OPTIONS: Readonly<Record<string, string>> = {
  CREATE: 'CreateOptions',
  UPDATE: 'UpdateOptions',
  DELETE: 'DeleteOptions',
};

function optionsOf({ operation, dryRun, options }: AdmissionAttributes): Json {
  const kind = OPTIONS[operation];
  if (kind === undefined) return null;
  return { apiVersion: 'meta.k8s.io/v1', kind, ...(dryRun ? { dryRun: ['All'] } : {}), ...options };
}

export interface Answer {
  readonly allowed: boolean;
  readonly warnings: readonly string[];
  /** For the record of the request, by keys that are the webhook's own. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly result: JsonObject;
  /** A JSON patch as text. */
  readonly patch: string | undefined;
}

/** @throws Error that says what is wrong with the answer (`VerifyAdmissionResponse`) */
export function answerOf(review: Json, { uid, version }: Review, isMutating: boolean): Answer {
  const { response, apiVersion, kind } = isObject(review) ? (review as JsonObject) : {};
  if (!isObject(response)) throw new Error('webhook response was absent');
  const { patch, patchType, allowed, status, warnings, auditAnnotations } = response as JsonObject;
  if (version === 'v1') {
    if (response.uid !== uid) throw new Error(`expected response.uid="${uid}", got "${response.uid ?? ''}"`);
    if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview') {
      const got = `${apiVersion ?? ''}, Kind=${kind ?? ''}`;
      throw new Error(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${got}`);
    }
    assertPatchFits(patch, patchType, isMutating);
  }
  const text = isMutating && typeof patch === 'string' && patch !== '' ? patch : undefined;
  return {
    allowed: allowed === true,
    result: isObject(status) ? (status as JsonObject) : {},
    warnings: Array.isArray(warnings) ? warnings.map(String) : [],
    annotations: isObject(auditAnnotations)
      ? Object.fromEntries(Object.entries(auditAnnotations).map(([key, value]) => [key, String(value)]))
      : {},
    patch: text === undefined ? undefined : Buffer.from(text, 'base64').toString('utf8'),
  };
}

function assertPatchFits(patch: unknown, type: unknown, isMutating: boolean): void {
  const hasPatch = typeof patch === 'string' && patch !== '';
  const hasType = type !== undefined && type !== null;
  if (!isMutating) {
    if (hasPatch) throw new Error('validating webhook may not return response.patch');
    if (hasType) throw new Error('validating webhook may not return response.patchType');
    return;
  }
  if (hasPatch && !hasType) throw new Error('webhook returned response.patch but not response.patchType');
  if (!hasPatch && hasType) throw new Error('webhook returned response.patchType but not response.patch');
  if (hasType && type !== 'JSONPatch')
    throw new Error(`webhook returned invalid response.patchType of "${type}"`);
}
