"""The force's policy on a card: who signed it, which number it has, what it locks; or why it is not in force."""

from __future__ import annotations

from app.i18n import N_, Translator
from app.policy import Policy, is_locked, settings
from ui.widgets.bars import Banner
from ui.widgets.text import Card, PlainLabel


def policy_lines(force: Policy, words: Translator) -> list[str]:
    """What is to be known of the policy in force, a sentence each; nothing of one that is not."""
    say = words.text
    if not force.organisation and not force.serial:
        return (
            [] if force.problem else [say(N_("This laptop has no policy of a force: the program's own settings hold."))]
        )
    facts = {
        "number": force.serial,
        "day": words.day(force.issued.isoformat() if force.issued else ""),
        "of": force.organisation,
    }
    head = N_("{of}: policy number {number} of {day}.") if force.issued else N_("{of}: policy number {number}.")
    lines = [say(head, **facts)]
    if force.signed_by:
        lines.append(say(N_("Signed with the key {key}, which this laptop trusts."), key=force.signed_by))
    if force.expires:
        lines.append(say(N_("It holds until {day}."), day=words.day(force.expires.isoformat())))
    locked = [say(one.sentence) for one in settings() if is_locked(one, force)]
    lines.append(
        say(N_("Locked: {what}."), what="; ".join(locked))
        if locked
        else say(N_("It locks nothing of what may be locked."))
    )
    return [*lines, *([force.reason] if force.reason else [])]


class ForceCard(Card):
    """Reads the policy once: it does not change while somebody works."""

    def __init__(self, force: Policy, words: Translator) -> None:
        super().__init__(words.text(N_("Policy of your force")))
        self.problem = Banner(str(force.problem.sentences(words)) if force.problem else "", tone="warn")
        self.problem.setVisible(force.problem is not None)
        self.body.addWidget(self.problem)
        self.lines = [PlainLabel(line, quiet=bool(place)) for place, line in enumerate(policy_lines(force, words))]
        for label in self.lines:
            self.body.addWidget(label)
