"""The laptop's end of the exchange: enrolment, the round of push and pull, when the next one is due."""
