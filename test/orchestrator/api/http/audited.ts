import { Agent, request } from 'node:https';
import type { AuditEvent } from '../../../../src/audit/event.ts';
import { DEFAULT_POLICY } from '../../../../src/audit/policy.ts';
import { policyOf } from '../../../../src/audit/policyfile.ts';
import type { Json } from '../../../../src/kube/values/types.ts';
import { startHttpsServer } from '../httpserver.ts';

export interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Default: an administrator's. */
  readonly token?: string;
}

export interface Audited {
  readonly events: AuditEvent[];
  readonly port: number;
  /** Resolves once the answer is read and recorded. */
  ask(method: string, path: string, asked?: Asked): Promise<{ readonly code: number; readonly id: string }>;
  close(): Promise<void>;
}

/** Administrator and somebody without rights. */
export const ADMIN_TOKEN = 'admin-token-1234567890';
export const ANN_TOKEN = 'ann-token-1234567890';

/** The API with a record of its requests, by these rules or those that are built in. */
export async function startAudited(...rules: Json[]): Promise<Audited> {
  const events: AuditEvent[] = [];
  const policy =
    rules.length === 0 ? DEFAULT_POLICY : policyOf({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules });
  const tokens = `${ADMIN_TOKEN},admin,u1,"system:masters"\n${ANN_TOKEN},ann,u2,"dev"\n`;
  const sink = { write: (event: AuditEvent) => void events.push(event) };
  const server = await startHttpsServer({ tokens, audit: { policy, sink } });
  const { port } = server;
  const { ca } = server.controlPlane.pki;
  const agent = new Agent({ keepAlive: true });
  return {
    events,
    port,
    async close() {
      agent.destroy();
      await server.close();
    },
    ask: (method, path, { body, headers = {}, token = ADMIN_TOKEN } = {}) =>
      new Promise((resolve, reject) => {
        const sent = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
        const options = { host: '127.0.0.1', port, path, ca, agent, method, headers: sent };
        const outgoing = request(options, async (response) => {
          await response.toArray();
          // What is recorded after the answer stands there one turn later.
          setImmediate(() =>
            resolve({ code: response.statusCode ?? 0, id: String(response.headers['audit-id'] ?? '') }),
          );
        });
        outgoing.on('error', reject);
        outgoing.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
      }),
  };
}
