import { renderTemplateTexts } from '../helm/templatetexts.ts';
import { helmRequest, openHelmChart } from './helmrequest.ts';
import type { TemplatesOutcome, TemplatesRequest } from './source.ts';

/** What single templates of a Helm chart write. The cluster of a test has the API versions that it names, and no other. */
export function chosenHelmTemplates(request: TemplatesRequest): TemplatesOutcome {
  const opened = openHelmChart(request);
  if (!opened.ok) return { ok: false, problem: opened.problems[0], said: opened.problems[0].message };
  const asked = helmRequest(request, opened.value);
  return renderTemplateTexts(
    {
      ...asked,
      release: { ...asked.release, ...request.release },
      cluster: { ...asked.cluster, apiVersions: request.capabilities.apiVersions },
    },
    request,
  );
}
