import type { Client, ClientOptions } from "@elastic/elasticsearch";
import type { ConnectionSettings, TlsMaterial } from "./connection-settings.ts";
import { hostPoolClass } from "./host-pool.ts";
import { fetchTrustedCa } from "./trusted-ca.ts";

/** Elastic's client as we use it: one try a request, no sniffing. `urls` have the path already. */
export async function elasticClient(
  settings: ConnectionSettings,
  urls: readonly URL[],
  tls: TlsMaterial,
): Promise<Client> {
  const { Client: ElasticClient, HttpConnection, BaseConnectionPool } = await import("@elastic/elasticsearch");
  const trusted = await trustedCas(settings, urls);
  const options: ClientOptions = {
    // Over node:http, since the one over undici knows no proxies; it takes our buffers as they are.
    Connection: HttpConnection,
    ConnectionPool: hostPoolClass(BaseConnectionPool, () => performance.now()),
    maxRetries: 0,
    sniffOnStart: false,
    sniffOnConnectionFault: false,
    ...(settings.cloudId === undefined ? { nodes: urls.map((url) => url.href) } : { cloud: { id: settings.cloudId } }),
    ...authOf(settings),
    tls: { ...tls, ...(trusted.length > 0 ? { ca: [...(tls.ca ?? []), ...trusted] } : {}) },
    ...(settings.proxy === undefined ? {} : { proxy: settings.proxy }),
    headers: { ...settings.headers },
  };
  return new ElasticClient(options);
}

function authOf({ apiKey, user, password }: ConnectionSettings): Pick<ClientOptions, "auth"> {
  // An empty text is what `"${API_KEY:}"` gives where the variable is not set.
  if (apiKey !== undefined && apiKey !== "") {
    return { auth: { apiKey: apiKey.includes(":") ? Buffer.from(apiKey).toString("base64") : apiKey } };
  }
  return user === undefined || user === "" ? {} : { auth: { username: user, password: password ?? "" } };
}

/** The CA that the servers send and the user named by its fingerprint; none where certificates are not checked anyway. */
async function trustedCas({ tls }: ConnectionSettings, urls: readonly URL[]): Promise<string[]> {
  const fingerprint = tls?.caFingerprint;
  if (fingerprint === undefined || tls?.verification === "none") return [];
  const failures: unknown[] = [];
  for (const url of urls.filter(({ protocol }) => protocol === "https:")) {
    try {
      return [await fetchTrustedCa(url, fingerprint)];
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return [];
}
