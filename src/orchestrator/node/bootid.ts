import { readFileSync } from 'node:fs';

/** Differs from boot to boot (proc_sys_kernel(5)); empty where the system has none: a pid is then trusted across a restart of the machine. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
