import { ProblemError } from '../../base/errors.ts';
import type { ChannelActions, ChannelRequest } from '../../model/notifyfaces.ts';
import { messageOf } from '../group.ts';
import { type Roads, send } from '../send.ts';
import { SINKS, sinkKind } from '../sinks/list.ts';
import type { Sink } from '../sinks/sink.ts';
import { type Channel, type ChannelStore, noChannel } from './store.ts';

export interface ManageOptions {
  readonly store: ChannelStore;
  readonly roads: Roads;
  readonly now: () => number;
}

/** Names as rules of pilotage.yaml may have them. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,29}[a-z0-9])?$/;
const ADDRESS = /^[^\s<>@,;:"\\]+@[^\s<>@,;:"\\]+$/;

export function createChannelActions({ store, roads, now }: ManageOptions): ChannelActions {
  return {
    async list() {
      return (await store.list()).map(({ name, kind, deliveries, last }) => ({
        name,
        kind,
        deliveries,
        ...(last ? { last: { ...last, at: new Date(last.at).toISOString() } } : {}),
      }));
    },

    async add(request) {
      const channel = channelFrom(request);
      await store.keep(channel);
      const { name, kind, deliveries } = channel;
      const whose = deliveries.includes('*') ? 'all deliveries' : deliveries.join(', ');
      return { message: `Channel ${name} (${kind}) may be named by ${whose}.` };
    },

    async test(name) {
      const channel = await store.find(name);
      if (!channel) throw new ProblemError(noChannel(name));
      const at = now();
      const [delivery = 'example'] = channel.deliveries.filter((one) => one !== '*');
      const notice = { delivery, environment: 'test', at, since: at };
      const text = `${delivery}/test: this is a test of Pilotage, and nothing is wrong`;
      // Alerts have an end, so that the test leaves none that fires.
      await send(roads, channel, messageOf([{ ...notice, kind: 'recovered', text }]), at);
      return { message: `${name} has taken a test message.` };
    },

    async remove(name) {
      await store.remove(name);
      return { message: `There is no channel ${name} any more.` };
    },
  };
}

/** @throws ProblemError BadRequest */
function channelFrom({ name, kind: word, deliveries, settings: given }: ChannelRequest): Channel {
  const bad = (message: string, remedy: string) =>
    new ProblemError({ reason: 'BadRequest', message, remedy });
  if (!NAME.test(name))
    throw bad(`"${name}" is not a name of a channel.`, 'Write lower-case letters, digits and -, at most 31.');
  const kind = sinkKind(word);
  if (!kind)
    throw bad(`"${word}" is not a kind of channel.`, `Write one of ${Object.keys(SINKS).join(', ')}.`);
  const sink: Sink = SINKS[kind];
  const missing = sink.needs.find((key) => !given[key]);
  if (missing) throw bad(`A channel of kind ${kind} needs ${missing}.`, 'pilotage notify add --help');
  const other = Object.keys(given).find((key) => ![...sink.needs, ...sink.takes].includes(key));
  if (other) throw bad(`A channel of kind ${kind} has no ${other}.`, 'pilotage notify add --help');
  if (deliveries.length === 0)
    throw bad(`It is not said who may name ${name}.`, `--for DELIVERY, or --for '*' for all.`);
  const settings = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, value.trim()]));
  const protocols = kind === 'email' ? ['smtp:', 'smtps:'] : ['https:', 'http:'];
  const url = URL.canParse(settings.url ?? '') ? new URL(settings.url ?? '') : undefined;
  // The address is a secret of chats, so it is not repeated.
  if (!url || !protocols.includes(url.protocol) || url.hostname === '' || url.username || url.password)
    throw bad(
      `The address of ${name} is not one of kind ${kind}.`,
      `Write ${protocols[0]}//HOST…, without a user and a password in it.`,
    );
  const addresses = [settings.from, ...(settings.to?.split(',') ?? [])].map((one) => one?.trim());
  const wrong = kind === 'email' ? addresses.find((one) => !one || !ADDRESS.test(one)) : undefined;
  if (wrong !== undefined) throw bad(`"${wrong}" is not an address of mail.`, 'Write ann@example.com.');
  if (!settings.user !== !settings.password)
    throw bad(`${name} has a user or a password, and not both.`, 'Give both, or neither.');
  return { name, kind, deliveries, settings };
}
