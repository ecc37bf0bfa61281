import type { Problem } from '../../base/errors.ts';
import { formatRef, type KubeObject, refOf } from '../../kube/values/types.ts';
import type { Written } from './read.ts';
import { UPGRADES } from './upgrades.data.ts';

export interface Upgraded {
  readonly written: Written;
  readonly warning?: Problem;
}

/**
 * Brings an object of an API version that Kubernetes has removed to the one that is served.
 * The conversions are those of Kubernetes' deprecated API migration guide; what the old version left to the server is filled in.
 */
export function upgrade(written: Written): Upgraded {
  const { object, origin } = written;
  const rule = UPGRADES[`${object.apiVersion} ${object.kind}`];
  if (!rule) return { written };
  const converted = rule.convert ? rule.convert(object) : object;
  const upgraded: KubeObject = { ...converted, apiVersion: rule.to };
  const filled = rule.notes ? `: ${rule.notes}` : '';
  return {
    written: { object: upgraded, origin },
    warning: {
      reason: 'UpgradedApiVersion',
      message: `${formatRef(refOf(object))} was upgraded from ${object.apiVersion}, removed in Kubernetes ${rule.removedIn}, to ${rule.to}${filled}`,
      place: origin,
      remedy: `Write apiVersion: ${rule.to} in the manifest.`,
    },
  };
}
