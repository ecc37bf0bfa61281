import { type Awaitable, after } from '../../../../base/awaitable.ts';
import type { MutatingWebhook, ValidatingWebhook } from '../../../../kube/kinds/objects.data.ts';
import { isObject } from '../../../../kube/values/equal.ts';
import {
  STATUS_CODES,
  type Status,
  StatusError,
  type StatusReason,
  statusError,
} from '../../../../kube/values/status.ts';
import type { Json, JsonObject } from '../../../../kube/values/types.ts';
import { badRequest, forbidden } from '../../errors.ts';
import type { CallWebhook, Kind } from '../../kinds/kind.ts';
import { type AccessWorld, createAccess } from '../access.ts';
import { holdsConditions } from '../conditions.ts';
import { inVersionOf, type MatchingWorld, matchedKind, nameOf } from '../matching.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import { type Answer, answerOf, requestOf, reviewOf, reviewVersion, type Seen } from './review.ts';

export interface WebhookWorld extends MatchingWorld, AccessWorld {
  readonly callWebhook: CallWebhook;
  readonly uuid: () => string;
  /** A webhook could not be asked, and its failure policy lets the request pass. */
  readonly onIgnored: (name: string, why: string) => void;
}

type Hook = MutatingWebhook | ValidatingWebhook;

const kindFor = (
  world: WebhookWorld,
  { rules = [], matchPolicy, namespaceSelector, objectSelector }: Hook,
  attributes: AdmissionAttributes,
): Kind | undefined =>
  matchedKind(world, { rules, matchPolicy, namespaceSelector, objectSelector }, attributes);

/** The request is of those that the hook names, before its conditions are looked at. */
export const concerns = (world: WebhookWorld, hook: Hook, attributes: AdmissionAttributes): boolean =>
  kindFor(world, hook, attributes) !== undefined;

/**
 * How the hook sees the request; undefined where it is not to be asked. Waits only where another version has to be made, or for an
 * authorizer that its conditions ask.
 */
export function invocationOf(
  world: WebhookWorld,
  hook: Hook,
  attributes: AdmissionAttributes,
): Awaitable<Seen | undefined> {
  const kind = kindFor(world, hook, attributes);
  if (!kind) return undefined;
  return after(seenAs(kind, attributes), (seen) => {
    const { matchConditions = [], failurePolicy } = hook;
    if (matchConditions.length === 0) return seen;
    const { ask: askAccess, settle } = createAccess(world.authorize, attributes.user);
    const input = { ...seen, request: requestOf(attributes, kind), ask: askAccess };
    return after(
      settle(() => holdsConditions(matchConditions, input)),
      ({ holds, problem }) => {
        if (problem !== undefined && failurePolicy !== 'Ignore')
          throw forbidden(attributes.kind, nameOf(attributes), problem);
        return holds ? seen : undefined;
      },
    );
  });
}

/** The request in the form of a version of its kind. */
export function seenAs(kind: Kind, attributes: AdmissionAttributes): Awaitable<Seen> {
  const { operation, object, live, kind: asked } = attributes;
  const isWhole = operation !== 'CONNECT' && kind !== asked;
  const form = (one: AdmissionAttributes['live']) => (one && isWhole ? inVersionOf(one, asked, kind) : one);
  return after(form(operation === 'DELETE' ? undefined : object), (now) =>
    after(form(live), (before) => ({ kind, object: now, oldObject: before })),
  );
}

/**
 * Asks one webhook. @returns its answer, or undefined where it could not be asked and its failure policy is Ignore.
 * @throws StatusError where it refuses, or could not be asked, in the words of Kubernetes (`webhook/errors/statuserror.go`)
 */
export async function ask(
  world: WebhookWorld,
  hook: Hook,
  attributes: AdmissionAttributes,
  seen: Seen,
  isMutating: boolean,
): Promise<Answer | undefined> {
  const { name, sideEffects, failurePolicy } = hook;
  if (attributes.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun')
    throw badRequest(`admission webhook "${name}" does not support dry run`);
  const answer = await call(world, hook, attributes, seen, isMutating);
  if ('problem' in answer) {
    const why = `failed calling webhook "${name}": ${answer.problem}`;
    if (failurePolicy !== 'Ignore') throw internal(why);
    world.onIgnored(name, why);
    return undefined;
  }
  for (const warning of answer.warnings) attributes.warn?.(warning);
  for (const [key, text] of Object.entries(answer.annotations)) attributes.annotate?.(`${name}/${key}`, text);
  if (!answer.allowed) throw denied(name, answer.result);
  return answer;
}

async function call(
  { callWebhook, uuid }: WebhookWorld,
  hook: Hook,
  attributes: AdmissionAttributes,
  seen: Seen,
  isMutating: boolean,
): Promise<Answer | { readonly problem: string }> {
  const version = reviewVersion(hook);
  if (version === undefined) return { problem: NO_VERSION };
  const review = reviewOf(version, uuid(), attributes, seen);
  let body: Json;
  try {
    body = await callWebhook(hook.clientConfig, review.body, hook.timeoutSeconds ?? 10);
  } catch (error) {
    return { problem: `failed to call webhook: ${(error as Error).message}` };
  }
  try {
    return answerOf(body, review, isMutating);
  } catch (error) {
    return { problem: `received invalid webhook response: ${(error as Error).message}` };
  }
}

const NO_VERSION =
  'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)';

export const internal = (why: string): StatusError =>
  statusError('InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });

/** The webhook's own Status, with its name before its words; a refusal is never a success. */
function denied(name: string, result: JsonObject): StatusError {
  const by = `admission webhook "${name}" denied the request`;
  const { message, reason, code, details } = result;
  const why = [message, reason].find((text) => typeof text === 'string' && text !== '');
  const known = typeof reason === 'string' && Object.hasOwn(STATUS_CODES, reason);
  return new StatusError({
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    message: why === undefined ? `${by} without explanation` : `${by}: ${why}`,
    ...(known ? { reason: reason as StatusReason } : {}),
    ...(isObject(details) ? { details: details as Status['details'] & object } : {}),
    code: typeof code === 'number' && code >= 400 && code < 600 ? code : 400,
  });
}
