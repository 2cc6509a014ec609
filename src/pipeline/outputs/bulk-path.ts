/** What stands before `/_bulk` in a path of the bulk API; undefined when it does not end with that. */
export function bulkPathPrefix(bulkPath: string): string | undefined {
  const [, prefix] = /^\/?(.*?)\/?_bulk\/?$/.exec(bulkPath) ?? [];
  return prefix;
}
