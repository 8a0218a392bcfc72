-- The start of the latest chain of rules that has come as far as one rule. Part of rules_ordered.
SELECT *, if(value = $number, $earlier, -1) AS start_$number
FROM ($chain)
