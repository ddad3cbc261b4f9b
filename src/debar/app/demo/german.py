"""What the people of the story wrote, in German: by the English text.

Law: a translation says what the English says; whoever decides gives it with the decision.
"""

# ruff: noqa: E501 - a sentence stands on one line, where it can be searched for

from __future__ import annotations

from typing import Final

from debar.sample import story

TRANSLATIONS: Final[dict[str, dict[str, str]]] = {
    "de": {
        story.GROUND: "unvereinbar mit den Werberichtlinien",
        story.FACTS: "Zwischen Juni 2015 und November 2016 bewarb der Werbetreibende Beiträge, die sich an Wähler in den Vereinigten Staaten richteten. Eine öffentliche Einschätzung vom Januar 2017 nennt ihn als Teil eines staatlich geführten Versuchs, die Wahl von 2016 zu beeinflussen. Die Rückschau auf die Wahlzeit ergab, was er kaufte, an wen es sich richtete und wie er zahlte.",
        story.ALTERNATIVES_CONSIDERED[
            0
        ]: "Jede Anzeige mit dem Staat dahinter kennzeichnen und weiter verkaufen: Die beschriebenen Versuche gehen weiter.",
        story.ALTERNATIVES_CONSIDERED[
            1
        ]: "Nur Wahlwerbung ablehnen: Keiner der beiden weist seine Anzeigen als solche aus, die Regel träfe nichts.",
        story.ALTERNATIVES_CONSIDERED[
            2
        ]: "Die Zielgruppen auf das eigene Land beschränken: Verbundene Konten kauften weiter.",
        story.ALTERNATIVES_CONSIDERED[
            3
        ]: "Die Konten ganz sperren: abgelehnt, denn sie dürfen sich äußern wie jeder Nutzer; nur der Kauf von Werbung endet.",
        story.EXPECTED_CONSEQUENCES[
            0
        ]: "Die erwarteten Einnahmen von beiden enden heute, und was sie seit 2011 gezahlt haben, wird weggegeben.",
        story.EXPECTED_CONSEQUENCES[
            1
        ]: "Andere staatliche Sender werden fragen, ob sie die Nächsten sind: Die Entscheidung nennt diese zwei und sonst niemanden.",
        story.EXPECTED_CONSEQUENCES[
            2
        ]: "Der Werbetreibende wird den Sachverhalt bestreiten und auf unsere eigenen Verkaufsangebote verweisen: Beides steht in der Fallakte.",
        story.EXPECTED_CONSEQUENCES[
            3
        ]: "Eine Regierung könnte gegen unsere Nutzer oder Mitarbeiter in ihrem Land ebenso antworten.",
        story.PURPOSE: "unabhängige Forschung über die Nutzung der Plattform für bürgerschaftliche Teilhabe und Wahlen",
    }
}
"""Language to English text to the text in that language."""
