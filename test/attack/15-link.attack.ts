import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { NODES, PODS } from '../../src/kube/kinds/resources.data.ts';
import { CHANNEL, decodeFrame, encodeFrame } from '../../src/orchestrator/link/frame.ts';
import { LINK_PROTOCOL, linkPath } from '../../src/orchestrator/link/path.ts';
import { eventually, type Pilotage, withApi } from '../e2e/harness.ts';
import { seeded } from '../kube/seeded.ts';
import type { Attack } from './attack.ts';
import { type Credentials, credentialsOf, saidBy, send } from './client.ts';

/** The identity of this machine's node, whose holder may say what it likes. */
function nodeCredentials(target: Pilotage): Credentials {
  const dir = join(target.dataDir, 'agent');
  const found = readdirSync(dir).find((name) => name.includes('kubeconfig'));
  if (!found || !readFileSync(join(dir, found), 'utf8')) throw new Error('the agent has no kubeconfig');
  return credentialsOf(join(dir, found));
}

function dial({ url, tls }: Credentials, path: string): WebSocket {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, LINK_PROTOCOL, tls);
  socket.on('error', () => {});
  return socket;
}

/** A message of a node on the stream with this number. */
type Message = (stream: number) => Buffer;

/** Takes the node's link over, and answers each request for a log with one of these messages. */
async function answering(target: Pilotage, messages: readonly Message[]): Promise<string> {
  const node = nodeCredentials(target);
  const admin = credentialsOf(target.ready.kubeconfig);
  const name = await withApi(target.ready.kubeconfig, async (client) => {
    const { items } = await client.list(NODES);
    const nodeName = items[0]?.metadata.name ?? '';
    await client
      .create(PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'silent', namespace: 'default' },
        spec: { nodeName, containers: [{ name: 'main', image: 'none' }] },
      })
      .catch(() => undefined);
    return nodeName;
  });
  // The newest link wins, and the agent would dial again.
  const agent = await target.agentPid();
  process.kill(agent, 'SIGSTOP');
  const link = dial(node, linkPath(name));
  await once(link, 'open');
  const queue = [...messages];
  link.on('message', (data: Buffer) => {
    const frame = decodeFrame(data);
    if (frame?.type !== 'open') return;
    link.send(queue.shift()?.(frame.stream) ?? Buffer.alloc(0));
    link.send(encodeFrame('end', frame.stream, Buffer.from('{}')));
  });
  const counts = new Map<number, number>();
  for (const _ of messages) {
    const answer = await send(admin, 'GET', '/api/v1/namespaces/default/pods/silent/log').catch((error) => ({
      status: 0,
      text: String(error),
    }));
    counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
  }
  link.terminate();
  process.kill(agent, 'SIGCONT');
  // The agent comes back by itself.
  await eventually('the node is linked again', async () => {
    const answer = await send(admin, 'GET', '/api/v1/namespaces/default/pods/silent/log');
    return !saidBy(answer).includes('not connected');
  });
  return [...counts].map(([status, count]) => `${count} × ${status || 'torn'}`).join(', ');
}

export const attacks: readonly Attack[] = [
  {
    input: 'an error frame of a node that is no JSON',
    run: (target) => answering(target, [(stream) => encodeFrame('reset', stream, Buffer.from('not JSON'))]),
  },
  {
    input: '200 seeded frames of a node: any bytes, any JSON, any size',
    run(target) {
      const random = seeded(15);
      const words = ['{"reason":', '"NotFound"', 'null', '{}', '[', ',"message":', '7', '}', '"\\ud800"'];
      const text = () => Array.from({ length: random(6) }, () => words[random(words.length)]).join('');
      const bytes = () => Buffer.from(Array.from({ length: random(50) }, () => random(256)));
      const types = ['reset', 'end', 'data', 'window', 'accept', 'open'] as const;
      const messages = Array.from({ length: 200 }, (_, i): Message => {
        if (i % 2 === 0) return (stream) => encodeFrame('reset', stream, Buffer.from(text()));
        const type = types[random(types.length)] ?? 'data';
        return i % 3 === 0 ? bytes : (stream) => encodeFrame(type, stream, bytes());
      });
      const tooLarge: Message = () => Buffer.alloc(1 << 20, CHANNEL.stdout);
      return answering(target, [...messages, tooLarge]);
    },
  },
];
