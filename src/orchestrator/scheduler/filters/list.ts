import { DYNAMIC_RESOURCES } from './dynamicresources.ts';
import type { Filter } from './filter.ts';
import { INTER_POD_AFFINITY } from './interpodaffinity.ts';
import { NODE_AFFINITY } from './nodeaffinity.ts';
import { NODE_NAME } from './nodename.ts';
import { NODE_PORTS } from './nodeports.ts';
import { NODE_RESOURCES_FIT } from './noderesourcesfit.ts';
import { NODE_UNSCHEDULABLE } from './nodeunschedulable.ts';
import { POD_TOPOLOGY_SPREAD } from './podtopologyspread.ts';
import { TAINT_TOLERATION } from './tainttoleration.ts';
import { VOLUME_BINDING } from './volumebinding.ts';

/** In the order of kube-scheduler's default plug-ins: the first that fails names the reason. */
export const FILTERS: readonly Filter[] = [
  NODE_UNSCHEDULABLE,
  NODE_NAME,
  TAINT_TOLERATION,
  NODE_AFFINITY,
  NODE_PORTS,
  NODE_RESOURCES_FIT,
  VOLUME_BINDING,
  POD_TOPOLOGY_SPREAD,
  INTER_POD_AFFINITY,
  DYNAMIC_RESOURCES,
];
