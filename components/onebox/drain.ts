/** Where the program lies, on each balancer host, that takes a web server out of rotation and puts it back. */
import { drainServerProgram } from "../../hosts/haproxy/drain.ts";
import { layout } from "./deployment.ts";

export const drainProgram = drainServerProgram(layout);
