import type { Clock } from '../../base/clock.ts';
import type { Problem } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../kube/values/status.ts';
import type { Store } from '../store/types.ts';
import { createChain } from './admission/chain.ts';
import { type AdmissionConfiguration, NOTHING_CONFIGURED } from './admission/configurationfile.ts';
import type { AdmissionPlugin } from './admission/plugin.ts';
import { admissionPlugins } from './admission/plugins.ts';
import type { Authorization } from './authorization.ts';
import type { ApiContext } from './context.ts';
import type { World } from './kinds/kind.ts';
import { Registry } from './kinds/registry.ts';
import { builtinKinds } from './kinds/servedkinds.ts';
import { createPolicyFeed } from './policyfeed.ts';
import { createViews } from './stored.ts';
import type { Api, NodeConnections, WriteParameters } from './types.ts';
import { createUpkeep } from './upkeep.ts';
import { apply } from './verbs/apply.ts';
import { connect, dial } from './verbs/connect.ts';
import { create } from './verbs/create.ts';
import { deleteOne } from './verbs/delete.ts';
import { deleteCollection } from './verbs/deletecollection.ts';
import { get } from './verbs/get.ts';
import { list } from './verbs/list.ts';
import { createMeter } from './verbs/measure.ts';
import { metrics } from './verbs/metrics.ts';
import { patch } from './verbs/patch.ts';
import { pauses } from './verbs/pauses.ts';
import { update } from './verbs/update.ts';
import { watch } from './verbs/watch.ts';
import { SERVER_VERSION } from './version.ts';
import { createWebhookClient } from './webhookclient.ts';

export interface ApiOptions extends Pick<World, 'serviceCidr' | 'nodePorts' | 'random' | 'tokenIssuer'> {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly uuid: () => string;
  readonly authorization: Authorization;
  readonly nodeConnections: NodeConnections;
  /** Why the disk takes nothing that grows; default: it takes all. */
  readonly lacksRoom?: () => Problem | undefined;
  /** Admission plug-ins beside the built-in ones; they may wait. */
  readonly plugins?: readonly AdmissionPlugin[];
  /** Of the built-in ones; default: none. */
  readonly admission?: AdmissionConfiguration;
}

export interface RunningApi extends Api {
  /** Ends the API's own work; the store stays open. */
  stop(): Promise<void>;
}

export function startApi(options: ApiOptions): RunningApi {
  const upkeep = createUpkeep(() => context);
  const { store, lacksRoom = () => undefined, plugins, authorization, logger } = options;
  const { admission: configuration = NOTHING_CONFIGURED } = options;
  const kinds = new Registry(builtinKinds());
  const callWebhook = createWebhookClient(options);
  const onIgnored = (webhook: string, why: string) =>
    logger.warn({ webhook, why }, 'a request passed although a webhook could not be asked');
  const { authorize, assertMayGrant, policies } = authorization;
  const feed = createPolicyFeed(policies, store);
  const context: ApiContext = {
    ...options,
    authorizer: authorize,
    admission: createChain(
      admissionPlugins(
        { ...options, lacksRoom, authorize, assertMayGrant, kinds, configuration, callWebhook, onIgnored },
        plugins,
      ),
    ),
    kinds,
    views: createViews(),
    callWebhook,
    onWrite(kind, object, exists) {
      feed.onWrite(kind, object);
      upkeep.onWrite(kind, object, exists);
    },
  };
  feed.start();
  upkeep.start();
  const meter = createMeter(options.clock);
  const writes = withSettledRefusals(store);
  const withPauses = <R extends WriteParameters>(request: R): R => ({
    ...request,
    pause: request.pause ?? pauses(options.clock),
  });
  return {
    version: SERVER_VERSION,
    kinds: context.kinds,
    get: (request) => get(context, request),
    list: (request) => list(context, request),
    watch: (request) => watch(context, request),
    create: (request) => writes(create(context, withPauses(request))),
    update: (request) => writes(update(context, withPauses(request))),
    patch: (request) => writes(patch(context, withPauses(request))),
    apply: (request) => writes(apply(context, withPauses(request))),
    delete: (request) => writes(deleteOne(context, request)),
    deleteCollection: (request) => writes(deleteCollection(context, request)),
    connect: (request) => connect(context, request),
    metrics: (request) => metrics(context, meter, request),
    dial: (request) => dial(context, request),
    authorize,
    rulesFor: authorization.rulesFor,
    stop: upkeep.stop,
  };
}

/**
 * Writes are judged by what is staged, reads answered by what is durable. A refusal therefore waits until the two agree: a client
 * that is refused because an object exists, is gone or has changed reads it so afterwards; and if what stood in the way never
 * became durable, that failure is the answer.
 */
function withSettledRefusals(store: Store): <T>(write: Promise<T>) => Promise<T> {
  return async (write) => {
    try {
      return await write;
    } catch (error) {
      if (isAlreadyExists(error) || isConflict(error) || isNotFound(error)) await store.settled();
      throw error;
    }
  };
}
