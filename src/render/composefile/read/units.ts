import { parseNanoseconds } from '../../../kube/values/duration.ts';
import { formatQuantity, parseQuantity } from '../../../kube/values/quantity.ts';

const DAYS = /^(?:(\d{1,5})w)?(?:(\d{1,5})d)?(.*)$/;

/** `1m30s`, `1d12h`, `500ms` → seconds, with a fraction; undefined for what is not a duration. */
export function parseSeconds(text: string): number | undefined {
  const [, weeks = '0', days = '0', rest = ''] = DAYS.exec(text) ?? [];
  const whole = (Number(weeks) * 7 + Number(days)) * 86_400;
  if (rest === '') return text === '' ? undefined : whole;
  const nanos = parseNanoseconds(rest);
  return nanos === undefined || nanos < 0n ? undefined : whole + Number(nanos) / 1e9;
}

const POWERS: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** `64m`, `1.5gb`, `300kb`, a number of bytes: units of Docker count by 1024. As a quantity of Kubernetes: `64Mi`. */
export function memoryQuantity(text: string): string | undefined {
  const [, number, unit = ''] = /^(\d{1,15}(?:\.\d{1,9})?) ?([kmgtp])?i?b?$/i.exec(text.trim()) ?? [];
  if (number === undefined) return undefined;
  const bytes = Math.round(Number(number) * 1024 ** (POWERS[unit.toLowerCase()] ?? 0));
  if (!Number.isSafeInteger(bytes)) return undefined;
  return formatQuantity({ digits: BigInt(bytes), exponent: 0, format: 'BinarySI' });
}

/** A number of CPUs, as in `0.5`: `500m`. */
export function cpuQuantity(text: string): string | undefined {
  const quantity = /^\d*\.?\d+$/.test(text) && text.length < 20 ? parseQuantity(text) : undefined;
  return quantity && formatQuantity(quantity);
}
