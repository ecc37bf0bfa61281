import { CRON_JOB } from '../../../kube/kinds/cronjob.ts';
import type { CronJob } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, count, NAME, none } from './columns.ts';
import { ageOf } from './humanduration.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { containersAndImages, selectorColumn, WORKLOAD } from './workload.ts';

export const SERVED_CRON_JOB: ServedRow = {
  kind: CRON_JOB,
  strategy: WORKLOAD,
  columns: [
    NAME,
    column<CronJob>('Schedule', ({ spec }) => spec?.schedule),
    column<CronJob>('Timezone', ({ spec }) => none(spec?.timeZone)),
    column<CronJob>('Suspend', ({ spec }) => (spec?.suspend ? 'True' : 'False'), { type: 'boolean' }),
    count<CronJob>('Active', ({ status }) => status?.active?.length ?? 0),
    column<CronJob>('Last Schedule', ({ status }, now) =>
      status?.lastScheduleTime ? ageOf(status.lastScheduleTime, now) : none(''),
    ),
    AGE,
    ...containersAndImages<CronJob>(({ spec }) => spec?.jobTemplate?.spec?.template),
    selectorColumn<CronJob>(({ spec }) => spec?.jobTemplate?.spec?.selector),
  ],
  subresources: [STATUS],
};
