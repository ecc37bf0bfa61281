import type { Quantity } from '../../values/quantity.ts';
import type { Service } from '../objects.data.ts';
import type { Measure } from './measure.ts';

const NAMES = ['count/services', 'services', 'services.nodeports', 'services.loadbalancers'];

const whole = (n: number): Quantity => ({ digits: BigInt(n), exponent: 0, format: 'DecimalSI' });

/** Kubernetes `pkg/quota/v1/evaluator/core/services.go`. */
export const SERVICES: Measure = {
  counts: (name) => NAMES.includes(name),
  grows: ({ subresource }) => subresource === undefined,
  scopeValues: () => [],
  usage: (object) => {
    const service = object as Service;
    return {
      'count/services': whole(1),
      services: whole(1),
      'services.nodeports': whole(nodePorts(service)),
      'services.loadbalancers': whole(service.spec.type === 'LoadBalancer' ? 1 : 0),
    };
  },
};

/** Those that will be given out count too. */
function nodePorts({ spec }: Service): number {
  const { type, ports = [], allocateLoadBalancerNodePorts } = spec;
  if (type !== 'NodePort' && type !== 'LoadBalancer') return 0;
  return type === 'LoadBalancer' && allocateLoadBalancerNodePorts === false
    ? ports.filter(({ nodePort }) => nodePort !== undefined && nodePort !== 0).length
    : ports.length;
}
