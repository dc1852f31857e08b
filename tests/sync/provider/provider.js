// A certified OpenID provider on loopback, for tests of signing in. Arguments: the folder of its packages, and a file
// that says its keys, its clients and its certificate. It says where it is, and ends with its standard input.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [packages, told] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(join(packages, "node_modules/oidc-provider/lib/index.js")));
const { jwks, clients, certificate, key } = JSON.parse(readFileSync(told, "utf8"));

const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
server.listen(0, "127.0.0.1", () => {
  const issuer = `https://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients,
    jwks,
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "PS256", "ES256"] },
    claims: { openid: ["sub", "employee"] },
    conformIdTokenClaims: false,
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 300, Interaction: 600, Session: 600 },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, employee: `E-${id}` }) }),
  });
  server.on("request", provider.callback());
  console.log(JSON.stringify({ issuer }));
});
process.stdin.resume().on("end", () => process.exit(0));
