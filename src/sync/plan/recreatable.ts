import type { Problem } from '../../base/errors.ts';
import { builtinKind } from '../../kube/kinds/builtin.ts';
import { formatRef, gvkOf, type KubeObject } from '../../kube/values/types.ts';
import { isConfirmed } from './prune.ts';
import type { Step } from './types.ts';

/** True when every one of the fields may be changed by recreating the object. */
export function recreatable(object: KubeObject, fields: readonly string[]): boolean {
  const allowed = builtinKind(gvkOf(object))?.recreatable ?? [];
  return fields.length > 0 && fields.every((field) => allowed.some((prefix) => isWithin(field, prefix)));
}

/** `spec.clusterIPs[0]` and `spec.selector.matchLabels` are within `spec.clusterIPs` and `spec.selector`. */
const isWithin = (field: string, prefix: string): boolean =>
  field === prefix || field.startsWith(`${prefix}.`) || field.startsWith(`${prefix}[`);

/** An outage that nobody asked for waits for a person's word, as losing most of an environment does. */
export function recreateRefusal(
  steps: readonly Step[],
  {
    confirmedRecreate,
    confirmed,
    environment,
  }: {
    readonly confirmedRecreate: boolean;
    readonly confirmed?: ReadonlySet<string> | undefined;
    readonly environment: string;
  },
): readonly Problem[] {
  if (confirmedRecreate) return [];
  return steps.flatMap((step) => {
    if (
      step.action !== 'recreate' ||
      isConfirmed(step, confirmed) ||
      !builtinKind(gvkOf(step.ref))?.isServing
    )
      return [];
    return {
      reason: 'RecreateNotConfirmed',
      message: `${formatRef(step.ref)}: ${step.reason}; the old one would be deleted before the new one starts, an outage as long as that takes`,
      ...(step.origin ? { place: step.origin } : {}),
      remedy: `If that is meant: pilotage sync ${environment} --confirm-recreate. Without an outage: give it another name, and drop the old one in a later commit.`,
    };
  });
}
