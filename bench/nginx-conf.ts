/** The configuration of the bench: a file through grok and date, as people write them, into Elasticsearch. `output`: more options of the output. */
export function nginxConf(path: string, url: string, output: string = ""): string {
  return `input { file { path => "${path}" start_position => "beginning" } }
filter {
  grok { match => { "message" => "%{COMBINEDAPACHELOG}" } }
  date { match => [ "timestamp", "dd/MMM/yyyy:HH:mm:ss Z" ] }
}
output { elasticsearch { hosts => ["${url}"] compression_level => 0 ${output} } }
`;
}
