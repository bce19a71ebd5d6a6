// Asks @sigstore/verify about bundles: one JSON object a line on standard input, true or false a line on standard output.
//
// Only what these packages export is used. A refusal of theirs is false; anything else that goes wrong ends the run.
import { createInterface } from "node:readline";
import { ValidationError, bundleFromJSON } from "@sigstore/bundle";
import { PolicyError, VerificationError, Verifier, toSignedEntity, toTrustMaterial } from "@sigstore/verify";

const raw = (text) => Buffer.from(text, "base64");

// The logs and the signer that are trusted; no certificates and no time stamps, for these envelopes have none.
function trusted({ logs, signer }) {
  const tlogs = logs.map(({ url, id, key }) => ({
    baseUrl: url,
    logId: { keyId: raw(id) },
    checkpointKeyId: { keyId: raw(id) },
    publicKey: { rawBytes: raw(key), keyDetails: 7 }, // PKIX_ED25519
  }));
  const root = { certificateAuthorities: [], timestampAuthorities: [], tlogs, ctlogs: [] };
  return toTrustMaterial(root, { [signer.hint]: { rawBytes: raw(signer.key) } });
}

const verifiers = new Map(); // one for each trust: reading keys takes most of the time

function verifierFor({ logs, signer }) {
  const name = JSON.stringify([logs, signer]);
  if (!verifiers.has(name)) {
    const options = { tlogThreshold: 1, timestampThreshold: 0, ctlogThreshold: 0 };
    verifiers.set(name, new Verifier(trusted({ logs, signer }), options));
  }
  return verifiers.get(name);
}

function holds(asked) {
  try {
    verifierFor(asked).verify(toSignedEntity(bundleFromJSON(asked.bundle)));
    return true;
  } catch (error) {
    if (error instanceof VerificationError || error instanceof ValidationError || error instanceof PolicyError) return false;
    throw error;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(String(holds(JSON.parse(line))));
}
