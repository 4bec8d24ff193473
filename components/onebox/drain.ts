/** Where the program lies, on each balancer host, that takes a web server out of rotation and puts it back. */
import { layout } from "./deployment.ts";

export const drainProgram = `${layout.etc}/balancer/drain-server`;
