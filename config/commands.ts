/** Paths of keys as text, and the `pulumi config` lines about them. Pure. */

/** Namespace of the program's keys: the project's name in Pulumi.yaml. */
export const namespace = "foobar";

type Path = readonly PropertyKey[];

/** `servers`, 0, `name` → `foobar:servers[0].name`; unusual names as `["a.b"]`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part, index) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const name = String(part);
    if (index === 0) return `${text}${name}`;
    return /^[A-Za-z_][\w-]*$/.test(name) ? `${text}.${name}` : `${text}[${JSON.stringify(name)}]`;
  }, `${namespace}:`);
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const shellWord = (text: string) => (/^[\w./:@%+=,-]+$/.test(text) ? text : quoted(text));

/** `--path 'foobar:tls.mode'`, or `foobar:cloud` for a key of the first level. */
function keyArgument(path: Path): string {
  return path.length > 1 ? `--path ${quoted(pathText(path))}` : shellWord(pathText(path));
}

/** Text that `pulumi config set --path` would store as a number or a boolean unless told otherwise. */
const looksTyped = (text: string) => /^(true|false|-?\d+)$/.test(text);

/** The line that sets a key. */
export function setCommand(path: Path, value: string | number | boolean): string {
  const type = path.length > 1 && typeof value === "string" && looksTyped(value) ? "--type string " : "";
  return `pulumi config set ${type}${keyArgument(path)} ${shellWord(String(value))}`;
}

/** The line that sets a secret key; it asks for the value, which so stays out of the shell's history. */
export function setSecretCommand(path: Path): string {
  return `pulumi config set --secret ${keyArgument(path)}`;
}

/** The line that removes a key. */
export function removeCommand(path: Path): string {
  return `pulumi config rm ${keyArgument(path)}`;
}
