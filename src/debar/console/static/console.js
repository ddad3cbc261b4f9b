// What a page does beyond its forms: after a deed the focus goes where the work goes on.
"use strict";
document.addEventListener("debar:decided", (event) => {
  const next = event.detail && event.detail.next;
  const target = (next && document.getElementById(next)) || document.getElementById("page");
  if (target) target.focus();
});
