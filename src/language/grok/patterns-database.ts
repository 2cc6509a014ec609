import { type CaptureNames, withNames } from "./pattern-names.ts";
import type { PatternTable } from "./pattern-table.ts";

/** Logs of MongoDB, PostgreSQL and Redis. */
export function databasePatterns(ecs: boolean): PatternTable {
  const lines = { ...LINES, ...(ecs ? MONGO_ECS : {}) };
  return { ...PARTICLES, ...withNames(lines, ecs ? ECS : LEGACY) };
}

const PARTICLES: PatternTable = {
  MONGO_QUERY: "\\{.*?\\}(?= ntoreturn:)",
  MONGO_WORDDASH: "\\b[\\w-]+\\b",
  MONGO3_SEVERITY: "\\w",
  // Of later versions a dash stands for none.
  MONGO3_COMPONENT: "(?:%{WORD}|-)",
  REDISTIMESTAMP: "%{MONTHDAY} %{MONTH} %{TIME}",
};

const LINES: PatternTable = {
  MONGO_LOG: "%{SYSLOGTIMESTAMP:timestamp} \\[%{WORD:component}\\] %{GREEDYDATA:message}",
  MONGO_SLOWQUERY: [
    "%{WORD:operation} %{MONGO_WORDDASH:database}\\.%{MONGO_WORDDASH:collection} %{WORD}: %{MONGO_QUERY:query} ntoreturn:%{NONNEGINT:ntoreturn}",
    "ntoskip:%{NONNEGINT:ntoskip} nscanned:%{NONNEGINT:nscanned}.*? nreturned:%{NONNEGINT:nreturned}.*? %{INT:duration}ms",
  ].join(" "),
  MONGO3_LOG:
    "%{TIMESTAMP_ISO8601:timestamp} %{MONGO3_SEVERITY:severity} %{MONGO3_COMPONENT:mongo_component}%{SPACE}(?:\\[%{DATA:context}\\])? ?%{GREEDYDATA:message}",
  POSTGRESQL: "%{DATESTAMP:timestamp} %{TZ} %{DATA:user_id} %{GREEDYDATA:connection_id} %{POSINT:pid}",
  REDISLOG: "\\[%{POSINT:pid}\\] %{REDISTIMESTAMP:redis_time} \\*",
  REDISMONLOG:
    '%{NUMBER:timestamp} \\[%{INT:redis_database} (?:%{IP:client}:%{NUMBER:port}|lua|unix:%{NOTSPACE})\\] "%{WORD:command}"\\s?%{GREEDYDATA:params}',
};

const MONGO_ECS: PatternTable = {
  MONGO_SLOWQUERY: [
    "(?:\\[%{DATA}\\] )?%{WORD:operation} %{MONGO_WORDDASH:database}\\.%{MONGO_WORDDASH:collection} %{WORD}: %{MONGO_QUERY:query} ntoreturn:%{NONNEGINT:ntoreturn}",
    "ntoskip:%{NONNEGINT:ntoskip} nscanned:%{NONNEGINT:nscanned}.*? nreturned:%{NONNEGINT:nreturned}.*? %{INT:duration}ms",
  ].join(" "),
  REDISMONLOG:
    '%{NUMBER:timestamp} \\[%{INT:redis_database} (?:%{IP:client}:%{NUMBER:port}|lua|unix:%{NOTSPACE})\\] "%{WORD:command}"(?: %{GREEDYDATA:params})?',
};

const LEGACY: CaptureNames = { mongo_component: "component", redis_time: "", redis_database: "database" };

const ECS: CaptureNames = {
  component: "[mongodb][component]",
  mongo_component: "-|[mongodb][component]",
  severity: "[log][level]",
  context: "[mongodb][context]",
  operation: "[mongodb][profile][op]",
  database: "[mongodb][database]",
  collection: "[mongodb][collection]",
  query: "[mongodb][query][original]",
  ntoreturn: "[mongodb][profile][ntoreturn]:int",
  ntoskip: "[mongodb][profile][ntoskip]:int",
  nscanned: "[mongodb][profile][nscanned]:int",
  nreturned: "[mongodb][profile][nreturned]:int",
  duration: "[mongodb][profile][duration]:int",
  user_id: "[user][name]",
  connection_id: "[postgresql][log][connection_id]",
  pid: "[process][pid]:int",
  redis_time: "timestamp",
  redis_database: "[redis][database][id]",
  client: "[client][ip]",
  port: "[client][port]:int",
  command: "[redis][command][name]",
  params: "[redis][command][args]",
};
