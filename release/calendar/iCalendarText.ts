import { localDate } from "./localDate.ts";
import { isZone } from "./zone.ts";

/** Largest iCalendar file taken: 1 MiB. */
export const iCalendarLimit = 1024 * 1024;
const longestLine = 8_192;
export const eventsLimit = 2_000;

/** What is read of an event; everything else in it is nobody's business here. */
const read = [
  "UID",
  "DTSTAMP",
  "DTSTART",
  "DTEND",
  "DURATION",
  "SUMMARY",
  "RRULE",
  "EXDATE",
  "RECURRENCE-ID",
  "STATUS",
];
const dated = ["DTSTART", "DTEND", "EXDATE", "RECURRENCE-ID"];
/** Properties that would change on which days an event is, and that nobody expands here. */
const refused = ["RDATE", "EXRULE"];

/**
 * The events of an iCalendar file as content lines, unfolded, with what is read of them only. The library that reads them is tolerant: it
 * takes a file that was cut off, and the 30th of February for the 2nd of March. What is not as RFC 5545 has it is refused here.
 *
 * @throws Error with one sentence
 */
export function eventLines(bytes: Uint8Array): readonly (readonly string[])[] {
  if (bytes.length > iCalendarLimit) throw new Error("it is larger than 1 MiB");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("it is not UTF-8 text");
  }
  const lines = text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/);
  while (lines.at(-1)?.trim() === "") lines.pop();
  if (lines[0]?.trim().toUpperCase() !== "BEGIN:VCALENDAR") throw new Error("it does not begin with BEGIN:VCALENDAR");
  if (lines.at(-1)?.trim().toUpperCase() !== "END:VCALENDAR") throw new Error("it does not end with END:VCALENDAR");
  const events: string[][] = [];
  const inside: string[] = [];
  for (const [index, line] of lines.entries()) {
    const where = `line ${index + 1} (unfolded)`;
    const { name, params, value } = contentLine(line, where);
    if (name === "BEGIN") {
      const opened = value.trim().toUpperCase();
      if (inside.length === 0 ? index > 0 || opened !== "VCALENDAR" : inside.length > 4 || opened === "VCALENDAR") {
        throw new Error(`${where}: ${opened.slice(0, 40)} must not begin here`);
      }
      inside.push(opened);
      if (opened === "VEVENT") {
        if (inside.length !== 2) throw new Error(`${where}: an event must not be inside of something else`);
        if (events.push([]) > eventsLimit) throw new Error(`it has more than ${eventsLimit} events`);
      }
    } else if (name === "END") {
      if (inside.pop() !== value.trim().toUpperCase()) throw new Error(`${where} ends what did not begin`);
      if (inside.length === 1) requireOnce(events.at(-1) ?? [], where);
    } else if (inside.length === 0) {
      throw new Error(`${where} is outside of the calendar`);
    } else if (inside.length === 2 && inside[1] === "VEVENT") {
      if (refused.includes(name)) throw new Error(`${where}: ${name} is not understood`);
      if (dated.includes(name)) requireDates(name, params, value, where);
      if (!read.includes(name)) continue;
      // The library looks for the ends of an event anywhere in its text.
      if (/(BEGIN|END):/i.test(value)) throw new Error(`${where}: ${name} has BEGIN: or END: in its value`);
      events.at(-1)?.push(line);
    }
  }
  if (inside.length > 0) throw new Error(`${inside.at(-1)} does not end`);
  if (events.length === 0) throw new Error("it has no event");
  return events;
}

interface ContentLine {
  readonly name: string;
  readonly params: string;
  readonly value: string;
}

function contentLine(line: string, where: string): ContentLine {
  if (line.length > longestLine) throw new Error(`${where} is longer than ${longestLine} characters`);
  if (/(?!\t)\p{Cc}/u.test(line)) throw new Error(`${where} has a control character`);
  const name = /^[A-Za-z0-9-]{1,64}/.exec(line)?.[0];
  const colon = line.indexOf(":", name?.length ?? 0);
  if (name === undefined || colon === -1 || ![":", ";"].includes(line[name.length] ?? "")) {
    throw new Error(`${where} is no content line`);
  }
  return { name: name.toUpperCase(), params: line.slice(name.length, colon), value: line.slice(colon + 1) };
}

function requireDates(name: string, params: string, value: string, where: string): void {
  const zone = /;TZID="?([^";:]*)"?/i.exec(params)?.[1];
  if (zone !== undefined && !isZone(zone)) {
    throw new Error(`${where}: ${JSON.stringify(zone.slice(0, 60))} is no IANA zone with a place's own rules`);
  }
  for (const text of value.trim().split(",")) {
    const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/.exec(text);
    const [, year, month, day, hour, minute, second, utc] = match ?? [];
    const date = localDate(`${year}-${month}-${day}`);
    const time = hour === undefined || (Number(hour) < 24 && Number(minute) < 60 && Number(second) < 61);
    if (match === null || date === undefined || !time) {
      throw new Error(`${where}: ${JSON.stringify(text.slice(0, 40))} is no date that ${name} may have`);
    }
    if ((hour === undefined) !== /;VALUE=DATE(?![-\w])/i.test(params)) {
      throw new Error(`${where}: ${name} has VALUE=DATE and a time, or neither`);
    }
    if (hour !== undefined && utc !== "Z" && zone === undefined) {
      throw new Error(`${where}: ${name} has a time without a zone`);
    }
  }
}

function requireOnce(event: readonly string[], where: string): void {
  const names = event.map((it) => /^[A-Za-z0-9-]+/.exec(it)?.[0].toUpperCase());
  const twice = names.find((it, index) => it !== "EXDATE" && names.indexOf(it) !== index);
  if (twice !== undefined) throw new Error(`the event that ends at ${where} has ${twice} twice`);
  if (!names.includes("DTSTART")) throw new Error(`the event that ends at ${where} has no DTSTART`);
}
