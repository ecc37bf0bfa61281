import { rfc3339 } from '../../../base/clock.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import type { ConnectOptions } from '../types.ts';
import type { ConnectRow } from './kind.ts';
import { containerOf, keyOfPod, nodeOfPod } from './podtarget.ts';

export const LOG: ConnectRow = {
  type: 'connect',
  name: 'log',
  answer: 'log',
  verbs: ['get'],
  connect(object, options, { clock }) {
    const pod = object as Pod;
    const container = containerOf(pod, options.container);
    const { follow = false, previous = false, timestamps = false, tailLines, limitBytes } = options;
    const since = sinceOf(options, clock.now());
    return {
      node: nodeOfPod(pod),
      request: {
        type: 'logs',
        pod: keyOfPod(pod),
        container,
        follow,
        previous,
        timestamps,
        ...(since === undefined ? {} : { sinceTime: since }),
        ...(tailLines === undefined ? {} : { tailLines }),
        ...(limitBytes === undefined ? {} : { limitBytes }),
      },
    };
  },
};

function sinceOf({ sinceTime, sinceSeconds }: ConnectOptions, now: number): string | undefined {
  return sinceSeconds === undefined ? sinceTime : rfc3339(now - sinceSeconds * 1000);
}
