/* Opens and shuts the dialogs of the desk, here and not at the server: an answer on its way would be dropped when the
   buttons that ask for it are drawn again meanwhile. */
(function () {
  "use strict";
  const secmon = (window.secmon = window.secmon || {});
  window.dash_clientside = window.dash_clientside || {};
  const functions = (window.dash_clientside.secmon = window.dash_clientside.secmon || {});
  const idOf = (changed) => changed.prop_id.slice(0, changed.prop_id.lastIndexOf("."));

  /* Hidden, class, question, what was pressed, refusal. */
  functions.dialog = function () {
    const { callback_context: context, PreventUpdate } = window.dash_clientside;
    const prefix = context.outputs_list[0].id.replace(/-ask$/, "");
    const changed = context.triggered;
    if (changed.some((one) => [`${prefix}-done`, `${prefix}-cancel`].includes(idOf(one)))) return [true, "veil", "", null, ""];
    const pressed = changed.find((one) => one.value);
    if (!pressed) throw PreventUpdate; // buttons were only drawn again
    const id = idOf(pressed).startsWith("{") ? JSON.parse(idOf(pressed)) : idOf(pressed);
    const action = (id.type || id).replace(`${prefix}-do-`, "");
    return [false, `veil asks-${action}`, (secmon.words || {})[`${prefix}.ask.${action}`] || "", id, ""];
  };
})();
