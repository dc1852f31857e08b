"""The words on paper that leaves with the victim: plain, and the same on any kitchen table."""

from __future__ import annotations

from app.i18n import N_

TITLE = N_("Notes")

MODULES = {
    "P02": N_("At home"),
    "P03": N_("Every day"),
    "P04": N_("Calling"),
    "P08": N_("Papers"),
    "P09": N_("Money"),
    "P10": N_("Children"),
    "P11": N_("School"),
    "P12": N_("Around the house"),
    "P13": N_("Work"),
    "P14": N_("On the way"),
    "P15": N_("Phone and accounts"),
    "P17": N_("Online"),
    "P18": N_("Animals"),
    "P19": N_("Health"),
    "P20": N_("Feeling well"),
    "P24": N_("Languages"),
    "P25": N_("Medicine and care"),
    "P28": N_("Numbers"),
}
"""Headings of the modules that may stand on the discreet pages. A module without one never stands there."""

REMINDERS = {
    "phone": N_("Phone charged"),
    "keys": N_("Keys and cards"),
    "medicine": N_("Medicine and prescriptions"),
}
"""What anybody would write on a card to carry."""

TO_WRITE_ON = "____________"
"""Where no number is known, a line on which one is written by hand."""
