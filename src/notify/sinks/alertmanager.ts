import { type Notice, nameOf } from '../message.ts';
import { posted, type Sink } from './sink.ts';

/** Without word of an end, an alert ends by itself after this time; Prometheus would send it again instead. */
const FIRES_MS = 24 * 60 * 60_000;

/**
 * Alertmanager, API v2: trouble fires, recovery resolves the alert with the same labels. What is no trouble is not an alert, and is left out.
 */
export const alertmanager: Sink = {
  needs: ['url'],
  takes: ['token'],
  sending({ url = '', token }, { all }, now) {
    // Of one environment the last word alone: alerts with the same labels are one.
    const last = new Map(all.filter(isTrouble).map((notice) => [nameOf(notice), notice]));
    const alerts = [...last.values()].map((notice) => {
      const { delivery, environment, text, remedy, revision, since } = notice;
      const isOver = notice.kind === 'recovered';
      return {
        labels: { alertname: 'PilotageEnvironment', delivery, environment },
        annotations: {
          summary: text,
          kind: notice.kind,
          ...(remedy ? { remedy } : {}),
          ...(revision ? { revision } : {}),
          environment: nameOf(notice),
        },
        startsAt: new Date(since).toISOString(),
        endsAt: new Date(isOver ? now : now + FIRES_MS).toISOString(),
        ...(notice.url ? { generatorURL: notice.url } : {}),
      };
    });
    if (alerts.length === 0) return undefined;
    const at = `${url.replace(/\/+$/, '').replace(/\/api\/v2\/alerts$/, '')}/api/v2/alerts`;
    return posted(at, alerts, token ? { authorization: `Bearer ${token}` } : {});
  },
};

const isTrouble = ({ kind }: Notice): boolean => ['failed', 'degraded', 'recovered'].includes(kind);
