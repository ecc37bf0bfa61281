import { writeSecret } from '../../base/secretfile.ts';
import { dumpYaml } from '../values/yaml.ts';

export interface KubeconfigOptions {
  /** Name of cluster, user and context. */
  readonly name: string;
  /** `https://127.0.0.1:7443` */
  readonly server: string;
  /** Certificate of the authority, PEM. */
  readonly ca: string;
  /** Who one is, PEM. */
  readonly client?: { readonly cert: string; readonly key: string };
  readonly token?: string;
}

/** A kubeconfig that carries all it needs: it can be copied to another machine. */
export function kubeconfigText({ name, server, ca, client, token }: KubeconfigOptions): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return dumpYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      {
        name,
        user: {
          ...(client
            ? { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) }
            : {}),
          ...(token === undefined ? {} : { token }),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

/** Writes it for its owner alone (mode 0600): it holds a private key. */
export function writeKubeconfig(path: string, options: KubeconfigOptions): void {
  writeSecret(path, kubeconfigText(options));
}
