import { reachable } from '../../../base/authority.ts';
import { type Clock, sleep } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import type { Listening } from '../../../base/listen.ts';
import type { Logger } from '../../../base/log.ts';
import { Mutex } from '../../../base/mutex.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { EventRecorder } from '../../../kube/client/events.ts';
import { createInformer } from '../../../kube/client/informer.ts';
import type { Service } from '../../../kube/kinds/objects.data.ts';
import { INGRESS_CLASSES, INGRESSES } from '../../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import type { Address } from '../address.ts';
import type { ServiceProxy } from '../proxy.ts';
import type { Backend } from '../route.ts';
import { type Handle, withAccessLog } from './accesslog.ts';
import { createGuard } from './auth.ts';
import { createBackendAgents } from './backendagent.ts';
import { type Compiled, compileServed, type ServedObjects } from './compile.ts';
import type { FacePorts } from './decide.ts';
import { createFaces, type KeyPair } from './faces.ts';
import { problemsText } from './findings.ts';
import { servicesOfRoute } from './gateway/backends.ts';
import { reportGateways } from './gateway/report.ts';
import { watchGateways } from './gateway/watch.ts';
import { type HandlerOptions, handle } from './handler.ts';
import { statusPatch } from './report.ts';
import type { Judged } from './rules.ts';
import { namedSecrets, watchSecrets } from './secrets.ts';
import { servicesOf } from './targets.ts';
import { upgrade } from './upgrade.ts';

/** Where the ingress of a node listens, and how. */
export interface IngressSettings {
  readonly http: Address;
  readonly https: Address;
  readonly certificate: KeyPair;
  /** A line of the log for each request. */
  readonly accessLog: boolean;
}

export interface IngressOptions extends IngressSettings {
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly proxy: Pick<ServiceProxy, 'services' | 'backends' | 'dialing'>;
  /** Whether those outside may be led there: whoever may write EndpointSlices may name any address in one. */
  readonly isOffered: (backend: Backend, port: Parameters<ServiceProxy['backends']>[0]) => boolean;
  /** Absent: it listens with sockets that end with this process. */
  readonly listening?: Listening;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1): draws a backend for each request where a route has several. */
  readonly random: () => number;
  /** What an ingress before this one has served: it is served again before the API is asked. */
  readonly load: () => ServedObjects | undefined;
  readonly save: (objects: ServedObjects) => void;
}

/** Carries HTTP from outside to the pods of Services, as Ingresses and HTTPRoutes say. */
export interface IngressProxy {
  /** Serves what was saved, if anything; from then on the API is watched. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Where it listens now. */
  readonly ports: FacePorts;
}

/** Changes within this time make one new table. */
export const GATHER_MS = 10;
/** What is missing may be on its way: it is reported when it is still missing then. */
const REPORT_MS = 1_000;
/** An address in use may become free, and an API that did not answer may be back. */
const RETRY_MS = 5_000;

export function createIngress(options: IngressOptions): IngressProxy {
  const { client, events, proxy, isOffered, clock, load, save } = options;
  const logger = options.logger.child({ part: 'ingress' });
  const ingresses = createInformer({ client, resource: INGRESSES, clock, logger });
  const classes = createInformer({ client, resource: INGRESS_CLASSES, clock, logger });
  const stopping = new AbortController();
  const { signal } = stopping;
  const secrets = watchSecrets({ client, clock, logger, signal, onChange: refreshSoon });
  const gateways = watchGateways({ client, clock, logger, onChange: refreshSoon });
  const agents = createBackendAgents(proxy.dialing);
  const turn = new Mutex();
  let compiled: Compiled = compileServed({ ingresses: [], classes: [], services: [], secrets: [] });
  let isDue = false;
  let isReportDue = false;
  let isKnown = false;
  /** Services of the Ingresses that are known, as `namespace/name`. */
  let named: ReadonlySet<string> = new Set();
  let told: ReadonlySet<string> = new Set();
  let inTheWay: readonly string[] = [];

  const handling: HandlerOptions = {
    tables: () => compiled.tables,
    random: options.random,
    ports: () => faces.ports,
    backends: (port, client) => proxy.backends(port, client).filter((one) => isOffered(one, port)),
    attempt: proxy.dialing.attempt,
    agents,
    guard: createGuard(),
    clock,
  };
  const answer: Handle = (request, response) => handle(request, response, handling);
  const faces = createFaces({
    ...options,
    handle: options.accessLog ? withAccessLog(answer, { clock, logger }) : answer,
    upgrade: (request, socket, head) => upgrade(request, socket, head, handling),
  });

  function refreshSoon(): void {
    if (isDue) return;
    isDue = true;
    clock.after(GATHER_MS, () => {
      isDue = false;
      if (!signal.aborted) void turn.run(refresh).catch(failed);
    });
  }

  const failed = (error: unknown) =>
    logger.error({ error: problemOf(error).message }, 'cannot apply the Ingresses');

  /** Nothing changes before it is known what there is. */
  async function refresh(): Promise<void> {
    if (!ingresses.isSynced || !classes.isSynced || !proxy.services.isSynced || !gateways.isKnown) return;
    secrets.follow(namedSecrets(ingresses.list(), gateways.list()));
    await secrets.settled();
    const { routes, ...others } = gateways.list();
    named = new Set([...ingresses.list().flatMap(servicesOf), ...routes.flatMap(servicesOfRoute)]);
    const objects: ServedObjects = {
      ingresses: ingresses.list(),
      classes: classes.list(),
      services: proxy.services.list().filter(isNamed),
      secrets: secrets.list(),
      gateways: { routes, ...others },
      holders: compiled.holders,
    };
    take(objects);
    await listen();
    isKnown = true;
    save({ ...objects, holders: compiled.holders });
    await report(compiled.judged.filter(({ findings }) => problemsText(findings) === undefined));
    await tellGateways(true);
    reportSoon();
  }

  const isNamed = ({ metadata }: Service) => named.has(`${metadata.namespace}/${metadata.name}`);

  function take(objects: ServedObjects): void {
    compiled = compileServed(objects);
    faces.present(compiled.certificates);
  }

  async function listen(): Promise<void> {
    const problems = await faces.listen();
    if (!deepEqual(problems, inTheWay))
      for (const problem of problems) logger.warn({}, `the ingress is not served: ${problem}`);
    inTheWay = problems;
  }

  function reportSoon(): void {
    if (isReportDue) return;
    isReportDue = true;
    clock.after(REPORT_MS, () => {
      isReportDue = false;
      const all = async () => {
        await report(compiled.judged);
        await tellGateways(false);
      };
      if (!signal.aborted) void turn.run(all).catch(failed);
    });
  }

  async function report(judged: readonly Judged[]): Promise<void> {
    const now = new Set(
      compiled.judged.flatMap((one) => one.findings.map((finding) => keyOf(one, finding.message))),
    );
    const before = new Set([...told].filter((key) => now.has(key)));
    for (const one of judged) {
      for (const { reason, message } of one.findings) {
        const key = keyOf(one, message);
        if (!before.has(key)) events.record(one.ingress, 'Warning', reason, message);
        before.add(key);
      }
      await writeStatus(one);
    }
    told = before;
  }

  async function tellGateways(fineAlone: boolean): Promise<void> {
    const { http, https } = faces.ports;
    const address = (http ?? https) === undefined ? undefined : reachable(options.http.host);
    const isSaid = await reportGateways(compiled.gateways, { client, clock, logger, address, fineAlone });
    if (!isSaid && !signal.aborted) clock.after(RETRY_MS, reportSoon);
  }

  async function writeStatus(judged: Judged): Promise<void> {
    const body = statusPatch(judged, { host: reachable(options.http.host), ports: faces.ports });
    if (!body) return;
    const { namespace = '', name = '' } = judged.ingress.metadata;
    try {
      const options = { subresource: 'status', fieldManager: 'pilotage-agent' };
      await client.patch(INGRESSES, { namespace, name }, { type: 'merge', body }, options);
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ namespace, ingress: name, error: problemOf(error).message }, 'cannot write the status');
      clock.after(RETRY_MS, reportSoon);
    }
  }

  async function follow(saved: ServedObjects | undefined): Promise<void> {
    for (const informer of [ingresses, classes])
      informer.listen({ add: refreshSoon, update: refreshSoon, delete: refreshSoon });
    // Of the others nothing is served, and they may be many. An Ingress or HTTPRoute that names one more is a change itself.
    const ofNamed = (service: Service) => {
      if (isNamed(service)) refreshSoon();
    };
    proxy.services.listen({ add: ofNamed, update: ofNamed, delete: ofNamed });
    for (const informer of [ingresses, classes]) informer.start(signal);
    gateways.start(signal, saved?.gateways);
    await Promise.all([ingresses.synced, classes.synced, proxy.services.synced]);
    refreshSoon();
    while (!signal.aborted) {
      await sleep(clock, RETRY_MS, signal);
      if (!isKnown || inTheWay.length === 0) continue;
      await listen();
      if (inTheWay.length === 0) refreshSoon();
    }
  }

  return {
    async start() {
      const saved = load();
      if (saved) {
        take(saved);
        await listen();
      }
      follow(saved).catch((error: unknown) => {
        if (!signal.aborted) failed(error);
      });
    },
    get ports() {
      return faces.ports;
    },
    async stop() {
      stopping.abort(new Error('the ingress stops'));
      faces.close();
      agents.close();
      await turn.run(async () => {});
    },
  };
}

const keyOf = ({ ingress }: Judged, message: string): string => `${ingress.metadata.uid} ${message}`;
