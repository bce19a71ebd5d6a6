// Exchanges the one-time token in the address's fragment for a session. The fragment is never sent by the browser; it is wiped first.

const said = document.getElementById("said");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

if (!token) {
  said.textContent = "This address holds no link. Open one of the sign-in links the node printed.";
} else {
  try {
    const answer = await fetch("/sign-in", { method: "POST", body: new URLSearchParams({ token }), credentials: "same-origin" });
    const value = await answer.json();
    if (answer.ok) location.replace(value.to);
    else said.textContent = `Not signed in: ${(value.reasons ?? [value.what]).join("; ")}.`;
  } catch {
    said.textContent = "The node did not answer. Is it still running?";
  }
}
