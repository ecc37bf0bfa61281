/**
 * A free address of the pods' range (`127.200.0.0/16`), or undefined when all are taken. The search begins behind `after`, so that an
 * address which was just given up is the last to be given again: late connections must not reach another pod.
 */
export function nextAddress(
  cidr: string,
  taken: ReadonlySet<string>,
  after: string | undefined,
): string | undefined {
  const { base, size } = parseCidr(cidr);
  const start = after === undefined ? 0 : toNumber(after) - base;
  for (let i = 1; i <= size; i++) {
    const offset = (start + i) % size;
    const last = (base + offset) & 0xff;
    // Broadcast-looking addresses confuse people and some resolvers.
    if (last === 0 || last === 255) continue;
    const address = toText(base + offset);
    if (!taken.has(address)) return address;
  }
  return undefined;
}

function parseCidr(cidr: string): { base: number; size: number } {
  const [address = '', bits = ''] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  if (!/^\d+(\.\d+){3}$/.test(address) || !(size >= 4))
    throw new Error(`"${cidr}" is not an IPv4 range for pods`);
  const number = toNumber(address);
  return { base: number - (number % size), size };
}

const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const toText = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
