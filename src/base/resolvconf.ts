import { readFileSync } from 'node:fs';

/** resolv.conf(5). */
export interface ResolvConf {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** systemd-resolved has the file for everybody name itself, at an address that only the machine reaches, and this one name whom it asks. */
const BEHIND_SYSTEMD = '/run/systemd/resolve/resolv.conf';

/** As the machine has it now; empty where there is no such file. `isReachable`: a server that could be asked. */
export function readResolvConf(isReachable: (server: string) => boolean): ResolvConf {
  const files = ['/etc/resolv.conf', BEHIND_SYSTEMD].map(resolvConfAt);
  const found = files.find(({ servers }) => servers.some(isReachable)) ?? files[0] ?? NOTHING;
  return { ...found, servers: found.servers.filter(isReachable) };
}

const NOTHING: ResolvConf = { servers: [], searches: [], options: [] };

function resolvConfAt(path: string): ResolvConf {
  try {
    return resolvConf(readFileSync(path, 'utf8'));
  } catch {
    return NOTHING;
  }
}

export function resolvConf(text: string): ResolvConf {
  const lines = text.split('\n').map((line) =>
    line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/),
  );
  const of = (...words: readonly string[]) =>
    lines.filter(([word = '']) => words.includes(word)).map((line) => line.slice(1));
  return {
    servers: of('nameserver').flatMap(([server]) => server ?? []),
    // The last line counts.
    searches: of('search', 'domain').at(-1) ?? [],
    options: of('options').flat(),
  };
}

export function formatResolvConf({ servers, searches, options }: ResolvConf): string {
  const lines = [
    ...servers.map((server) => `nameserver ${server}`),
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
