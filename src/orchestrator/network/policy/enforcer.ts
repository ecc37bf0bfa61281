import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { Mutex } from '../../../base/mutex.ts';
import type { PodRules } from './compile.ts';
import type { Nft } from './nft.ts';
import { gatewayOf, namespaceOf, type PodPlace } from './place.ts';
import { type Neighbourhood, rulesetOf } from './ruleset.ts';

export interface EnforcerOptions {
  readonly nft: Nft;
  readonly rulesOf: (pod: string) => PodRules;
  /** Where the network of a pod of containers is seen; undefined: it has none of its own now. */
  readonly placeOf: (pod: string) => Promise<PodPlace | undefined>;
  /** Of the relay, as containers see it. */
  readonly relay: () => { readonly address: string; readonly ranges: readonly string[] } | undefined;
  readonly logger: Logger;
}

/** Puts rules into the network namespaces of pods. They end with those. */
export interface Enforcer {
  /** Of a pod whose network has just been made. Rejects when its rules cannot be set. */
  begin(pod: string, place: PodPlace): Promise<void>;
  /** Sets what differs for these pods. Resolves with what could not be set, by pod. Never rejects. */
  follow(pods: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

interface Applied {
  readonly place: PodPlace;
  readonly rules: string;
}

export function createEnforcer(options: EnforcerOptions): Enforcer {
  const { nft, rulesOf, placeOf, relay, logger } = options;
  const turn = new Mutex();
  const applied = new Map<string, Applied>();

  /** Rules without the place: what the place adds changes with it alone. */
  const textOf = (pod: string): string => JSON.stringify([rulesOf(pod), relay()]);

  async function apply(pod: string, place: PodPlace): Promise<void> {
    const rules = textOf(pod);
    const namespace = namespaceOf(place);
    if (namespace === undefined)
      throw new Error('the network of the pod is not one of this machine: the engine runs elsewhere');
    await nft.apply(namespace, rulesetOf(rulesOf(pod), aroundOf(place)));
    applied.set(pod, { place, rules });
    logger.debug({ pod }, 'the network policies of a pod are set');
  }

  function aroundOf(place: PodPlace): Neighbourhood {
    const { address, ranges = [] } = relay() ?? {};
    return { node: [gatewayOf(place), address].filter((one) => one !== undefined), relayed: ranges };
  }

  const isIsolated = (pod: string): boolean => Object.keys(rulesOf(pod)).length > 0;

  async function followOne(pod: string): Promise<string | undefined> {
    if (applied.get(pod)?.rules === textOf(pod)) return undefined;
    try {
      const place = await placeOf(pod);
      if (place) await apply(pod, place);
      return undefined;
    } catch (error) {
      return problemOf(error).message;
    }
  }

  return {
    begin: (pod, place) =>
      turn.run(async () => {
        // A new network has no rules.
        if (isIsolated(pod)) await apply(pod, place);
        else applied.set(pod, { place, rules: textOf(pod) });
      }),
    follow: (pods) =>
      turn.run(async () => {
        const failed = new Map<string, string>();
        for (const known of applied.keys()) if (!pods.includes(known)) applied.delete(known);
        for (const pod of pods) {
          const failure = await followOne(pod);
          if (failure !== undefined) failed.set(pod, failure);
        }
        return failed;
      }),
  };
}
