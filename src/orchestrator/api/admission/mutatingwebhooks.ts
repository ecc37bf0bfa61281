import type { MutatingWebhook, MutatingWebhookConfiguration } from '../../../kube/kinds/objects.data.ts';
import { type JsonPatchOperation, jsonPatch } from '../../../kube/patch/jsonpatch.ts';
import { applyDefaults } from '../../../kube/rules/defaults.ts';
import { validateTypes } from '../../../kube/schema/typecheck.ts';
import { pruneUnknown } from '../../../kube/schema/unknown.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { formatFieldError } from '../../../kube/values/fielderrors.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { collectionPrefix } from '../../store/keys.ts';
import type { Kind } from '../kinds/kind.ts';
import { inVersionOf, isExempt } from './matching.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { ask, concerns, internal, invocationOf, type WebhookWorld } from './webhooks/call.ts';

const CONFIGURATIONS = collectionPrefix('admissionregistration.k8s.io', 'mutatingwebhookconfigurations');

interface Named {
  readonly hook: MutatingWebhook;
  /** Of all hooks of all configurations. */
  readonly id: string;
}

/** What the first round leaves to the second (apiserver `webhook/mutating/reinvocationcontext.go`). */
interface Round {
  readonly output: KubeObject;
  /** Hooks that want to be asked again, and those of them after which another hook has changed the object. */
  readonly reinvocable: ReadonlySet<string>;
  readonly due: ReadonlySet<string>;
}

/**
 * Asks one webhook after the other, each about what those before it have made. Where the object was changed, all mutating plug-ins are
 * asked once more, and of the webhooks those whose reinvocation policy is IfNeeded.
 */
export function mutatingWebhooks(world: WebhookWorld): AdmissionPlugin {
  const rounds = new WeakMap<KubeObject, Round>();
  const run = async (hooks: readonly Named[], attributes: AdmissionAttributes): Promise<KubeObject> => {
    const before = attributes.firstRound && rounds.get(attributes.firstRound);
    const isAsked = secondRound(before, attributes.object);
    const reinvocable = new Set<string>();
    let due = new Set<string>();
    let object = attributes.object;
    for (const { hook, id } of hooks) {
      if (!isAsked(id)) continue;
      const now = { ...attributes, object };
      const seen = await invocationOf(world, hook, now);
      const answer = seen && (await ask(world, hook, now, seen, true));
      if (!seen) continue;
      const next = answer?.patch === undefined ? object : await patched(hook, answer.patch, now, seen.kind);
      if (next !== object && !deepEqual(next, object)) due = new Set(reinvocable);
      object = next;
      if (hook.reinvocationPolicy === 'IfNeeded') reinvocable.add(id);
    }
    if (!attributes.firstRound) rounds.set(object, { output: object, reinvocable, due });
    return object;
  };
  return {
    name: 'MutatingAdmissionWebhook',
    startsAnotherRound: true,
    mutate(attributes) {
      const configurations = world.store.list(CONFIGURATIONS);
      if (configurations.length === 0 || isExempt(attributes)) return attributes.object;
      const hooks = configurations.flatMap(({ object }) =>
        ((object as MutatingWebhookConfiguration).webhooks ?? []).map((hook) => ({
          hook,
          id: `${object.metadata.name}/${hook.name}`,
        })),
      );
      if (!hooks.some(({ hook }) => concerns(world, hook, attributes))) return attributes.object;
      return run(hooks, attributes);
    },
  };
}

/** Whom the round asks: in the second one only hooks that were asked in the first, and want to know what came after. */
function secondRound(first: Round | undefined, object: KubeObject): (id: string) => boolean {
  if (!first) return () => true;
  const hooks = deepEqual(first.output, object) ? first.due : first.reinvocable;
  return (id) => hooks.has(id);
}

/** The object as the patch makes it, in the version of the request: a form that every later plug-in can rely on. */
async function patched(
  { name }: MutatingWebhook,
  patch: string,
  { operation, object, kind }: AdmissionAttributes,
  seen: Kind,
): Promise<KubeObject> {
  const operations = operationsOf(name, patch);
  if (operations.length === 0) return object;
  if (operation === 'DELETE') {
    const why = `admission webhook "${name}" attempted to modify the object, which is not supported for this operation`;
    throw internal(why);
  }
  if (operation === 'CONNECT') return object;
  const whole = await inVersionOf(object, kind, seen);
  let changed: KubeObject;
  try {
    changed = jsonPatch(whole, operations);
  } catch (error) {
    throw internal((error as Error).message);
  }
  return settled(kind, object, await inVersionOf(wellFormed(seen, changed), seen, kind));
}

function operationsOf(name: string, patch: string): readonly JsonPatchOperation[] {
  try {
    return JSON.parse(patch);
  } catch (error) {
    const why = `received undecodable patch in webhook response: ${(error as Error).message}`;
    throw internal(`failed calling webhook "${name}": ${why}`);
  }
}

function wellFormed(kind: Kind, object: KubeObject): KubeObject {
  const schema = kind.schema();
  const known = schema ? pruneUnknown(schema, object) : object;
  const complete = applyDefaults(schema, known);
  const errors = schema ? validateTypes(schema, complete) : [];
  if (errors[0]) throw internal(`the patched object cannot be read: ${formatFieldError(errors[0])}`);
  return complete;
}

/** What it is, no webhook changes. */
function settled({ kind }: Kind, before: KubeObject, object: KubeObject): KubeObject {
  const { name, namespace } = before.metadata;
  const metadata = {
    ...object.metadata,
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
  };
  return { ...object, apiVersion: before.apiVersion, kind, metadata };
}
