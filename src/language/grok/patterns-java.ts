import type { PatternTable } from "./pattern-table.ts";

/** Java's names and stack traces, and the logs of Catalina and Tomcat. */
export function javaPatterns(ecs: boolean): PatternTable {
  return { ...COMMON, ...(ecs ? ECS : LEGACY) };
}

const COMMON: PatternTable = {
  JAVACLASS: "[A-Za-z$_][\\w$]*(?:\\.[A-Za-z$_][\\w$]*)*",
  // A space is allowed: some have `Unknown Source` or `Native Method`.
  JAVAFILE: "[\\w$. -]+",
  JAVAMETHOD: "(?:<(?:cl)?init>|[A-Za-z$_][\\w$]*)",
  JAVATHREAD: "[A-Z]{2}-Processor\\d+",
  JAVALOGMESSAGE: ".*",
};

const LEGACY: PatternTable = {
  JAVASTACKTRACEPART: "%{SPACE}at %{JAVACLASS:class}\\.%{JAVAMETHOD:method}\\(%{JAVAFILE:file}(?::%{INT:line})?\\)",
};

const ECS: PatternTable = {
  JAVASTACKTRACEPART: [
    "%{SPACE}at %{JAVACLASS:[java][log][origin][class][name]}\\.%{JAVAMETHOD:[log][origin][function]}",
    "\\(%{JAVAFILE:[log][origin][file][name]}(?::%{INT:[log][origin][file][line]:int})?\\)",
  ].join(""),
};
