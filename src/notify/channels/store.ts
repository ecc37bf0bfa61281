import { ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { type SinkKind, sinkKind } from '../sinks/list.ts';
import type { Settings } from '../sinks/sink.ts';

const LABEL = 'pilotage.dev/notify-channel';
/** On the Secret: what became of what was sent last. */
const LAST = 'pilotage.dev/notify-last';
const FIELD_MANAGER = 'pilotage-notify';
/** Which deliveries may name it, and of what kind it is; beside the settings of the kind. */
const OWN = ['kind', 'deliveries'];

export interface Channel {
  readonly name: string;
  readonly kind: SinkKind;
  /** Which deliveries may name it; `*`: all. */
  readonly deliveries: readonly string[];
  readonly settings: Settings;
  readonly last?: Outcome;
}

export interface Outcome {
  readonly ok: boolean;
  /** Wall time, ms. */
  readonly at: number;
  /** Why not. */
  readonly message?: string;
}

export type ChannelStore = ReturnType<typeof createChannelStore>;

/** Channels: each a Secret of namespace `pilotage`, where no committer reads. */
export function createChannelStore(home: KubeClient) {
  const keyOf = (name: string) => ({ namespace: PILOTAGE_NAMESPACE, name: `notify-${name}` });
  const read = async (name: string): Promise<Channel | undefined> => {
    const secret = await home.get(SECRETS, keyOf(name)).catch(notFoundAsUndefined);
    return secret && channelOf(secret);
  };
  return {
    find: read,

    async list(): Promise<readonly Channel[]> {
      const { items } = await home.list(SECRETS, { namespace: PILOTAGE_NAMESPACE, labelSelector: LABEL });
      return items.map(channelOf).filter((one) => one !== undefined);
    },

    /** All that is said of it: what an earlier channel of the name had goes. */
    async keep({ name, kind, deliveries, settings }: Channel): Promise<void> {
      const values = { ...settings, kind, deliveries: deliveries.join(',') };
      const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
      await home.apply(
        SECRETS,
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { ...keyOf(name), labels: { [LABEL]: name } },
          type: 'Opaque',
          data: Object.fromEntries(data),
        },
        { fieldManager: FIELD_MANAGER, force: true },
      );
      await home.patch(SECRETS, keyOf(name), {
        type: 'merge',
        body: { metadata: { annotations: { [LAST]: null } } },
      });
    },

    async remove(name: string): Promise<void> {
      if (!(await read(name))) throw new ProblemError(noChannel(name));
      await home.delete(SECRETS, keyOf(name)).catch(notFoundAsUndefined);
    },

    /** Written where it changes what people read of it. */
    async note(channel: Channel, outcome: Outcome): Promise<void> {
      const { last } = channel;
      if (last && last.ok === outcome.ok && last.message === outcome.message) return;
      const body = { metadata: { annotations: { [LAST]: JSON.stringify(outcome) } } };
      await home
        .patch(SECRETS, keyOf(channel.name), { type: 'merge', body }, { fieldManager: FIELD_MANAGER })
        .catch(notFoundAsUndefined);
    },
  };
}

export const noChannel = (name: string) => ({
  reason: 'NotFound',
  message: `There is no channel ${name}.`,
  remedy: 'pilotage notify list',
});

/** Whether a delivery may name it. */
export const isFor = ({ deliveries }: Channel, delivery: string): boolean =>
  deliveries.includes('*') || deliveries.includes(delivery);

interface Stored {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
  readonly data?: Readonly<Record<string, string>> | undefined;
}

function channelOf({ metadata, data = {} }: Stored): Channel | undefined {
  const name = metadata.labels?.[LABEL];
  const values = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
  const kind = sinkKind(values.kind ?? '');
  if (name === undefined || kind === undefined) return undefined;
  const settings = Object.fromEntries(Object.entries(values).filter(([key]) => !OWN.includes(key)));
  const last = outcomeOf(metadata.annotations?.[LAST]);
  const deliveries = (values.deliveries ?? '').split(',').filter((one) => one !== '');
  return { name, kind, deliveries, settings, ...(last ? { last } : {}) };
}

function outcomeOf(text: string | undefined): Outcome | undefined {
  try {
    const found = JSON.parse(text ?? '');
    return typeof found?.ok === 'boolean' && typeof found.at === 'number' ? found : undefined;
  } catch {
    return undefined;
  }
}
