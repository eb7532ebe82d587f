// A file straight to the store of files, in parts, each to an address that this site has signed for
// it. What has come is known by the store, so that an upload goes on after a break.

export class StoreUnreachable extends Error {}

const POLL = 1000;
const ASK_AGAIN = 300; // polls; a worker may have been stopped while it looked
const later = (time) => new Promise((resolve) => { setTimeout(resolve, time); });

/* What the site says of an upload; null when it does not know it. */
async function ask(address, token, fields) {
  const body = fields && new URLSearchParams(fields);
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const answer = await fetch(address, { method: body ? "POST" : "GET", body, headers }).catch(() => {
    throw new Error("The site could not be reached.");
  });
  if (answer.status === 404) return null;
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.error || `The site answered ${answer.status}.`);
  return said;
}

/* One part. Rejects with the status, 0 when the store does not answer or may not be asked. */
function put(address, bytes, onSent, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open("PUT", address);
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onloadend = () => {
      signal?.removeEventListener("abort", stop);
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(Object.assign(new Error(), { status: request.status }));
    };
    signal?.addEventListener("abort", stop);
    request.send(bytes);
  });
}

/* The SHA-256 of the SHA-256s of the parts, by which the site sees that all came as it was. Browsers
   work it out for pages that came by TLS, or from this machine. */
async function digestOf(file, size, signal) {
  const { subtle } = window.crypto;
  if (!subtle) return "";
  const sums = [];
  for (let at = 0; at < file.size && !signal?.aborted; at += size) {
    sums.push(await subtle.digest("SHA-256", await file.slice(at, at + size).arrayBuffer()));
  }
  const together = await subtle.digest("SHA-256", await new Blob(sums).arrayBuffer());
  return [...new Uint8Array(together)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* Which upload of this file was cut: the same name, length and time are the same file. */
const mark = (file) => `direct:${file.name}:${file.size}:${file.lastModified}`;

async function begun(file, direct, token) {
  const earlier = localStorage.getItem(mark(file));
  const known = earlier && await ask(earlier, token);
  if (known && !known.problem) return known;
  const made = await ask(direct, token, { filename: file.name, length: file.size });
  if (!made) throw new StoreUnreachable();
  localStorage.setItem(mark(file), made.address);
  return made;
}

export async function sendToStore(file, { direct, token, onProgress, signal, pauses }) {
  let state = await begun(file, direct, token);
  const forget = () => {
    localStorage.removeItem(mark(file));
    fetch(state.discard, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": token } }).catch(() => {});
  };
  const digest = digestOf(file, state.part, signal);
  digest.catch(() => {}); // it is told below
  let failed = 0;
  let reached = state.arrived > 0;
  while (state.next.length) {
    let sent = state.arrived;
    try {
      for (const { start, end, address } of state.next) {
        if (signal?.aborted) break;
        await put(address, file.slice(start, end), (bytes) => onProgress(sent + bytes, file.size), signal);
        sent += end - start;
        failed = 0;
        reached = true;
      }
    } catch (problem) {
      if (!signal?.aborted && !reached && !problem.status) { forget(); throw new StoreUnreachable(); }
      if (!signal?.aborted && failed >= pauses.length) throw new Error("The store of files could not be reached.");
      await later(signal?.aborted ? 0 : pauses[failed++]);
    }
    if (signal?.aborted) { forget(); throw signal.reason; }
    state = await ask(state.address, token) || gone(file);
  }
  onProgress(file.size, file.size);
  return await joined(state, file, token, await digest.catch(() => { throw new Error("The file could not be read any more."); }));
}

function gone(file) {
  localStorage.removeItem(mark(file));
  throw new Error("This upload was given up.");
}

/* The site looks at what has come; at much of it for a while. */
async function joined(state, file, token, digest) {
  let said = state;
  for (let polls = 0; said && !said.complete && !said.problem; polls++) {
    if (polls) await later(POLL);
    said = await ask(state.address, token, polls % ASK_AGAIN ? undefined : { digest });
  }
  localStorage.removeItem(mark(file));
  if (!said) gone(file);
  if (said.problem) throw new Error(said.problem);
  return said.upload;
}
