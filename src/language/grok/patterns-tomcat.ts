import type { PatternTable } from "./pattern-table.ts";

/** Logs of Apache Tomcat and its Catalina: one line since version 8, two in version 7, fields between bars before that. */
export function tomcatPatterns(ecs: boolean): PatternTable {
  return ecs ? ECS : LEGACY;
}

const LEGACY: PatternTable = {
  CATALINA_DATESTAMP: "%{MONTH} %{MONTHDAY}, 20%{YEAR} %{HOUR}:?%{MINUTE}(?::?%{SECOND}) (?:AM|PM)",
  TOMCAT_DATESTAMP: "20%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:?%{MINUTE}(?::?%{SECOND}) %{ISO8601_TIMEZONE}",
  CATALINALOG: "%{CATALINA_DATESTAMP:timestamp} %{JAVACLASS:class} %{JAVALOGMESSAGE:logmessage}",
  TOMCATLOG:
    "%{TOMCAT_DATESTAMP:timestamp} \\| %{LOGLEVEL:level} \\| %{JAVACLASS:class} - %{JAVALOGMESSAGE:logmessage}",
};

const CLASS = "%{JAVACLASS:[java][log][origin][class][name]}";
const METHOD = "%{JAVAMETHOD:[log][origin][function]}";

const ECS: PatternTable = {
  CATALINA7_DATESTAMP: "%{MONTH} %{MONTHDAY}, %{YEAR} %{HOUR}:%{MINUTE}:%{SECOND} (?:AM|PM)",
  CATALINA7_LOG: `%{CATALINA7_DATESTAMP:timestamp} ${CLASS}(?: ${METHOD})?\\s*(?:%{LOGLEVEL:[log][level]}:)? %{JAVALOGMESSAGE:message}`,
  CATALINA8_DATESTAMP: "%{MONTHDAY}-%{MONTH}-%{YEAR} %{HOUR}:%{MINUTE}:%{SECOND}",
  // The class and the method stand together; the last name is the method's.
  CATALINA8_LOG: `%{CATALINA8_DATESTAMP:timestamp} %{LOGLEVEL:[log][level]} \\[%{DATA:[java][log][origin][thread][name]}\\] ${CLASS}\\.(?:${METHOD})? %{JAVALOGMESSAGE:message}`,
  CATALINA_DATESTAMP: "(?:%{CATALINA8_DATESTAMP}|%{CATALINA7_DATESTAMP})",
  CATALINALOG: "(?:%{CATALINA8_LOG}|%{CATALINA7_LOG})",
  TOMCAT7_LOG: "%{CATALINA7_LOG}",
  TOMCAT8_LOG: "%{CATALINA8_LOG}",
  TOMCATLEGACY_DATESTAMP: "%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:%{MINUTE}:%{SECOND}(?: %{ISO8601_TIMEZONE})?",
  TOMCATLEGACY_LOG: `%{TOMCATLEGACY_DATESTAMP:timestamp} \\| %{LOGLEVEL:[log][level]} \\| ${CLASS} - %{JAVALOGMESSAGE:message}`,
  TOMCAT_DATESTAMP: "(?:%{CATALINA8_DATESTAMP}|%{CATALINA7_DATESTAMP}|%{TOMCATLEGACY_DATESTAMP})",
  TOMCATLOG: "(?:%{TOMCAT8_LOG}|%{TOMCAT7_LOG}|%{TOMCATLEGACY_LOG})",
};
