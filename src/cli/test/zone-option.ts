/** `timezone` of a test's options as a name that `TZ` takes; a plain text says what is wrong. */
export function zoneOption(value: unknown): { readonly text: string } | string {
  if (typeof value !== "string") return "the name of a time zone is expected";
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(value);
  if (offset !== null) {
    const [, sign, hours, minutes] = offset;
    if (minutes !== "00") return "of offsets only whole hours are possible; give the zone's name, such as Asia/Kolkata";
    if (Number(hours) > 12) return "no zone is so far from UTC";
    // POSIX counts westwards.
    return { text: Number(hours) === 0 ? "UTC" : `Etc/GMT${sign === "+" ? "-" : "+"}${Number(hours)}` };
  }
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return { text: value };
  } catch {
    return `there is no time zone ${JSON.stringify(value)}`;
  }
}
