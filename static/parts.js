// A large file in parts that go on where they were cut. The library comes when it is first needed.
export const PART = 8 * 1024 * 1024; // what is lost at most when the line or the server breaks
export const PAUSES = [0, 1000, 3000, 5000, 10000, 20000];
let library;

export const isLarge = (file) => file.size > PART;

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
export function refusal(problem) {
  const answer = problem.originalResponse;
  if (!answer || answer.getStatus() === 0) return "";
  if ([409, 423, 460].includes(answer.getStatus()) || answer.getStatus() >= 500 && answer.getStatus() !== 507) return "";
  const says = answer.getBody();
  return says && !says.startsWith("<") ? says : `The site answered ${answer.getStatus()}.`;
}

/* The id of the upload, when all of it is there. `to` is where uploads begin. */
export async function send(file, { to, from, token, onProgress }) {
  const tus = await load(from);
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
    upload.findPreviousUploads().catch(() => []).then(([earlier]) => {
      if (earlier) upload.resumeFromPreviousUpload(earlier);
      upload.start();
    });
  });
}
