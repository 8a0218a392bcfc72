/* Opens and shuts the dialogs of the desk, here and not at the server: an answer on its way would be dropped when the
   buttons that ask for it are drawn again meanwhile. */
(function () {
  "use strict";
  const secmon = (window.secmon = window.secmon || {});
  window.dash_clientside = window.dash_clientside || {};
  const functions = (window.dash_clientside.secmon = window.dash_clientside.secmon || {});
  const idOf = (changed) => changed.prop_id.slice(0, changed.prop_id.lastIndexOf("."));

  /* Hidden, class, question, what was pressed, refusal; the last argument may be the rows that the question counts. */
  functions.dialog = function (...given) {
    const { callback_context: context, PreventUpdate } = window.dash_clientside;
    const prefix = context.outputs_list[0].id.replace(/-ask$/, "");
    const changed = context.triggered;
    if (changed.some((one) => [`${prefix}-done`, `${prefix}-cancel`].includes(idOf(one)))) return [true, "veil", "", null, ""];
    const pressed = changed.find((one) => one.value);
    if (!pressed) throw PreventUpdate; // buttons were only drawn again
    const id = JSON.parse(idOf(pressed));
    const action = id.type.replace(`${prefix}-do-`, "");
    const rows = (context.states_list || []).length ? given[given.length - 1] : null;
    const question = secmon.fill((secmon.words || {})[`${prefix}.ask.${action}`], { number: (rows || []).length });
    return [false, `veil asks-${action}`, question, id, ""];
  };
})();
