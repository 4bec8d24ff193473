/** The policy pack as the engine runs it: its own process, asked over gRPC. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import * as grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type {
  AnalyzeDiagnostic,
  AnalyzeRequest,
  AnalyzeResponse,
  AnalyzerResource,
  AnalyzeStackRequest,
} from "@pulumi/pulumi/proto/analyzer_pb.js";
import proto from "@pulumi/pulumi/proto/analyzer_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import { type Registered, root } from "../../support/mockedStack.ts";

/** A resource as the pack is told of it. */
export interface Judged {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly protect?: boolean;
  /** Properties of its provider. */
  readonly provider?: Readonly<Record<string, unknown>>;
  /** Property → URNs of the resources that its value comes from. */
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
}

/** Resources of a mocked stack, as the engine would hand them on. */
export const judgedResources = (resources: readonly Registered[]): readonly Judged[] =>
  resources.map((resource) => {
    const provider = resources.find(({ urn }) => urn === resource.provider);
    return {
      urn: resource.urn,
      type: resource.type,
      name: resource.name,
      properties: resource.wire,
      protect: resource.protect,
      ...(provider ? { provider: provider.wire } : {}),
      propertyDependencies: resource.propertyDependencies,
    };
  });

/** What a rule said. */
export interface Verdict {
  readonly rule: string;
  /** URN of the resource that it is about. */
  readonly urn: string;
  readonly message: string;
  /** A violation stops the update; a note says that the rule could not look yet. */
  readonly kind: "violation" | "note";
}

const struct = (value: Readonly<Record<string, unknown>>) =>
  structs.Struct.fromJavaScript(JSON.parse(JSON.stringify(value)));

const options = ({ protect = false }: Judged) => {
  const message = new proto.AnalyzerResourceOptions();
  message.setProtect(protect);
  return message;
};

const provider = ({ provider: properties }: Judged) => {
  if (properties === undefined) return undefined;
  const message = new proto.AnalyzerProviderResource();
  message.setType("pulumi:providers:aws");
  message.setProperties(struct(properties));
  return message;
};

function described<T extends AnalyzeRequest | AnalyzerResource>(message: T, resource: Judged): T {
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(resource.name);
  message.setProperties(struct(resource.properties));
  message.setOptions(options(resource));
  const its = provider(resource);
  if (its) message.setProvider(its);
  return message;
}

const verdictOf = (diagnostic: AnalyzeDiagnostic, about: string): Verdict => ({
  rule: diagnostic.getPolicyname(),
  urn: diagnostic.getUrn() || about,
  message: diagnostic.getMessage(),
  kind: diagnostic.getEnforcementlevel() === proto.EnforcementLevel.ADVISORY ? "note" : "violation",
});

type Call<R> = (
  request: R,
  callback: (error: grpc.ServiceError | null, response: AnalyzeResponse) => void,
) => unknown;

function ask<R>(call: Call<R>, request: R, about: string): Promise<readonly Verdict[]> {
  return new Promise((resolve, reject) => {
    call(request, (error, response) => {
      if (error) reject(error);
      else resolve(response.getDiagnosticsList().map((each) => verdictOf(each, about)));
    });
  });
}

/** A running pack. */
export class Pack {
  private readonly child: ChildProcessByStdio<null, Readable, null>;
  private readonly client: services.AnalyzerClient;

  private constructor(child: ChildProcessByStdio<null, Readable, null>, client: services.AnalyzerClient) {
    this.child = child;
    this.client = client;
  }

  /** Starts it as the engine does, and waits for the port that it prints. */
  static async start(): Promise<Pack> {
    const child = spawn(join(root, "policy/pulumi-analyzer-policy-node24"), ["127.0.0.1:1", "."], {
      cwd: join(root, "policy"),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = await once(createInterface({ input: child.stdout }), "line");
    return new Pack(
      child,
      new services.AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure()),
    );
  }

  /** Asks every rule about every resource, and about all of them together. */
  async judge(resources: readonly Judged[]): Promise<readonly Verdict[]> {
    const analyze: Call<AnalyzeRequest> = (request, callback) => this.client.analyze(request, callback);
    const analyzeStack: Call<AnalyzeStackRequest> = (request, callback) =>
      this.client.analyzeStack(request, callback);
    const each = await Promise.all(
      resources.map((resource) =>
        ask(analyze, described(new proto.AnalyzeRequest(), resource), resource.urn),
      ),
    );
    const together = new proto.AnalyzeStackRequest();
    for (const resource of resources) {
      const message = described(new proto.AnalyzerResource(), resource);
      for (const [property, urns] of Object.entries(resource.propertyDependencies ?? {})) {
        const dependencies = new proto.AnalyzerPropertyDependencies();
        dependencies.setUrnsList([...urns]);
        message.getPropertydependenciesMap().set(property, dependencies);
      }
      together.addResources(message);
    }
    return [...each.flat(), ...(await ask(analyzeStack, together, "stack"))];
  }

  /** Ends it and waits until it is gone. */
  async stop(): Promise<void> {
    this.client.close();
    this.child.kill();
    await once(this.child, "exit");
  }
}
