import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CONFIG_MAPS } from '../../src/kube/kinds/resources.data.ts';
import { type Pilotage, withApi } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { credentialsOf, send } from './client.ts';

const COUNT = 2000;

type Dial = () => Socket;

/** Opens that many, and tells when the server has closed the last of them. */
async function flood(
  dial: Dial,
  count: number,
): Promise<{ readonly allClosed: Promise<number>; end(): void }> {
  const sockets: Socket[] = [];
  const begin = performance.now();
  let open = 0;
  let done: (ms: number) => void = () => {};
  const allClosed = new Promise<number>((resolve) => {
    done = resolve;
  });
  for (let i = 0; i < count; i++) {
    const socket = dial();
    open++;
    socket.on('error', () => {});
    // What has been read to its end has been closed by the server.
    socket.resume();
    socket.once('close', () => {
      open--;
      if (open === 0 && sockets.length === count) done(performance.now() - begin);
    });
    sockets.push(socket);
    if (i % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { allClosed, end: () => sockets.forEach((socket) => void socket.destroy()) };
}

function slow(dialOf: (target: Pilotage) => Dial, within: number, count = COUNT): Attack['run'] {
  return async (target) => {
    const { allClosed, end } = await flood(dialOf(target), count);
    let cancel: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      cancel = setTimeout(() => resolve(undefined), within * 1000);
    });
    const api = credentialsOf(target.ready.kubeconfig);
    const { status } = await send(api, 'GET', '/livez');
    if (status !== 200) throw new Error(`the API answered ${status}`);
    const face = await fetch(`${target.ready.http}/healthz`);
    if (face.status !== 200) throw new Error(`the face answered ${face.status}`);
    const ms = await Promise.race([allClosed, late]);
    clearTimeout(cancel);
    end();
    if (ms === undefined) throw new Error(`some were still open after ${within} s`);
    return `all ${count} were closed within ${Math.round(ms / 1000)} s, others were answered meanwhile`;
  };
}

const addressOf = (url: string) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) });

const sending = (url: string, text: string, tls: boolean): Dial => {
  const address = addressOf(url);
  return () => {
    const socket = tls
      ? connectTls({ ...address, rejectUnauthorized: false }, () => socket.write(text))
      : connect(address, () => socket.write(text));
    return socket;
  };
};

const HALF = 'GET /api/v1/pods HTTP/1.1\r\nHost: x\r\nX-Slow: ';
const HALF_BODY = 'POST /api/v1/deliveries HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{';

/** Many clients, each with a watch on a connection of its own, while others send half a header. */
async function watches(target: Pilotage): Promise<string> {
  return withApi(target.ready.kubeconfig, async (client) => {
    const api = credentialsOf(target.ready.kubeconfig);
    const seen = new Set<number>();
    const ended = new Set<number>();
    const requests = [];
    for (let i = 0; i < COUNT; i++) {
      const path = '/api/v1/namespaces/default/configmaps?watch=1&labelSelector=watched';
      const one = request(`${api.url}${path}`, { ...api.tls, agent: false }, (response) => {
        response.on('data', () => seen.add(i));
        response.on('close', () => ended.add(i));
        response.on('error', () => {});
      });
      one.on('error', () => ended.add(i));
      one.end();
      requests.push(one);
      if (i % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 60));
    }
    const { end } = await flood(sending(target.ready.api, HALF, true), 500);
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'watched', namespace: 'default', labels: { watched: '' } },
    };
    await client.create(CONFIG_MAPS, body, { namespace: 'default' });
    for (const deadline = Date.now() + 60_000; seen.size < COUNT && Date.now() < deadline; )
      await new Promise((resolve) => setTimeout(resolve, 100));
    end();
    for (const one of requests) one.destroy();
    if (seen.size < COUNT)
      throw new Error(`${seen.size} of ${COUNT} watches saw it, ${ended.size} had ended`);
    return `all ${COUNT} watches saw the object`;
  });
}

export const attacks: readonly Attack[] = [
  {
    input: `${COUNT} half-sent headers at the HTTP face`,
    run: slow(({ ready }) => sending(ready.http, HALF, false), 20),
  },
  {
    input: `${COUNT} connections to the API that never begin TLS`,
    run: slow(
      ({ ready }) =>
        () =>
          connect(addressOf(ready.api)),
      20,
    ),
  },
  {
    input: '500 half-sent headers at the API, over TLS',
    run: slow(({ ready }) => sending(ready.api, HALF, true), 25, 500),
  },
  {
    input: '500 half-sent bodies at the HTTP face',
    run: slow(({ ready }) => sending(ready.http, HALF_BODY, false), 80, 500),
  },
  {
    input: `${COUNT} watches, while 500 others send half a header`,
    // So many TLS handshakes are honest work.
    budget: { silenceMs: 2000 },
    isolated: true,
    run: watches,
  },
];
