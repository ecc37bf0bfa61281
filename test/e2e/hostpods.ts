import { Pilotage } from './harness.ts';
import { Kubectl } from './kubectl.ts';

interface PodStatus {
  readonly phase: string;
  readonly podIP: string;
  readonly containerStatuses?: readonly {
    readonly ready: boolean;
    readonly restartCount: number;
    readonly state: {
      readonly waiting?: { readonly reason: string; readonly message: string };
      readonly terminated?: { readonly exitCode: number };
    };
  }[];
}

export const sh = (script: string): string[] => ['sh', '-c', script];

/** A Pilotage for the tests of the suite that calls it, with the ConfigMap `conf` and the Secret `pass` in the namespace `pods`. */
export function useHostPods() {
  let pilotage: Pilotage;
  let k: Kubectl;
  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'pods');
    await k.ok('create', 'configmap', 'conf', '--from-literal=greeting=hello', '--from-literal=page=one');
    await k.ok('create', 'secret', 'generic', 'pass', '--from-literal=token=hunter2');
  });
  after(() => pilotage.stop());

  const status = async (name: string) => (await k.get<{ status: PodStatus }>('pod', name)).status;
  return {
    get pilotage() {
      return pilotage;
    },
    get k() {
      return k;
    },
    /** A pod of one container on the host's programs. */
    start: (name: string, container: object, spec: object = {}, metadata: object = {}) =>
      k.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, ...metadata },
        spec: { containers: [{ name: 'main', image: 'host', ...container }], ...spec },
      }),
    status,
    main: async (name: string) => (await status(name)).containerStatuses?.[0],
    /** Its output, once it has succeeded. */
    ended: async (name: string) => {
      await k.ok('wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=20s');
      return k.lines('logs', name);
    },
    ready: (name: string) => k.ok('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=20s'),
  };
}
