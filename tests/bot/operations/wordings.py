"""Questions that people might ask in vain, each in several wordings, to measure the grouping with.

Neighbours are there on purpose: the same subject asked something else about.
"""

from __future__ import annotations

SAME: tuple[tuple[str, ...], ...] = (
    (
        "Quand ouvre la nouvelle piscine municipale ?",
        "Quelle est la date d’ouverture de la nouvelle piscine municipale ?",
        "la nouvelle piscine municipale ouvre quand",
    ),
    (
        "Combien coûte l’entrée de la piscine municipale ?",
        "Quel est le prix d’entrée à la piscine municipale ?",
    ),
    (
        "Qui est le nouveau directeur de l’hôpital ?",
        "Comment s’appelle le nouveau directeur de l’hôpital ?",
        "nom du nouveau directeur de l'hôpital",
    ),
    (
        "Pourquoi l’ancien directeur de l’hôpital a-t-il démissionné ?",
        "Quelle est la raison de la démission de l’ancien directeur de l’hôpital ?",
    ),
    (
        "Quel est le budget de la commune ?",
        "À combien s’élève le budget de la commune ?",
        "Combien la commune a-t-elle de budget ?",
    ),
    ("Combien d’habitants compte la commune ?", "Quelle est la population de la commune ?"),
    (
        "Quand auront lieu les travaux du tramway ?",
        "À quelle date commencent les travaux du tramway ?",
    ),
    ("Quel sera le trajet du tramway ?", "Par où passera le tramway ?"),
    (
        "Quel est l’effet de la sécheresse sur les vendanges ?",
        "Comment la sécheresse a-t-elle touché les vendanges ?",
        "Quelles conséquences la sécheresse a-t-elle eues sur les vendanges ?",
    ),
    ("Quand commencent les vendanges ?", "À quelle date débutent les vendanges ?"),
    ("Qui a gagné l’élection municipale ?", "Quel candidat a remporté l’élection municipale ?"),
    (
        "Quel a été le taux de participation à l’élection municipale ?",
        "Combien d’électeurs ont participé à l’élection municipale ?",
    ),
    ("Où trouver une pharmacie de garde ?", "Quelle pharmacie est de garde ?"),
    (
        "Quels sont les horaires de la médiathèque ?",
        "À quelle heure ouvre la médiathèque ?",
        "horaires médiathèque",
    ),
    (
        "Pourquoi la médiathèque est-elle fermée ?",
        "Quelle est la raison de la fermeture de la médiathèque ?",
    ),
    (
        "Quand passe la loi sur les retraites ?",
        "À quelle date la loi sur les retraites sera-t-elle votée ?",
    ),
    ("Quel est l’âge de départ à la retraite ?", "À quel âge peut-on partir à la retraite ?"),
    ("Who designed the new bridge?", "Who is the architect of the new bridge?"),
    ("How long is the new bridge?", "What is the length of the new bridge?"),
    ("Quel temps fera-t-il demain ?", "Quelle est la météo de demain ?"),
    ("Quelle est la capitale de l’Australie ?", "Comment s’appelle la capitale de l’Australie ?"),
    ("Comment adopter un chien au refuge ?", "Comment faire pour adopter un chien du refuge ?"),
    ("Combien de chiens compte le refuge ?", "Combien y a-t-il de chiens au refuge ?"),
)

HELD_OUT: tuple[tuple[str, ...], ...] = (
    (
        "Combien de logements sociaux seront construits dans le quartier des Docks ?",
        "Quel est le nombre de logements sociaux prévus aux Docks ?",
    ),
    (
        "Quand les logements des Docks seront-ils livrés ?",
        "À quelle date seront livrés les logements des Docks ?",
    ),
    (
        "Pourquoi l’usine de Vernon ferme-t-elle ?",
        "Quelle est la raison de la fermeture de l’usine de Vernon ?",
        "pourquoi fermer l'usine de Vernon",
    ),
    (
        "Combien de salariés perdent leur emploi à l’usine de Vernon ?",
        "Quel est le nombre d’emplois supprimés à l’usine de Vernon ?",
    ),
    (
        "Qui dirige l’orchestre cette saison ?",
        "Comment s’appelle le chef d’orchestre de cette saison ?",
    ),
    (
        "Où acheter des billets pour le concert ?",
        "Comment se procurer des places pour le concert ?",
    ),
    ("La cantine est-elle gratuite ?", "Faut-il payer la cantine ?"),
    ("Que mange-t-on à la cantine ?", "Quel est le menu de la cantine ?", "menu cantine"),
    ("Quel est le niveau de la nappe phréatique ?", "À quelle hauteur est la nappe phréatique ?"),
    ("L’eau du robinet est-elle potable ?", "Peut-on boire l’eau du robinet ?"),
    ("How many people died in the flood?", "What is the death toll of the flood?"),
    ("When did the flood begin?", "On what day did the flood start?"),
)
"""Written after the threshold was chosen, and not looked at for it."""
