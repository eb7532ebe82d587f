// A large file in parts that go on where they were cut: to the store of files itself where the page
// names one, else to this site by the tus protocol, whose library comes when it is first needed.
import { StoreUnreachable, sendToStore } from "./direct.js";

export const PART = 8 * 1024 * 1024; // what is lost at most when the line or the server breaks
export const PAUSES = [0, 1000, 3000, 5000, 10000, 20000];
let library;

/* Small ones go with the form, unless a store takes all of them. */
export const goesInParts = (file, direct) => Boolean(direct) || file.size > PART;

function load(address) {
  library ||= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.tus);
    script.onerror = () => { library = null; reject(new Error("The site could not be reached.")); };
    document.head.append(script);
  });
  return library;
}

/* What the site says against it; nothing when it was not the site that said no. */
function refusal(problem) {
  const answer = problem.originalResponse;
  if (!answer || answer.getStatus() === 0) return "";
  if ([409, 423, 460].includes(answer.getStatus()) || answer.getStatus() >= 500 && answer.getStatus() !== 507) return "";
  const says = answer.getBody();
  return says && !says.startsWith("<") ? says : `The site answered ${answer.getStatus()}.`;
}

/* The id of the upload, when all of it is there. `to` is where uploads to this site begin, `from`
   its library, `direct` where those to the store begin. An aborted `signal` forgets what has come. */
export async function send(file, { to, from, direct, token, onProgress, signal }) {
  if (direct) {
    try {
      return await sendToStore(file, { direct, token, onProgress, signal, pauses: PAUSES });
    } catch (problem) {
      if (!(problem instanceof StoreUnreachable)) throw problem; // else this site passes it on
    }
  }
  return sendToSite(file, await load(from), { to, token, onProgress, signal });
}

function sendToSite(file, tus, { to, token, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(file, {
      endpoint: to,
      chunkSize: PART,
      retryDelays: PAUSES,
      headers: { "X-CSRFToken": token },
      metadata: { filename: file.name },
      removeFingerprintOnSuccess: true,
      onShouldRetry: (problem) => !refusal(problem),
      onProgress,
      onError: (problem) => reject(new Error(refusal(problem) || "The site could not be reached.")),
      onSuccess: () => resolve(upload.url.split("/").pop()),
    });
    signal?.addEventListener("abort", () => { upload.abort(true).catch(() => {}); reject(signal.reason); });
    upload.findPreviousUploads().catch(() => []).then(([earlier]) => {
      if (earlier) upload.resumeFromPreviousUpload(earlier);
      if (!signal?.aborted) upload.start();
    });
  });
}
