import type { Pod } from '../../../kube/kinds/objects.data.ts';
import type { RequestVerb } from '../authorization.ts';
import { badRequest } from '../errors.ts';
import type { ConnectOptions } from '../types.ts';
import type { ConnectRow } from './kind.ts';
import { containerOf, keyOfPod, nodeOfPod } from './podtarget.ts';

/** GET is what a WebSocket begins with. */
const VERBS: readonly RequestVerb[] = ['create', 'get'];

export const EXEC: ConnectRow = {
  type: 'connect',
  name: 'exec',
  answer: 'command',
  verbs: VERBS,
  kind: { group: '', version: 'v1', kind: 'PodExecOptions' },
  connect(object, options) {
    const { command = [] } = options;
    if (command.length === 0) throw badRequest('you must specify a command');
    return {
      node: nodeOfPod(object as Pod),
      request: { type: 'exec', command, ...attachTo(object as Pod, options) },
    };
  },
};

export const ATTACH: ConnectRow = {
  type: 'connect',
  name: 'attach',
  answer: 'command',
  verbs: VERBS,
  kind: { group: '', version: 'v1', kind: 'PodAttachOptions' },
  connect: (object, options) => ({
    node: nodeOfPod(object as Pod),
    request: { type: 'attach', ...attachTo(object as Pod, options) },
  }),
};

export const PORT_FORWARD: ConnectRow = {
  type: 'connect',
  name: 'portforward',
  answer: 'portForward',
  verbs: VERBS,
  kind: { group: '', version: 'v1', kind: 'PodPortForwardOptions' },
  connect: (object, { port = 0 }) => ({
    node: nodeOfPod(object as Pod),
    request: { type: 'portForward', pod: keyOfPod(object as Pod), port },
  }),
};

const attachTo = (pod: Pod, { container, stdin = false, tty = false }: ConnectOptions) => ({
  pod: keyOfPod(pod),
  container: containerOf(pod, container),
  stdin,
  tty,
});
