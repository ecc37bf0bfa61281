import { silentLogger } from '../../src/base/log.ts';
import type { WebAnswer, WebRequest } from '../../src/charts/web/ask.ts';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { updateObject } from '../../src/kube/client/update.ts';
import {
  ENVIRONMENTS,
  type Environment,
  type EnvironmentStatus,
  type NotifyRule,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
} from '../../src/model/types.ts';
import { createChannelActions } from '../../src/notify/channels/manage.ts';
import { createChannelStore } from '../../src/notify/channels/store.ts';
import { createDecider } from '../../src/notify/decide/controller.ts';
import { createSender } from '../../src/notify/sender.ts';
import { install } from '../../src/sync/cluster/install.ts';
import { until } from '../fakes/until.ts';
import { watchedIn } from '../fakes/watched.ts';
import { startTestApi } from '../orchestrator/api/harness.ts';

export const keyOf = (name: string) => ({ namespace: PILOTAGE_NAMESPACE, name: `shop.${name}` });

/** The API in process, and both controllers; `sent` are the texts that chats were sent, which answer what `answers` says. */
export async function startNotifying() {
  const api = await startTestApi();
  const home = api.client();
  /** Calls of the sender alone; a write that fails is one that the home did not answer. */
  const writes = { count: 0, failing: 0 };
  const homeOfSender: KubeClient = {
    ...home,
    async update(resource, object, options) {
      writes.count++;
      if (writes.failing-- > 0) throw new Error('ECONNRESET');
      return home.update(resource, object, options);
    },
  };
  await install(home, api.clock, new AbortController().signal);
  const sent: { url: string; text: string }[] = [];
  const state = { answer: async (_request: WebRequest): Promise<number> => 200, afterTaken: () => {} };
  const ask = async (request: WebRequest): Promise<WebAnswer> => {
    const status = await state.answer(request);
    if (status < 300) sent.push({ url: request.url, text: JSON.parse(String(request.body)).text });
    state.afterTaken();
    return { status, headers: {}, body: Buffer.alloc(0) };
  };
  const roads = { ask, post: async () => {} };
  const common = { home, clock: api.clock, logger: silentLogger };
  const channels = createChannelStore(home);
  let stop = async (): Promise<void> => {};
  const start = (): void => {
    const stopping = new AbortController();
    const watching = { ...common, watched: watchedIn(home, api.clock) };
    const parts = [
      createDecider(watching),
      createSender({ ...watching, home: homeOfSender, channels, roads }),
    ];
    for (const one of parts) one.start(stopping.signal);
    stop = async () => {
      stopping.abort();
      await Promise.all(parts.map((one) => one.stop()));
    };
  };
  start();
  return {
    api,
    home,
    sent,
    state,
    writes,
    start,
    stop: () => stop(),
    actions: createChannelActions({ store: channels, roads, now: () => api.clock.now() }),
    async environment(name: string, notify: readonly NotifyRule[]) {
      await home.create(ENVIRONMENTS, {
        apiVersion: PILOTAGE_API_VERSION,
        kind: 'Environment',
        metadata: keyOf(name),
        spec: {
          delivery: 'shop',
          environment: name,
          branch: name,
          path: '',
          namespace: `shop-${name}`,
          notify,
        },
      });
    },
    async becomes(name: string, status: Partial<EnvironmentStatus>) {
      const whole = { sync: 'Synced', phase: 'Idle', health: 'Healthy', ...status } as const;
      const change = (now: Environment): Environment => ({ ...now, status: whole });
      await updateObject({
        client: home,
        resource: ENVIRONMENTS,
        key: keyOf(name),
        change,
        subresource: 'status',
      });
    },
    /** Time goes on until it is so: what is written takes real I/O, which the fake clock does not wait for. */
    until: (condition: () => Promise<boolean> | boolean, stepMs = 1_000) =>
      until(async () => {
        await api.clock.advance(stepMs);
        return condition();
      }),
    async dispose() {
      await stop();
      await api.dispose();
    },
  };
}
