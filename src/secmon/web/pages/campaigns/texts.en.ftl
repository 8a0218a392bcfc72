nav-campaigns = Campaigns
help-campaigns = Follow an indicator over several municipalities.
campaigns-note = The same indicator at several municipalities
campaigns-none =
    No campaign in the last { $days } { $days ->
        [one] day
       *[other] days
    }. ({ $reporting } of { $total } { $total ->
        [one] municipality
       *[other] municipalities
    } reporting)
campaigns-list = Campaigns
campaigns-sites = Municipalities
campaigns-spread = Spread over time
campaigns-spread-axis = municipalities
campaigns-hidden =
    and { $number } { $number ->
        [one] municipality
       *[other] municipalities
    } outside your view
campaigns-alerts = Its alerts
campaigns-hunt = Search the logs
campaigns-block = Propose to block
