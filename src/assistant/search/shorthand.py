"""Questions typed as a text message: « pk », « c koi », « bcp », and words run into their elision.

Only what is nearly always shorthand is read; a known acronym in capitals is left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.french import fold

if TYPE_CHECKING:
    from collections.abc import Collection

# A left word, an equals sign, what is meant; several spellings share a line.
_TABLE = """
pk pq pkoi pkwa pourkoi pourquoa = pourquoi
pcq pck psk parceke paske = parce que
koi kwa koa qoi quoa = quoi
ki = qui
ke qe = que
kel qel = quel
kels = quels
kelle qelle = quelle
kelles = quelles
kan kand qan qd qand kant = quand
cmt cmnt coment komen koman comen komment kment = comment
combi1 kombien conbien cbien cb1 kombi1 = combien
c_koi c_kwa c_quoi ckoi cquoi = c'est quoi
c_ki c_qui cki = c'est qui
c_kan c_quand c_qd = c'est quand
cest = c'est
cetait = c'était
c_ou = c'est où
eske esk esque estce esske = est-ce que
est_ce_ke = est-ce que
keske kesk quesque kesque qesque keskon queske qu'esque = qu'est-ce que
kesako kezako = qu'est-ce que c'est
quest_ce = qu'est-ce
ya = il y a
yatil = y a-t-il
jai gé = j'ai
chui jsuis = je suis
jpeux jpe = je peux
jdois = je dois
jveux = je veux
jsais = je sais
jfais = je fais
dun = d'un
quil kil = qu'il
quils kils = qu'ils
quon kon = qu'on
quun = qu'un
quune = qu'une
sil = s'il
sils = s'ils
lon = l'on
nest = n'est
jusqua = jusqu'à
ns = nous
dc = donc
ds = dans
dan = dans
tt = tout
ts = tous
tte = toute
ttes = toutes
tjs tjr tjrs tjours = toujours
jms = jamais
bcp bcoup bocou = beaucoup
pr = pour
ac avk avc = avec
ss = sans
mm = même
mtn mnt = maintenant
ajd auj ajd8 = aujourd'hui
qq qqs = quelques
qqn qqun kelkun qqu1 = quelqu'un
qqch qqc qqchose = quelque chose
pb pbs prob probs = problème
rdv rdvs = rendez-vous
nb nbr nbre = nombre
jr = jour
jrs = jours
sem = semaine
svp stp silteplait silvouplait = s'il vous plaît
bjr bjour = bonjour
slt = salut
mci = merci
asso assoc = association
assos assocs = associations
dpt dépt dept dpmt = département
dpts depts = départements
educ éduc educs éducs = éducateur
resp = responsable
fo fau = faut
fodra = faudra
g_besoin = j'ai besoin
g_un g_une g_des = j'ai
"""


def _read_table(table: str) -> dict[str, str]:
    read: dict[str, str] = {}
    for line in table.strip().splitlines():
        typed, _, meant = line.partition(" = ")
        read |= {fold(one).replace("_", " "): meant for one in typed.split()}
    return read


SHORTHAND = _read_table(_TABLE)
_SHORT = re.compile(
    r"(?<![\w'’.-])(?:"
    + "|".join(re.escape(typed) for typed in sorted(SHORTHAND, key=len, reverse=True))
    + r")(?![\w'’.-])"
)
# "vs" is versus where two things are compared, "vous" before or after a verb: "vs avez", "pouvez vs".
_YOU = re.compile(
    r"(?<![\w'’.-])vs(?=\s+(?:\w{2,}ez|etes|faites|dites)\b)|(?<=ez )vs(?![\w'’.-])|(?<=ez-)vs(?![\w'’.-])"
)
# An apostrophe lost to a space: "l educateur", "qu est ce que".
_LOST = re.compile(
    r"(?<![\w'’.-])(?P<head>c(?= est| [ée]tai)|[djlmnst]|qu|jusqu|lorsqu|puisqu) "
    r"(?=[aeiouyhàâéèêëîïôœùû]\w)",
    re.I,
)


def put_apostrophes_back(text: str) -> str:
    """Return a text whose elisions have their apostrophe.

    >>> put_apostrophes_back("qu est ce que l educateur doit a d autres ?")
    "qu'est ce que l'educateur doit a d'autres ?"
    """
    return _LOST.sub(lambda match: f"{match['head']}'", text)


def spell_out(text: str, acronyms: Collection[str] = ()) -> tuple[str, list[tuple[str, str]]]:
    """Return a text with its shorthand spelt out, and what was changed: (typed, meant).

    Args:
        text: The question.
        acronyms: Known ones; written in capitals they stay what they are.

    >>> spell_out("c koi le CVS, pk ?", {"CVS"})
    ("c'est quoi le CVS, pourquoi ?", [('c koi', "c'est quoi"), ('pk', 'pourquoi')])
    """
    folded = fold(text)
    if len(folded) != len(text):  # a ligature took two places: look at what folds one to one
        text = text.replace("œ", "oe").replace("Œ", "Oe").replace("æ", "ae").replace("’", "'")
        folded = fold(text)
        if len(folded) != len(text):
            return text, []
    changes = []
    parts, at = [], 0
    matches = [(m, SHORTHAND[m[0]]) for m in _SHORT.finditer(folded)]
    matches += [(m, "vous") for m in _YOU.finditer(folded)]
    for match, meant in sorted(matches, key=lambda found: found[0].start()):
        typed = text[match.start() : match.end()]
        shouted = typed.isupper() and not text.isupper()  # "FO" is a name, not "faut"
        if match.start() < at or shouted or typed in acronyms or meant == typed:
            continue
        parts += [text[at : match.start()], meant]
        at = match.end()
        changes.append((typed, meant))
    return "".join((*parts, text[at:])), changes
