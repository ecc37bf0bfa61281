import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { engineHttp } from '../../src/orchestrator/node/runtime/container/engine/http.ts';

/** Serves who and what it is, keeps a log where it is told to, and works hard for whoever asks for /cgi-bin/resize. */
const SERVE = `#!/bin/sh
mkdir -p /www/cgi-bin
echo "pod $(hostname) of $IMAGE" > /www/index.html
echo "$MAX_IMAGE_SIZE_IN_PIXELS" > /www/limit
exec httpd -f -p "$PORT" -h /www
`;
const RESIZE = `#!/bin/sh
i=0
while [ $i -lt 200000 ]; do i=$((i + 1)); done
[ -z "$LOG_FILE" ] || echo "resized for $REMOTE_ADDR" >> "$LOG_FILE"
printf 'Content-Type: text/plain\\r\\n\\r\\n%s\\n' "$(hostname)"
`;
const APPLETS = ['cat', 'echo', 'hostname', 'httpd', 'ls', 'mkdir', 'sh', 'sleep', 'tail'];

/** What each does when a pod gives no command: none of the seeds does. `name`: below the registry. */
interface StandIn {
  readonly name: string;
  readonly tag: string;
  readonly port?: number;
}

/** All images that the seeds name, under their names. */
const STAND_INS: readonly StandIn[] = [
  { name: 'kelkoo20/imageflyresizer', tag: 'latest', port: 80 },
  { name: 'kelkooprivate/kelkoo20', tag: 'imageflyresizer', port: 80 },
  { name: 'perrault/restaurant', tag: 'latest', port: 80 },
  { name: 'library/nginx', tag: '1.7.9', port: 80 },
  { name: 'library/busybox', tag: 'latest' },
  { name: 'google-samples/node-hello', tag: '1.0', port: 8080 },
];

/** Brings images of Debian's `busybox-static` into the registry in whose place the engine's `socket` asks it, and keeps none in the engine. */
export async function publishStandIns(socket: string, registry: string): Promise<void> {
  const http = engineHttp(socket);
  const archive = rootFileSystem();
  for (const { name, tag, port } of STAND_INS) {
    const repository = `${registry}/${name}`;
    const settings = port
      ? [`ENV PORT=${port}`, `ENV IMAGE=${name}`, 'ENV PATH=/bin', 'CMD ["/bin/serve"]']
      : ['ENV PATH=/bin', 'CMD ["/bin/sh"]'];
    const query = new URLSearchParams([
      ['fromSrc', '-'],
      ['repo', repository],
      ...settings.map((one): [string, string] => ['changes', one]),
    ]);
    const made = await http.json<{ readonly status: string }>({
      method: 'POST',
      path: `/images/create?${query}`,
      archive,
    });
    await http.json({ method: 'POST', path: `/images/${made.status}/tag`, query: { repo: repository, tag } });
    const said = await text(
      await http.open({ method: 'POST', path: `/images/${repository}/push`, query: { tag } }),
    );
    if (said.includes('"error"')) throw new Error(`${repository} was not pushed: ${said}`);
    await http.json({ method: 'DELETE', path: `/images/${made.status}`, query: { force: true } });
  }
}

function rootFileSystem(): Buffer {
  const place = mkdtempSync(join(tmpdir(), 'pilotage-standins-'));
  const script = (path: string, content: string) => {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), content);
    chmodSync(join(place, path), 0o755);
  };
  try {
    for (const folder of ['bin', 'etc', 'tmp', 'var/log'])
      mkdirSync(join(place, folder), { recursive: true });
    copyFileSync('/bin/busybox', join(place, 'bin', 'busybox'));
    for (const applet of APPLETS) symlinkSync('busybox', join(place, 'bin', applet));
    script('bin/serve', SERVE);
    script('www/cgi-bin/resize', RESIZE);
    return execFileSync('tar', ['-C', place, '-c', '.'], { maxBuffer: 64 * 2 ** 20 });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
