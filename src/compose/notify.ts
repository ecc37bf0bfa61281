/** Notifications: what is owed, decided and sent, and the channels that an administrator adds. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { createExchange } from '../charts/web/exchange.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { Watched } from '../model/advancedclient.ts';
import type { ChannelActions } from '../model/notifyfaces.ts';
import { createChannelActions } from '../notify/channels/manage.ts';
import { createChannelStore } from '../notify/channels/store.ts';
import { createDecider } from '../notify/decide/controller.ts';
import { createSender } from '../notify/sender.ts';
import { createSmtp } from '../notify/sinks/smtp.ts';

/** For a whole message. */
const TIMEOUT_MS = 15_000;

export interface Notifications {
  readonly actions: ChannelActions;
  start(signal: AbortSignal): void;
  stop(): Promise<void>;
}

export function composeNotifications(
  home: KubeClient,
  watched: Watched,
  common: { readonly clock: Clock; readonly logger: Logger },
): Notifications {
  const channels = createChannelStore(home);
  // An administrator has chosen the addresses, so they may be inner ones.
  const roads = {
    ask: createExchange({ timeoutMs: TIMEOUT_MS }),
    post: createSmtp({ timeoutMs: TIMEOUT_MS }),
  };
  const parts = [
    createDecider({ ...common, home, watched }),
    createSender({ ...common, home, watched, channels, roads }),
  ];
  return {
    actions: createChannelActions({ store: channels, roads, now: () => common.clock.now() }),
    start(signal) {
      for (const one of parts) one.start(signal);
    },
    stop: async () => void (await Promise.all(parts.map((one) => one.stop()))),
  };
}
