"""Words that would tell a finder what a paper is about. Lower case, without accents.

English, as the measures are written; a list in another language is added beside it.
"""

from __future__ import annotations

# fmt: off

# They say in one glance what the paper is about: never on paper that leaves.
TELLING = (
    "abus", "batter", "dapo", "disclos", "domestic", "dvds", "dvpo", "helpline", "idva", "intelligence", "marac",
    "perpetrat", "police", "refuge", "safe house", "safehouse", "safety plan", "shelter", "strangl", "victim",
    "violen", "women's aid",
)

# They mostly betray something; the officer may know better.
HINTING = (
    "addict", "advocat", "arrest", "assault", "attack", "bail", "barring", "beat", "bruis", "caseworker", "choke",
    "code word", "codeword", "coerc", "constab", "court", "crime", "crimin", "custody", "danger", "detective",
    "escape", "evidence", "flee", "gun", "he is out", "he sleeps", "he works", "hide from", "hiding from", "hit me",
    "hits me", "hurt", "injunct", "judge", "kill", "knife", "lawyer", "leave her", "leave him", "leaving her",
    "leaving him", "non-molestation", "offence", "offend", "officer", "probation", "prosecut", "protect", "rape",
    "restrain", "run away", "secret", "she is out", "she sleeps", "she works", "solicitor", "spyware", "stalk",
    "suspect", "threat", "tracker", "tracking", "weapon",
)

# They mostly say how or when somebody goes; together with a time of day they always do.
LEAVING = (
    "airport", "back door", "bus", "cab", "climb out", "drive off", "drive to", "emergency exit", "ferry", "fire exit",
    "get out", "go out by", "leave", "leaving", "lift from", "lift to", "pick me up", "pick us up", "picks me up",
    "picks us up", "side door", "slip out", "suitcase", "taxi", "train", "way out",
)

# Whole words that are part of many names and addresses and say nothing by themselves.
COMMON = frozenset((
    "a", "academy", "an", "and", "apartment", "at", "aunt", "avenue", "block", "bridge", "brother", "building",
    "center", "centre", "church", "city", "close", "college", "court", "crescent", "custody", "desk", "drive",
    "east", "estate", "father", "flat", "floor", "for", "friend", "from", "garden", "gardens", "great", "green",
    "hall", "he", "her", "hill", "him", "home", "hospital", "house", "in", "it", "lane", "left", "library",
    "little", "lower", "market", "me", "mill", "mother", "near", "neighbour", "none", "north", "number", "nursery",
    "of", "office", "officer", "on", "opposite", "park", "place", "police", "primary", "right", "road", "row",
    "saint", "school", "service", "services", "she", "sister", "south", "square", "station", "street", "terrace",
    "that", "the", "their", "them", "there", "they", "this", "to", "town", "uncle", "unit", "unknown", "upper",
    "victim", "village", "way", "we", "west", "with", "work", "you",
))

# Whole words that bear a capital without being a name.
CAPITALS = frozenset((
    "april", "august", "december", "english", "february", "friday", "gp", "i", "i'd", "i'll", "i'm", "i've", "id",
    "internet", "january", "july", "june", "march", "may", "monday", "november", "october", "ok", "pin", "saturday",
    "september", "sim", "sunday", "thursday", "tuesday", "tv", "usb", "wednesday", "wi-fi", "wifi",
))
