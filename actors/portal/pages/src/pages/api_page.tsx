// What /api/v1 offers, for people who write programs; read from the house's own description.
import { get } from "../api";
import { Card, Loaded, Page } from "../parts";
import { useLoaded } from "../store";
import { texts } from "../texts";

const t = texts.api;
interface Operation { summary?: string; description?: string; parameters?: { name: string; in: string; description?: string; required?: boolean }[]; responses?: Record<string, { description?: string }> }
interface Described { info?: { title?: string; version?: string; description?: string }; paths?: Record<string, Record<string, Operation>> }
const methods = ["get", "post", "put", "delete"];

export function ApiPage() {
  const loaded = useLoaded((signal) => get<Described>("/openapi.json", signal), []);
  return (
    <Page title={t.title}>
      <p class="help">
        {t.lead} <a href="/api/v1/openapi.json">openapi.json</a>
      </p>
      <Loaded of={loaded}>
        {(told) => (
          <>
            {told.info?.description && <p>{told.info.description}</p>}
            {Object.entries(told.paths ?? {}).map(([path, operations]) => (
              <Card key={path} title={path} class="api-path">
                {methods
                  .filter((each) => operations[each])
                  .map((method) => {
                    const own = operations[method]!;
                    return (
                      <div class="operation" key={method}>
                        <b class={"method " + method}>{method.toUpperCase()}</b>
                        <div class="grow">
                          <p>{own.summary ?? own.description}</p>
                          {own.summary && own.description && <p class="help">{own.description}</p>}
                          {own.parameters && own.parameters.length > 0 && (
                            <dl class="pairs">
                              {own.parameters.map((each) => (
                                <div key={each.name}>
                                  <dt>
                                    {each.name}
                                    {each.required ? " *" : ""}
                                  </dt>
                                  <dd>{each.description ?? each.in}</dd>
                                </div>
                              ))}
                            </dl>
                          )}
                          <p class="help">
                            {Object.entries(own.responses ?? {})
                              .map(([status, each]) => status + (each.description ? " " + each.description : ""))
                              .join(" · ")}
                          </p>
                        </div>
                      </div>
                    );
                  })}
              </Card>
            ))}
          </>
        )}
      </Loaded>
    </Page>
  );
}
