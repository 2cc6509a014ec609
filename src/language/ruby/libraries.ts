/** What `require` finds. All of it is there without `require` too. */
export const LIBRARIES: ReadonlySet<string> = new Set([
  "time",
  "date",
  "json",
  "digest",
  "digest/md5",
  "digest/sha1",
  "digest/sha2",
  "digest/sha256",
  "openssl",
  "base64",
  "securerandom",
  "set",
  "uri",
  "cgi",
  "cgi/util",
  "ipaddr",
  "socket",
  "bigdecimal",
  "bigdecimal/util",
  "zlib",
  "yaml",
  "psych",
  "csv",
  "stringio",
  "pathname",
  "erb",
  "ostruct",
  "logger",
  "monitor",
  "thread",
  "timeout",
  "English",
  "pp",
  "forwardable",
  "singleton",
  "java",
  "rubygems",
  "logstash/event",
  "logstash/timestamp",
  "logstash/namespace",
  "logstash/json",
  "logstash/util",
]);

/** Constants that code may use, by their first name: Ruby's core as Opal has it, and what is added to it. */
export const CONSTANTS: ReadonlySet<string> = new Set(
  `ARGV ArgumentError Array BasicObject Binding Boolean Class ClosedQueueError Comparable Complex Dir ENV EOFError Encoding EncodingError Enumerable
  Enumerator Errno Exception FALSE File FiberError Float FloatDomainError FrozenError GC Hash IO IOError IndexError Integer Interrupt Kernel KeyError
  LoadError LocalJumpError Marshal MatchData Math Method Module NIL NameError NilClass NoMatchingPatternError NoMatchingPatternKeyError NoMemoryError
  NoMethodError NotImplementedError Number Numeric Object ObjectSpace Opal Proc Process RUBY_COPYRIGHT RUBY_DESCRIPTION RUBY_ENGINE RUBY_PATCHLEVEL
  RUBY_PLATFORM RUBY_VERSION Random Range RangeError Rational Regexp RegexpError RuntimeError STDERR STDIN STDOUT ScriptError SecurityError Set Signal
  SignalException StandardError StopIteration String Struct Symbol SyntaxError SystemCallError SystemExit SystemStackError TOPLEVEL_BINDING TRUE
  TrueClass FalseClass TypeError UnboundMethod UncaughtThrowError ZeroDivisionError Time Fixnum Bignum
  LogStash Date DateTime JSON Digest OpenSSL Base64 SecureRandom URI CGI ERB IPAddr BigDecimal Zlib YAML Psych CSV StringIO OpenStruct Mutex Thread
  Monitor Queue Timeout Socket Concurrent`.split(/\s+/),
);
