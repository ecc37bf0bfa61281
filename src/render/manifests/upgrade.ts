import type { Problem } from '../../base/errors.ts';
import { formatRef, type KubeObject, refOf } from '../../kube/values/types.ts';
import type { Written } from './read.ts';
import { UPGRADES } from './upgrades.data.ts';

/** An object as it is served, with a warning where it was another; or why it cannot be. */
export type Upgraded =
  | { readonly written: Written; readonly warning?: Problem }
  | { readonly problem: Problem };

/**
 * Brings an object of an API version that Kubernetes has removed to the one that is served.
 * The conversions are those of Kubernetes' deprecated API migration guide; what the old version left to the server is filled in.
 */
export function upgrade(written: Written): Upgraded {
  const { object, origin } = written;
  const name = `${object.apiVersion} ${object.kind}`;
  const rule = Object.hasOwn(UPGRADES, name) ? UPGRADES[name] : undefined;
  if (!rule) return { written };
  const removed = `${formatRef(refOf(object))} is of ${object.apiVersion}, which Kubernetes ${rule.removedIn} removed`;
  const refuse = (why: string, remedy: string): Upgraded => ({
    problem: { reason: 'RemovedApiVersion', message: `${removed}${why}`, place: origin, remedy },
  });
  if (!('to' in rule)) return refuse(', and nothing took its place', rule.remedy);
  const obstacle = rule.obstacle?.(object);
  if (obstacle) return refuse(`: ${obstacle.message}`, obstacle.remedy);
  const converted = rule.convert ? rule.convert(object) : object;
  const upgraded: KubeObject = { ...converted, apiVersion: rule.to };
  const filled = rule.notes ? `: ${rule.notes}` : '';
  return {
    written: { ...written, object: upgraded },
    warning: {
      reason: 'UpgradedApiVersion',
      message: `${formatRef(refOf(object))} was upgraded from ${object.apiVersion}, removed in Kubernetes ${rule.removedIn}, to ${rule.to}${filled}`,
      place: origin,
      remedy: `Write apiVersion: ${rule.to} in the manifest.`,
    },
  };
}
