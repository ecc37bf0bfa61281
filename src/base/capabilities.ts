import { readProc } from './proc.ts';

/** Of capabilities(7), by their numbers in `include/uapi/linux/capability.h`. */
const CAPABILITIES = { SYS_ADMIN: 21n, SYS_RESOURCE: 24n } as const;

/** The effective capabilities that `/proc/PID/status` says, a bit for each. Pure. */
export const capabilitiesOf = (status: string): bigint =>
  BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);

export const hasCapability = (capabilities: bigint, name: keyof typeof CAPABILITIES): boolean =>
  ((capabilities >> CAPABILITIES[name]) & 1n) === 1n;

/** Those of this program; where there is no /proc, none. */
export const ownCapabilities = (): bigint => capabilitiesOf(readProc('self/status'));
