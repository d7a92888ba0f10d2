/** State of an alarm by its name; nothing for one that does not exist. */
export type StateOf = (name: string) => string | undefined;

/**
 * Whether a composite alarm's rule is true: `ALARM("a") OR (ALARM(b) AND NOT OK(c))`, `TRUE`, `FALSE`.
 *
 * @throws Error saying what is wrong with the rule, or which alarm it names that does not exist.
 */
export function ruleHolds(rule: string, stateOf: StateOf): boolean {
  const tokens = rule.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g) ?? [];
  let at = 0;
  const next = () => tokens[at++];
  const peek = (word: string) => tokens[at]?.toUpperCase() === word;

  function either(): boolean {
    let value = both();
    while (peek("OR")) {
      at += 1;
      value = both() || value;
    }
    return value;
  }
  function both(): boolean {
    let value = one();
    while (peek("AND")) {
      at += 1;
      value = one() && value;
    }
    return value;
  }
  function one(): boolean {
    const token = next()?.toUpperCase();
    if (token === "NOT") return !one();
    if (token === "TRUE") return true;
    if (token === "FALSE") return false;
    if (token === "(") {
      const value = either();
      if (next() !== ")") throw new Error("a parenthesis is not closed");
      return value;
    }
    if (token !== "ALARM" && token !== "OK" && token !== "INSUFFICIENT_DATA")
      throw new Error(`"${token ?? "the end"}" is not expected`);
    if (next() !== "(") throw new Error(`${token} needs an alarm in parentheses`);
    const name = alarmName(next() ?? "");
    if (next() !== ")") throw new Error(`${token}(${name} is not closed`);
    const state = stateOf(name);
    if (state === undefined) throw new Error(`there is no alarm ${name}`);
    return state === token;
  }

  const value = either();
  if (at < tokens.length) throw new Error(`"${tokens[at]}" is not expected`);
  return value;
}

/** A name, or the name in an alarm's ARN. */
function alarmName(text: string): string {
  const plain = text.replace(/^"|"$/g, "").replaceAll('\\"', '"');
  return /^arn:aws:cloudwatch:[^:]*:\d*:alarm:(.*)$/.exec(plain)?.[1] ?? plain;
}
