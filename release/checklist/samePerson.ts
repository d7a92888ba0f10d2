/** Whether two texts name one person: letter case, spaces, accents and look-alikes of other scripts do not make another one. */
export function samePerson(a: string, b: string): boolean {
  return personKey(a) === personKey(b);
}

/** Letters of Cyrillic and Greek that cannot be told from Latin ones, by what they look like (Unicode TR39, the lower-case part). */
const lookAlikes: Readonly<Record<string, string>> = {
  а: "a",
  в: "b",
  е: "e",
  ѕ: "s",
  і: "i",
  ј: "j",
  к: "k",
  м: "m",
  н: "h",
  о: "o",
  р: "p",
  с: "c",
  т: "t",
  у: "y",
  х: "x",
  ԁ: "d",
  ԛ: "q",
  ԝ: "w",
  һ: "h",
  ӏ: "l",
  α: "a",
  β: "b",
  ε: "e",
  ι: "i",
  κ: "k",
  ν: "v",
  ο: "o",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x",
};

function personKey(name: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}|\p{C}|\p{Z}|[<>().,"'_-]/gu, "");
  return [...plain].map((letter) => lookAlikes[letter] ?? letter).join("");
}
