import { randomInt } from "node:crypto";

/** Rules of a random text; the names are those of @pulumi/random. */
export interface PasswordRules {
  readonly length: number;
  readonly lower: boolean;
  readonly upper: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  readonly minLower: number;
  readonly minUpper: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
  /** Special characters to use in place of the default ones. */
  readonly overrideSpecial?: string | undefined;
}

const lowerLetters = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
/** Special characters that the official plugin uses. */
const defaultSpecial = "!@#$%&*()-_=+[]{}<>:?";

interface CharacterClass {
  readonly characters: string;
  readonly allowed: boolean;
  readonly minimum: number;
}

function classesOf(rules: PasswordRules): readonly CharacterClass[] {
  const special = rules.overrideSpecial || defaultSpecial;
  return [
    { characters: lowerLetters, allowed: rules.lower, minimum: rules.minLower },
    { characters: lowerLetters.toUpperCase(), allowed: rules.upper, minimum: rules.minUpper },
    { characters: digits, allowed: rules.numeric, minimum: rules.minNumeric },
    { characters: special, allowed: rules.special, minimum: rules.minSpecial },
  ];
}

/** What is wrong with the rules taken together. */
export function passwordFindings(rules: PasswordRules): readonly { property: string; reason: string }[] {
  const classes = classesOf(rules);
  const minimum = classes.reduce((sum, each) => sum + each.minimum, 0);
  const found: { property: string; reason: string }[] = [];
  if (minimum > rules.length) {
    found.push({
      property: "length",
      reason: `${rules.length} is less than the minimums together (${minimum})`,
    });
  }
  if (rules.length > minimum && !classes.some(({ allowed }) => allowed)) {
    found.push({ property: "lower", reason: "at least one class of characters must be allowed" });
  }
  return found;
}

function pick(characters: string, count: number): string[] {
  return Array.from({ length: count }, () => characters.charAt(randomInt(characters.length)));
}

/** Fisher-Yates with a cryptographic source. */
function shuffle(characters: readonly string[]): string {
  const mixed = [...characters];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    const moved = mixed[last] ?? "";
    mixed[last] = mixed[other] ?? "";
    mixed[other] = moved;
  }
  return mixed.join("");
}

/** A random text by rules without findings, from the operating system's cryptographic source. */
export function randomText(rules: PasswordRules): string {
  const classes = classesOf(rules);
  const required = classes.flatMap(({ characters, minimum }) => pick(characters, minimum));
  const all = classes
    .filter(({ allowed }) => allowed)
    .map(({ characters }) => characters)
    .join("");
  return shuffle([...required, ...pick(all, rules.length - required.length)]);
}
