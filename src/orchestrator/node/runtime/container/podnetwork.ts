import { mkdirSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { problemOf } from '../../../../base/errors.ts';
import type { Logger } from '../../../../base/log.ts';
import { Mutex } from '../../../../base/mutex.ts';
import { once } from '../../../../base/once.ts';
import { loadedLibraries, routedRanges } from '../../../../base/proc.ts';
import type { EngineTraits } from './createrequest.ts';
import type { Engine } from './engine/engine.ts';
import { EngineError } from './engine/http.ts';
import { relayVersionOf, sharedName } from './labels.ts';
import { localRoute } from './localroute.ts';
import { type NetworkPlan, networkPlans } from './networkplan.ts';
import { ensurePauseImage } from './pauseimage.ts';
import type { Records } from './records.ts';
import { relayRequest } from './relayrequest.ts';

/** What listens for Services where containers are, and where it finds its agent. */
export interface RelayProgram {
  readonly folder: string;
  readonly file: string;
  /** Another one for other contents. */
  readonly version: string;
  /** Of the agent's socket: its directory is the relay's own. */
  readonly directory: string;
  readonly socket: string;
}

export interface PodNetworkOptions {
  readonly records: Records;
  /** Absent: containers are in the engine's own network, and reach no Service. */
  readonly program: RelayProgram | undefined;
  readonly traitsOf: (engine: Engine) => EngineTraits;
  /** Pods have this network from now on. */
  readonly onPlan: (plan: NetworkPlan) => void;
  readonly logger: Logger;
  /** Of whole numbers from 0 to below n. */
  readonly random: (n: number) => number;
}

export interface JoinedNetwork {
  /** As the engine knows it. */
  readonly name: string;
  readonly plan: NetworkPlan;
}

/** The network of the pods of this node, with the relay in it. It lasts as long as there are pods of containers. */
export interface PodNetworks {
  /** What it is now; undefined: it has not been made. */
  known(): JoinedNetwork | undefined;
  /** Makes what is missing of it. undefined: the engine refuses it, which is logged. Rejects when the engine does not answer. */
  ensure(engine: Engine): Promise<JoinedNetwork | undefined>;
  /** `ensure` where it has been made, and is not removed meanwhile. */
  keep(engine: Engine): Promise<void>;
  /** Removes it with its relay, unless it is needed again by the time that it is its turn. */
  remove(engine: Engine, isNeeded: () => boolean): Promise<void>;
}

export function createPodNetworks(options: PodNetworkOptions): PodNetworks {
  const { records, program, traitsOf, onPlan, logger, random } = options;
  const turn = new Mutex();
  const name = sharedName(records.agent, 'network');
  const relay = sharedName(records.agent, 'relay');
  const ownLibraries = once(() => loadedLibraries());

  function known(): JoinedNetwork | undefined {
    const plan = records.network();
    return plan && { name, plan };
  }

  async function ensureNetwork(engine: Engine): Promise<JoinedNetwork> {
    const before = known();
    if (before && (await engine.network(name))) return before;
    const plans = [...(before ? [before.plan] : []), ...networkPlans(routedRanges(), random(64))];
    for (const plan of plans) {
      try {
        await engine.createNetwork(name, { subnet: plan.subnet, gateway: plan.gateway, pods: plan.pods });
        records.setNetwork(plan);
        return { name, plan };
      } catch (error) {
        // Its addresses are somebody else's; there may be no others.
        if (!(error instanceof EngineError) || plan === plans.at(-1)) throw error;
        logger.debug({ subnet: plan.subnet, error: error.message }, 'a network is not to be had');
      }
    }
    throw new Error('no range of 10.0.0.0/8 is free');
  }

  async function ensureRelay(engine: Engine, { plan }: JoinedNetwork, own: RelayProgram): Promise<void> {
    const request = relayRequest({
      agent: records.agent,
      network: name,
      plan,
      image: await ensurePauseImage(engine, arch()),
      traits: traitsOf(engine),
      directory: own.directory,
      socket: own.socket,
      program: own,
      node: { path: process.execPath, libraries: ownLibraries() },
    });
    const before = await engine.inspect(relay);
    const isSame = relayVersionOf(before?.Config.Labels) === relayVersionOf(request.Labels);
    if (before?.State.Status === 'running' && isSame) return;
    if (before) await engine.remove(relay);
    mkdirSync(own.directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(own.directory, 'route'), localRoute(plan.relayed));
    await engine.create(relay, request);
    await engine.start(relay);
  }

  async function ensure(engine: Engine): Promise<JoinedNetwork | undefined> {
    if (!program) return undefined;
    try {
      const network = await ensureNetwork(engine);
      onPlan(network.plan);
      await ensureRelay(engine, network, program);
      return network;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const why = problemOf(error).message;
      logger.error({ error: why }, 'containers reach no Services: the engine refuses their network');
      return known();
    }
  }

  return {
    known,
    ensure: (engine) => turn.run(() => ensure(engine)),
    keep: (engine) =>
      turn.run(async () => {
        if (known()) await ensure(engine);
      }),
    remove: (engine, isNeeded) =>
      turn.run(async () => {
        if (!known() || isNeeded()) return;
        await engine.remove(relay);
        await engine.removeNetwork(name);
        records.setNetwork(undefined);
      }),
  };
}
