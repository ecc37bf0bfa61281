import type { CustomResourceDefinition } from '../../../kube/kinds/objects.data.ts';
import { deepEqual, isObject } from '../../../kube/values/equal.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { Json, JsonObject, KubeObject } from '../../../kube/values/types.ts';
import type { CallWebhook, Convert } from './kind.ts';

/** The versions of ConversionReview that the server speaks. */
const REVIEWS = ['v1', 'v1beta1'];

/** What a failed conversion is told as: the message of the webhook, and whom it was for. */
class ConversionFailure extends Error {}

/**
 * Conversion by the webhook of a definition, undefined where there is none (apiextensions
 * `apiserver/conversion/webhook_converter.go`). What the webhook answers is checked: it may change labels and annotations, and
 * nothing else of the metadata.
 */
export function webhookConversion(
  { spec }: CustomResourceDefinition,
  call: CallWebhook,
  uuid: () => string,
): Convert | undefined {
  const webhook = spec.conversion?.strategy === 'Webhook' ? spec.conversion.webhook : undefined;
  const { clientConfig, conversionReviewVersions = [] } = webhook ?? {};
  const version = conversionReviewVersions.find((name) => REVIEWS.includes(name));
  if (!clientConfig || version === undefined) return undefined;
  return async (objects, desiredAPIVersion) => {
    const [first] = objects;
    if (!first) return [];
    const request = { uid: uuid(), desiredAPIVersion, objects: objects as unknown as Json };
    const review: JsonObject = {
      apiVersion: `apiextensions.k8s.io/${version}`,
      kind: 'ConversionReview',
      request,
    };
    try {
      return convertedObjects(
        await call(clientConfig, review),
        { version, uid: request.uid },
        objects,
        desiredAPIVersion,
      );
    } catch (error) {
      const { message } = error as Error;
      const text = error instanceof ConversionFailure ? message : `failed: ${message}`;
      throw statusError(
        'InternalError',
        `conversion webhook for ${first.apiVersion}, Kind=${first.kind} ${text}`,
      );
    }
  };
}

interface Expected {
  readonly version: string;
  readonly uid: string;
}

function convertedObjects(
  answer: Json,
  expected: Expected,
  originals: readonly KubeObject[],
  apiVersion: string,
): readonly KubeObject[] {
  const objects = objectsOf(answer, expected);
  if (objects.length !== originals.length)
    throw new ConversionFailure(`returned ${objects.length} objects, expected ${originals.length}`);
  return originals.map((original, i) => {
    try {
      return accepted(original, objects[i] ?? null, apiVersion);
    } catch (error) {
      throw new ConversionFailure(
        `returned invalid converted object at index ${i}: ${(error as Error).message}`,
      );
    }
  });
}

function objectsOf(answer: Json, { version, uid }: Expected): readonly Json[] {
  const { apiVersion, kind, response } = isObject(answer) ? answer : ({} as JsonObject);
  const wanted = `apiextensions.k8s.io/${version}, Kind=ConversionReview`;
  if (version === 'v1' && `${String(apiVersion)}, Kind=${String(kind)}` !== wanted)
    throw new Error(
      `expected webhook response of ${wanted}, got ${String(apiVersion)}, Kind=${String(kind)}`,
    );
  if (!isObject(response)) throw new Error('no response provided');
  if (version === 'v1' && response.uid !== uid)
    throw new Error(
      `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`,
    );
  const result = isObject(response.result) ? response.result : {};
  if (result.status !== 'Success')
    throw new Error(
      typeof result.message === 'string' && result.message !== ''
        ? result.message
        : `response.result.status was '${String(result.status ?? '')}', not 'Success'`,
    );
  return Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
}

/** The converted object with the metadata of the original, but for labels and annotations. */
function accepted(original: KubeObject, converted: Json, apiVersion: string): KubeObject {
  if (!isObject(converted)) throw new Error('it is not an object');
  if (converted.apiVersion !== apiVersion)
    throw new Error(
      `invalid groupVersion (expected ${apiVersion}, received ${String(converted.apiVersion)})`,
    );
  if (converted.kind !== original.kind)
    throw new Error(`invalid kind (expected ${original.kind}, received ${String(converted.kind)})`);
  const { metadata } = converted;
  if (!isObject(metadata)) throw new Error('metadata is not an object');
  for (const field of ['name', 'namespace', 'uid'] as const) {
    if (!deepEqual(metadata[field] ?? null, original.metadata[field] ?? null))
      throw new Error(
        `must have the same ${field}: ${original.metadata[field]} != ${String(metadata[field])}`,
      );
  }
  const { labels: _, annotations: __, ...kept } = original.metadata;
  const { labels, annotations } = metadata as KubeObject['metadata'];
  const merged = { ...kept, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
  return { ...converted, apiVersion, kind: original.kind, metadata: merged };
}
