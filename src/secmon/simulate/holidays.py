"""Public holidays in Korea, on which offices are closed.

Source: Regulations on Holidays of Government Offices (관공서의 공휴일에 관한 규정) with the substitute days of its
article 3; dates of the lunar calendar (Seollal, Buddha's birthday, Chuseok) from the yearly almanac (월력요항) of the
Korea Astronomy and Space Science Institute. Days that fall on a weekend are left in: they do no harm.
"""

from datetime import date

_DAYS = {
    2025: (
        *("01-01", "01-27", "01-28", "01-29", "01-30"),  # New Year, a temporary holiday, Seollal
        *("03-01", "03-03", "05-05", "05-06"),  # Independence Movement, Children and Buddha, with substitutes
        *("06-03", "06-06", "08-15", "10-03"),  # presidential election, Memorial, Liberation, Foundation
        *("10-05", "10-06", "10-07", "10-08", "10-09", "12-25"),  # Chuseok with substitute, Hangeul, Christmas
    ),
    2026: (
        *("01-01", "02-16", "02-17", "02-18"),  # New Year, Seollal
        *("03-01", "03-02", "05-05", "05-24", "05-25"),  # Independence Movement, Children, Buddha, with substitutes
        *("06-03", "06-06", "08-15", "08-17"),  # local elections, Memorial, Liberation with substitute
        *("09-24", "09-25", "09-26", "10-03", "10-05", "10-09", "12-25"),  # Chuseok, Foundation with substitute
    ),
    2027: (
        *("01-01", "02-06", "02-07", "02-08", "02-09"),  # New Year, Seollal with substitute
        *("03-01", "05-05", "05-13", "06-06", "08-15", "08-16"),  # Buddha on 13 May, Liberation with substitute
        *("09-14", "09-15", "09-16", "10-03", "10-04"),  # Chuseok, Foundation with substitute
        *("10-09", "10-11", "12-25", "12-27"),  # Hangeul and Christmas with substitutes
    ),
}

HOLIDAYS = frozenset(date.fromisoformat(f"{year}-{day}") for year, days in _DAYS.items() for day in days)
