/** The plugin as the engine meets it: a process of its own, spoken to over the wire. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import structs, { type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";

/** Properties as they go over the wire. */
export type Properties = Readonly<Record<string, JavaScriptValue>>;

/** A failure of a call, and what it tells the engine to record of a half-made resource. */
export class CallFailure extends Error {
  readonly recorded: { readonly id: string; readonly properties: unknown; readonly reasons: string[] } | null;

  constructor(error: grpc.ServiceError) {
    super(error.details);
    this.recorded = recordedIn(error.metadata.get("grpc-status-details-bin")[0]);
  }
}

function recordedIn(details: string | Buffer | undefined): CallFailure["recorded"] {
  if (!(details instanceof Buffer)) return null;
  const [detail] = statuses.Status.deserializeBinary(details).getDetailsList();
  if (!detail) return null;
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  return {
    id: failed.getId(),
    properties: failed.getProperties()?.toJavaScript(),
    reasons: failed.getReasonsList(),
  };
}

/** The engine's side of a running plugin. */
export class Plugin {
  private readonly child: ChildProcess;
  private readonly client: InstanceType<typeof services.ResourceProviderClient>;

  private constructor(child: ChildProcess, port: string) {
    this.child = child;
    this.client = new services.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  /** Starts the plugin by the name that the engine looks for; it answers with the port it listens on. */
  static async start(env: NodeJS.ProcessEnv = {}): Promise<Plugin> {
    const program = join(import.meta.dirname, "../../../provider/pulumi-resource-onebox");
    // An engine's address, of which nothing is asked in these tests.
    const child = spawn(program, ["127.0.0.1:1"], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, ...env },
    });
    for await (const line of createInterface({ input: child.stdout })) return new Plugin(child, line);
    throw new Error("the plugin ended without a word");
  }

  /** Ends it as the engine does. @returns its exit code; null when it just died of the signal */
  async stop(): Promise<number | null> {
    this.client.close();
    const ended = new Promise<number | null>((done) => this.child.once("exit", done));
    this.child.kill("SIGINT");
    return ended;
  }

  /** What the plugin accepts. */
  async configure() {
    const answer = await called<InstanceType<typeof messages.ConfigureResponse>>((back) =>
      this.client.configure(new messages.ConfigureRequest(), back),
    );
    return { secrets: answer.getAcceptsecrets(), outputs: answer.getAcceptoutputs() };
  }

  /** Paths of what is wrong with the inputs. */
  async check(urn: string, news: Properties): Promise<string[]> {
    const request = new messages.CheckRequest();
    request.setUrn(urn);
    request.setOlds(structs.Struct.fromJavaScript({}));
    request.setNews(structs.Struct.fromJavaScript(news));
    const answer = await called<InstanceType<typeof messages.CheckResponse>>((back) =>
      this.client.check(request, back),
    );
    return answer.getFailuresList().map((failure) => failure.getProperty());
  }

  /** @throws CallFailure */
  async create(urn: string, inputs: Properties) {
    const request = new messages.CreateRequest();
    request.setUrn(urn);
    request.setProperties(structs.Struct.fromJavaScript(inputs));
    const answer = await called<InstanceType<typeof messages.CreateResponse>>((back) =>
      this.client.create(request, back),
    );
    return { id: answer.getId(), properties: answer.getProperties()?.toJavaScript() };
  }

  /** @throws CallFailure */
  async read(urn: string, id: string, state: Properties) {
    const request = new messages.ReadRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setProperties(structs.Struct.fromJavaScript(state));
    const answer = await called<InstanceType<typeof messages.ReadResponse>>((back) =>
      this.client.read(request, back),
    );
    return { id: answer.getId(), properties: answer.getProperties()?.toJavaScript() };
  }
}

/** A call as a promise. */
function called<A>(
  call: (back: (error: grpc.ServiceError | null, answer: A) => void) => unknown,
): Promise<A> {
  return new Promise((done, fail) => {
    call((error, answer) => (error === null ? done(answer) : fail(new CallFailure(error))));
  });
}
