/** What stands under the options in `antler search --help`. */
export const SEARCH_HELP: string = `
The query:
  error                            the word, in any field
  message:"connection refused"     words in a row
  http.response.status_code >= 500 and not url.path:/health*
  source.ip:10.0.0.0/8 and event.outcome:failure
  user.name:(root or admin) and process.name:*
Blanks between words of a value belong to it; and, or, not and parentheses join; * stands for anything.

Examples:
  antler search 'log.level:error or event.outcome:failure' --since 15m
  antler search 'event.dataset:nginx.access' --columns @timestamp,source.ip,url.path,http.response.status_code
  antler search 'http.response.status_code >= 500' --histogram --since 1d
  antler search 'event.dataset:system.auth' --json | jq .user.name
  antler search 'process.name:sshd' --follow`;
