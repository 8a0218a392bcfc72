nav-suppliers = Suppliers
help-suppliers = See which municipalities depend on a supplier, and whom to call first.
suppliers-note = Who else is affected when a company is compromised
suppliers-list = Suppliers
suppliers-none = No supplier is known. Suppliers appear when lists of assets have been imported with secmon register take.
suppliers-reach = Blast radius
suppliers-supplier = Supplier
suppliers-supplies = Supplies
suppliers-sites = Municipalities
suppliers-hosts = Hosts
suppliers-alarmed = With open alerts
suppliers-worst = Worst
suppliers-site = Municipality
suppliers-alerts = Open alerts
suppliers-what = Hosts supplied
suppliers-share =
    { $sites } of { $total } { $total ->
        [one] municipality
       *[other] municipalities
    } ({ $share }) · { $alarmed } of them with open alerts
suppliers-search = Search
