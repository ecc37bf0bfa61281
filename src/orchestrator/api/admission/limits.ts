import type { LimitRangeItem } from '../../../kube/kinds/objects.data.ts';
import { type Amounts, amountsOf } from '../../../kube/values/amounts.ts';
import { compareQuantities, formatQuantity, type Quantity } from '../../../kube/values/quantity.ts';

interface Asked {
  readonly requests: Amounts;
  /** Absent where there is no such thing (a claim of storage): only what is asked for is judged. */
  readonly limits?: Amounts;
}

/** In what way an item of a LimitRange is not kept (Kubernetes `plugin/pkg/admission/limitranger/admission.go`). */
export function limitProblems(item: LimitRangeItem, asked: Asked): readonly string[] {
  const each = (list: LimitRangeItem['min'], judge: Judge) =>
    Object.entries(amountsOf(list)).flatMap(([name, enforced]) => {
      const problem = judge(enforced, asked.requests[name], asked.limits?.[name]);
      return problem ? [`${judge.word(name)} per ${item.type} is ${formatQuantity(enforced)}${problem}`] : [];
    });
  return [
    ...each(item.min, MIN),
    ...each(item.max, asked.limits ? MAX : MAX_REQUEST),
    ...(asked.limits ? each(item.maxLimitRequestRatio, RATIO) : []),
  ];
}

interface Judge {
  /** How the sentence goes on, where there is something to say. */
  (enforced: Quantity, request: Quantity | undefined, limit: Quantity | undefined): string | undefined;
  readonly word: (resource: string) => string;
}

const judging = (
  word: (resource: string) => string,
  judge: (...args: Parameters<Judge>) => string | undefined,
): Judge => Object.assign(judge, { word });

const but = (what: string, amount: Quantity): string => `, but ${what} is ${formatQuantity(amount)}`;
const isLess = (a: Quantity | undefined, b: Quantity): a is Quantity => !!a && compareQuantities(a, b) < 0;
const isMore = (a: Quantity | undefined, b: Quantity): a is Quantity => !!a && compareQuantities(a, b) > 0;
const minimum = (name: string) => `minimum ${name} usage`;
const maximum = (name: string) => `maximum ${name} usage`;

const MIN = judging(minimum, (enforced, request, limit) => {
  if (!request) return '.  No request is specified';
  if (isLess(request, enforced)) return but('request', request);
  return isLess(limit, enforced) ? but('limit', limit) : undefined;
});

const MAX = judging(maximum, (enforced, request, limit) => {
  if (!limit) return '.  No limit is specified';
  if (isMore(limit, enforced)) return but('limit', limit);
  return isMore(request, enforced) ? but('request', request) : undefined;
});

const MAX_REQUEST = judging(maximum, (enforced, request) => {
  if (!request) return '.  No request is specified';
  return isMore(request, enforced) ? but('request', request) : undefined;
});

const RATIO = judging(
  (name) => `${name} max limit to request ratio`,
  (enforced, request, limit) => {
    if (!request || request.digits === 0n) return ', but no request is specified or request is 0';
    if (!limit || limit.digits === 0n) return ', but no limit is specified or limit is 0';
    const ratio = asNumber(limit) / asNumber(request);
    return ratio > asNumber(enforced) ? `, but provided ratio is ${ratio.toFixed(6)}` : undefined;
  },
);

const asNumber = ({ digits, exponent }: Quantity): number => Number(digits) * 10 ** exponent;
