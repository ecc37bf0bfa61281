import { createHash } from 'node:crypto';
import { parseIp } from '../../../../base/ip.ts';
import type { Libraries } from '../../../../base/proc.ts';
import type { EngineTraits } from './createrequest.ts';
import type { BindMount, CreateRequest } from './engine/types.ts';
import { relayLabels } from './labels.ts';
import type { NetworkPlan } from './networkplan.ts';
import { ENTER_COMMAND, RELAY_PLACE } from './pauseimage.ts';

export interface RelayParts {
  readonly agent: string;
  readonly network: string;
  readonly plan: NetworkPlan;
  readonly image: string;
  readonly traits: EngineTraits;
  /** The directory in which the relay finds its route and its agent. */
  readonly directory: string;
  /** Name of the agent's socket in there. */
  readonly socket: string;
  /** The folder of this program, and the file in it that is the relay. */
  readonly program: { readonly folder: string; readonly file: string; readonly version: string };
  /** Node.js, as it runs here. */
  readonly node: { readonly path: string; readonly libraries: Libraries | undefined };
}

/**
 * The container in which Services are listened for. Its image holds one tiny program; Node.js, its libraries and the relay are those of the
 * node, which the agent runs by itself.
 */
export function relayRequest(parts: RelayParts): CreateRequest {
  const { agent, network, plan, image, traits, directory, program, node } = parts;
  const folders = (node.libraries?.folders ?? []).map((source, i) => readOnly(source, `/lib/${i}`));
  const placeOf = (file: string): string => {
    const mount = folders.find(({ Source }) => file.startsWith(`${Source}/`));
    return mount ? file.replace(mount.Source, mount.Target) : file;
  };
  // Whatever the names of the libraries' folders are on the node, its loader looks for them where they are here.
  const loading = node.libraries
    ? [placeOf(node.libraries.loader), '--library-path', folders.map(({ Target }) => Target).join(':')]
    : [];
  const request = {
    Image: image,
    Entrypoint: [ENTER_COMMAND],
    Cmd: [...loading, '/node', `/program/${program.file}`, `${RELAY_PLACE}/${parts.socket}`],
    MacAddress: hardwareAddress(plan.relay),
    HostConfig: {
      NetworkMode: network,
      Mounts: [
        readOnly(directory, RELAY_PLACE),
        readOnly(node.path, '/node'),
        readOnly(program.folder, '/program'),
        ...folders,
      ],
      Ulimits: traits.ulimits,
      ReadonlyRootfs: true,
      SecurityOpt: ['no-new-privileges'],
      CapDrop: ['ALL'],
      // Its own network is all that it may change. Files of this program may be their owner's alone.
      CapAdd: ['NET_ADMIN', 'NET_BIND_SERVICE', 'DAC_OVERRIDE'],
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [network]: { IPAMConfig: { IPv4Address: plan.relay }, MacAddress: hardwareAddress(plan.relay) },
      },
    },
  };
  const digest = createHash('sha256')
    .update(JSON.stringify([request, program.version]))
    .digest('hex');
  return { ...request, Labels: relayLabels(agent, digest.slice(0, 16)) };
}

const readOnly = (Source: string, Target: string): BindMount => ({
  Type: 'bind',
  Source,
  Target,
  ReadOnly: true,
});

/** The same for every relay at an address: neighbours remember the one before. Locally administered (IEEE 802, 02). */
const hardwareAddress = (address: string): string =>
  [0x02, 0x50, ...(parseIp(address) ?? [])].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
