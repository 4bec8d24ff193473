import { basename } from "node:path";

/** Settings of npm that say where and whence to fetch; every other one changes what is installed, or where. */
const connection =
  /^npm_config_(?:registry|\S+:registry|\/\/.*|(?:https?_|no)?proxy|noproxy|ca|cafile|cert|key|strict_ssl|cache|fetch_\w+|maxsockets|userconfig|globalconfig)$/i;

/**
 * The environment for npm of its own: without what a parent `npm run`, pnpm or yarn hands down and without settings that
 * change an installation. Registry, proxies and certificates of the caller stay.
 * @param {NodeJS.ProcessEnv} env environment of the caller
 * @returns {NodeJS.ProcessEnv}
 */
export function npmEnvironment(env) {
  const kept = Object.entries(env).filter(([name]) => !/^npm_/i.test(name) || connection.test(name));
  const { NODE_ENV, NODE_OPTIONS, NODE_PATH, INIT_CWD, ...rest } = Object.fromEntries(kept);
  return rest;
}

/**
 * Command line that installs the npm packages of a folder from its lockfile, whatever the user's own npmrc says of
 * omitting, linking and places. No package here needs a script of its own to be of use, and scripts of strangers are not
 * run for nothing.
 * @param {NodeJS.ProcessEnv} env environment of the caller
 * @param {{omitDev?: boolean}} [options] omitDev: without packages for development
 * @returns {string[]}
 */
export function npmInstallation(env, { omitDev = false } = {}) {
  // npm's own script where npm has started this: the very same npm again. pnpm and yarn put theirs there.
  const script = env.npm_execpath;
  const npm =
    script !== undefined && basename(script) === "npm-cli.js" ? [process.execPath, script] : ["npm"];
  return [
    ...npm,
    "ci",
    "--ignore-scripts",
    ...(omitDev ? ["--omit=dev"] : ["--include=dev"]),
    "--include=optional",
    "--bin-links=true",
    "--global=false",
    "--location=project",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
}
