/* For packages with media that were converted to WebM and are served under their old names: what the page says of their type
   ("video/mp4; codecs=avc1…") is no longer so, and would let Chromium pass them over without asking for them. */
(function () {
  "use strict";
  const converted = /^\s*(?:video|audio)\/(?:mp4|x-m4v|quicktime|x-m4a|m4a|mp4a-latm|aac|3gpp)\b/i;

  const canPlayType = HTMLMediaElement.prototype.canPlayType;
  HTMLMediaElement.prototype.canPlayType = function (type) {
    return converted.test(type) ? "probably" : canPlayType.call(this, type);
  };

  function correct(source) {
    if (!converted.test(source.type)) {
      return;
    }
    source.removeAttribute("type");
    const media = source.parentNode;
    if (media instanceof HTMLMediaElement && media.networkState === HTMLMediaElement.NETWORK_NO_SOURCE) {
      media.load(); // it had been passed over already
    }
  }

  new MutationObserver((changes) => {
    for (const change of changes) {
      const nodes = change.type === "attributes" ? [change.target] : change.addedNodes;
      for (const node of nodes) {
        if (node instanceof HTMLSourceElement) {
          correct(node);
        } else if (node instanceof Element) {
          node.querySelectorAll("source").forEach(correct);
        }
      }
    }
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["type"] });
})();
