export const SETUP_HELP = `
Examples:
  antler setup                                            for the pipelines that come with Antler
  antler setup -f /etc/antler/conf.d/
  antler setup --path.settings /etc/logstash --yes
  ANTLER_SETUP_API_KEY=id:key antler setup --hosts https://es1:9200 --ca ca.pem --retention 90d
  antler setup --export templates/                        files to apply by other means, for an ordinary server
  antler setup --json | jq '.clusters[].assets[] | select(.action != "same")'

It shows what it would create and change, with each difference, and asks. What it did not make, or what somebody has changed since, it leaves
alone and says so. Run twice, the second run finds nothing to do. Clusters and datasets are those of the pipelines' elasticsearch outputs.
Credentials of its own: ANTLER_SETUP_API_KEY, or ANTLER_SETUP_USER and ANTLER_SETUP_PASSWORD; else those of the outputs.
docs/setup.md tells what is made, and which rights it needs.

Exit codes: 0 all is as it should be, 1 something is left to do or was refused, 2 usage, 78 the configuration has errors.`;
