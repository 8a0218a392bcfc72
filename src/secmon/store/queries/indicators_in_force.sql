-- Which sources warn of a value now? Read by detection.threat_intel.indicators before it ends the warning.
SELECT source, tlp, note, author, added_at
FROM indicators FINAL
WHERE kind = {kind:String} AND value = {value:String} AND ({source:String} = '' OR source = {source:String})
  AND expires_at > {now:DateTime64(3)}
