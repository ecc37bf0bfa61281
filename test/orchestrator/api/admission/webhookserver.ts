import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../../src/base/clock.ts';
import type { MutatingWebhook, RuleWithOperations } from '../../../../src/kube/kinds/objects.data.ts';
import type { JsonObject, KubeObject } from '../../../../src/kube/values/types.ts';
import { openPki } from '../../../../src/orchestrator/api/auth/pki.ts';

export interface SeenRequest extends JsonObject {
  readonly uid: string;
  readonly operation: string;
}

/** What a hook answers, by its path; a function of the response answers for itself. */
export type Answering = (
  request: SeenRequest & { readonly object: KubeObject | null; readonly oldObject: KubeObject | null },
  raw: ServerResponse,
) => JsonObject | undefined;

export interface WebhookServer {
  readonly requests: SeenRequest[];
  /** At 127.0.0.1; its certificate names `hooks.default.svc`, too. */
  readonly port: number;
  /** Answers of the hook at this path. */
  answer(path: string, answering: Answering): void;
  hook(path: string, rule: RuleWithOperations, more?: Partial<MutatingWebhook>): MutatingWebhook;
  stop(): Promise<void>;
}

export const patchOf = (...operations: object[]): JsonObject => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

export async function startWebhookServer(): Promise<WebhookServer> {
  const dir = await mkdtemp(join(tmpdir(), 'pilotage-webhook-'));
  const pki = openPki({ dir, clock: systemClock, names: ['hooks.default.svc'] });
  const answers = new Map<string, Answering>();
  const requests: SeenRequest[] = [];
  const server = createServer({ cert: pki.server.cert, key: pki.server.key }, async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    const { apiVersion, kind, request } = JSON.parse(text);
    requests.push(request);
    const path = new URL(incoming.url ?? '', 'https://x').pathname;
    const made = answers.get(path)?.(request, outgoing);
    if (made) outgoing.end(JSON.stringify({ apiVersion, kind, response: { uid: request.uid, ...made } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    requests,
    port,
    answer: (path, answering) => void answers.set(path, answering),
    hook: (path, rule, more = {}) => ({
      name: `${path.slice(1)}.hooks.example.com`,
      clientConfig: {
        url: `https://127.0.0.1:${port}${path}`,
        caBundle: Buffer.from(pki.ca).toString('base64'),
      },
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      rules: [rule],
      ...more,
    }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true });
    },
  };
}

export const RULE = (plural: string, operations: readonly string[] = ['CREATE']): RuleWithOperations => ({
  apiGroups: ['*'],
  apiVersions: ['*'],
  operations,
  resources: [plural],
});
