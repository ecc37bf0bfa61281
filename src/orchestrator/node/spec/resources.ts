import type { Container } from '../../../kube/kinds/objects.data.ts';
import { milliValue, parseQuantity, wholeValue } from '../../../kube/values/quantity.ts';
import type { Resources } from '../runtime/spec.ts';

/** Requests and limits of processor and memory; a quantity that cannot be read is left out. */
export function resourcesOf({ resources = {} }: Pick<Container, 'resources'>): Resources {
  return { requests: amounts(resources.requests), limits: amounts(resources.limits) };
}

function amounts(list: Readonly<Record<string, unknown>> = {}): Resources['limits'] {
  const cpu = parseQuantity(String(list.cpu ?? ''));
  const memory = parseQuantity(String(list.memory ?? ''));
  return {
    ...(cpu ? { cpuMillis: Number(milliValue(cpu)) } : {}),
    ...(memory ? { memoryBytes: Number(wholeValue(memory)) } : {}),
  };
}
