import { pbkdf2Sync, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ElasticApi } from "../../src/elastic/assets/elastic-api.ts";
import type { JsonObject } from "../../src/elastic/assets/json.ts";
import type { ApiConnection } from "../../src/elastic/bulk-types.ts";
import { elasticConnection } from "../../src/elastic/connection.ts";
import { makeCertificates } from "../lumberjack/support.ts";
import { OwnElasticsearch } from "./own-elasticsearch.ts";

const USER = "boss";
const PASSWORD = "known-to-this-test-only";

/** A real Elasticsearch with TLS and security, and a superuser's way in. */
export interface SecuredElasticsearch {
  readonly url: string;
  /** File with the CA's certificate. */
  readonly ca: string;
  readonly api: ElasticApi;
  /** To be closed. */
  connect(apiKey: string): Promise<ApiConnection>;
  /** A new API key with these rights and no others, encoded. */
  apiKey(role: JsonObject): Promise<string>;
  remove(): Promise<void>;
}

/** Undefined when there is no server, or no openssl. Takes 10 to 20 s. */
export async function securedElasticsearch(): Promise<SecuredElasticsearch | undefined> {
  const certificates = makeCertificates();
  if (certificates === undefined) return undefined;
  const server = await OwnElasticsearch.start(
    [
      "xpack.security.enabled=true",
      "xpack.security.http.ssl.enabled=true",
      "xpack.security.http.ssl.certificate=server.crt",
      "xpack.security.http.ssl.key=server.key",
    ],
    {
      "server.crt": certificates.server.cert,
      "server.key": certificates.server.key,
      users: `${USER}:${passwordHash()}\n`,
      users_roles: `superuser:${USER}\n`,
    },
  );
  if (server === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "antler-secured-elasticsearch-"));
  const ca = join(folder, "ca.pem");
  await writeFile(ca, certificates.ca);
  const connection: ApiConnection = await elasticConnection({
    hosts: [server.url],
    user: USER,
    password: PASSWORD,
    tls: { certificateAuthorities: [ca] },
  });
  const api = new ElasticApi(connection, new AbortController().signal);
  return {
    url: server.url,
    ca,
    api,
    connect: (apiKey) => elasticConnection({ hosts: [server.url], apiKey, tls: { certificateAuthorities: [ca] } }),
    async apiKey(role) {
      const body = { name: `key-${randomBytes(4).toString("hex")}`, role_descriptors: { role } };
      return String((await api.call("POST", "/_security/api_key", body))["encoded"]);
    },
    async remove() {
      await connection.close();
      await server.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As the file realm keeps it. Source: Elasticsearch, "Secure settings: user cache and password hash algorithms", pbkdf2. */
function passwordHash(): string {
  const [salt, rounds] = [randomBytes(32), 10_000];
  const hash = pbkdf2Sync(PASSWORD, salt, rounds, 32, "sha512");
  return `{PBKDF2}${rounds}$${salt.toString("base64")}$${hash.toString("base64")}`;
}
