/** The part of the function environment's SDK that the set-up uses. */
declare module "@aws-sdk/client-secrets-manager" {
  export class GetSecretValueCommand {
    constructor(input: { readonly SecretId: string });
  }
  export class SecretsManagerClient {
    constructor(configuration: Readonly<Record<string, never>>);
    send(command: GetSecretValueCommand): Promise<{ readonly SecretString?: string }>;
  }
}
