/** What a request gets. */
export interface ApiAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** What an endpoint of metrics and health tells. */
export interface Api {
  /** Its paths, for who asks for another. */
  readonly paths: readonly string[];
  /** Names of the settings that choose where it listens. */
  readonly settings: string;
  /** The answer to a GET; undefined: there is no such path. `address` is where the endpoint listens. */
  answer(url: URL, address: string): Promise<ApiAnswer | undefined>;
}

/** The path that is asked for, without a slash at its end, and how the answer is written: `?pretty` breaks it into lines. */
export function asked(url: URL): { path: string; json: (value: object, status?: number) => ApiAnswer } {
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/$/, "") : url.pathname;
  const pretty = url.searchParams.has("pretty") && url.searchParams.get("pretty") !== "false";
  const json = (value: object, status = 200): ApiAnswer => ({
    status,
    type: "application/json; charset=utf-8",
    text: `${JSON.stringify(value, undefined, pretty ? 2 : undefined)}\n`,
  });
  return { path, json };
}
